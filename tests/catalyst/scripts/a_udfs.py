# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
@F.udf("string")
def clean(text):
    return text.strip() if text else None

total = F.udf(lambda a, d: a - d, "double")
label = F.udf(lambda *parts: "-".join(parts))
o, c = spark.table("raw.orders"), spark.table("raw.customers")
o.select("order_id", clean("status").alias("status"), total(F.col("amount"), o.discount).alias("net"), label("status", F.lit("x"))).write.saveAsTable("out.udfs")
o.filter(clean("status") == "x").select("order_id").write.saveAsTable("out.filtered")
spark.udf.register("clean_it", clean)
c.createOrReplaceTempView("customers")
spark.sql("SELECT clean_it(name) AS name, customer_id FROM customers").write.saveAsTable("out.sql")
c.selectExpr("clean_it(country) as land").write.saveAsTable("out.expr")
