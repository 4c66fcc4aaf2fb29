# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
o.sample(0.1, seed=3).select("order_id").write.saveAsTable("out.sampled")
first, second = o.randomSplit([0.8, 0.2], seed=1)
first.select("amount").write.saveAsTable("out.first")
second.select("order_id").write.saveAsTable("out.second")
o.sampleBy("status", {"a": 0.1, "b": 0.2}, seed=0).select("order_id").write.saveAsTable("out.stratified")
o.limit(10).select("order_id").write.saveAsTable("out.limited")
o.orderBy("amount").limit(3).select("order_id").write.saveAsTable("out.top")
