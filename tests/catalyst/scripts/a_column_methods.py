# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
o.select(
    o.amount.cast("string").alias("c"), o.status.substr(1, 3).alias("sub"), o.status.startswith("a").alias("sw"), o.status.rlike("x+").alias("rl"),
    (o.amount % 3).alias("m"), (o.amount ** 2).alias("p"), (o.order_id.bitwiseAND(3)).alias("b"), o.tags.getItem(0).alias("g"), o.amount.isNaN().alias("nan"),
    o.status.eqNullSafe("x").alias("e"), o.amount.between(o.discount, 9).alias("bt"), o.status.name("renamed"), o.amount.try_cast("int").alias("tc"),
    (~(o.amount > 1)).alias("inv"), o.status.contains(o.status).alias("ct"), F.col("amount").astype("int").alias("ast"), o["status"].isin(["a", "b"]).alias("isin"),
).write.saveAsTable("out.methods")
