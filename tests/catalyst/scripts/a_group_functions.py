# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
g = o.groupBy("customer_id")
g.avg().select("customer_id", "avg(amount)").write.saveAsTable("out.all_numbers")
g.max("amount", "order_id").withColumnRenamed("max(amount)", "most").write.saveAsTable("out.most")
g.agg({"amount": "avg"}).withColumnRenamed("avg(amount)", "mean").select("mean").write.saveAsTable("out.renamed")
g.agg(F.sum("amount") / F.count("*"), (F.max("amount") - F.min("amount")).alias("spread"), F.round(F.sum("discount"), 2).alias("r")).write.saveAsTable("out.computed")
g.agg(F.sum("amount")).filter(F.col("sum(amount)") > 10).select("customer_id").write.saveAsTable("out.having")
o.groupBy("status").agg(F.expr("max(amount) as m"), F.expr("count(distinct customer_id) n")).write.saveAsTable("out.text")
o.select(F.countDistinct("status"), F.sum("amount").alias("s")).write.saveAsTable("out.select")
