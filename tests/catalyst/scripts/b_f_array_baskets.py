# table w2.orders(order_id bigint, skus array<string>, prices map<string,double>)
"""Pairs of items bought together, by explode twice and by arrays."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
orders = spark.table("w2.orders").withColumn("skus", F.array_distinct("skus"))
left = orders.select("order_id", F.explode("skus").alias("a"))
right = orders.select("order_id", F.explode("skus").alias("b"))
pairs = left.join(right, "order_id").filter("a < b").groupBy("a", "b").agg(F.countDistinct("order_id").alias("n"))
pairs.withColumn("rank", F.expr("rank() over (partition by a order by n desc)")).write.mode("overwrite").saveAsTable("w2_out.pairs")
prices = orders.select("order_id", F.explode("prices").alias("sku", "price"))
checked = orders.select("order_id", F.explode("skus").alias("sku")).join(prices, ["order_id", "sku"], "left")
checked.groupBy("order_id").agg(F.sum("price").alias("total"), F.collect_list("sku").alias("skus")).withColumn(
    "n", F.size("skus")
).write.mode("overwrite").saveAsTable("w2_out.totals")
