# table raw.products(product_id bigint, name string, price double, category string)
# table raw.months(id int, jan double, feb double, mar double)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
m = spark.table("raw.months")
m.unpivot(["id"], ["jan", "feb", "mar"], "month", "value").write.saveAsTable("out.unpivoted")
m.melt("id", ["jan", "feb"], "month", "value").filter("value > 1").write.saveAsTable("out.melted")
m.selectExpr("id", "stack(2, 'jan', jan, 'feb', feb) as (month, value)").write.saveAsTable("out.stacked")
m.select("id", F.expr("stack(3, jan, feb, mar) as value")).write.saveAsTable("out.single")
