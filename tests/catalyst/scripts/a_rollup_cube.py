# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
o.rollup("status", "customer_id").agg(F.sum("amount").alias("total"), F.grouping("status").alias("g")).write.saveAsTable("out.rolled")
o.cube("status", o.product_id).count().write.saveAsTable("out.cubed")
o.rollup("status").agg(F.grouping_id().alias("level"), F.max("amount").alias("most")).filter("level = 0").write.saveAsTable("out.levels")
