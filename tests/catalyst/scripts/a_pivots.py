# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
o.groupBy("customer_id").pivot("status", ["new", "done"]).sum("amount").write.saveAsTable("out.one")
o.groupBy("customer_id").pivot("status", ["new", "done"]).agg(F.sum("amount").alias("s"), F.max("discount").alias("m")).write.saveAsTable("out.two")
o.groupBy("customer_id", "product_id").pivot("status", ["new"]).count().write.saveAsTable("out.counted")
o.groupBy().pivot("status", ["new", "done"]).agg(F.first("amount")).write.saveAsTable("out.whole")
o.groupBy("customer_id").pivot("status", ["a", "b"]).agg(F.collect_list("amount")).withColumnRenamed("a", "first").write.saveAsTable("out.lists")
