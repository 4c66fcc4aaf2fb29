# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table gold.target(id bigint, value double, state string)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
o.select("order_id", "amount", "status").write.insertInto("gold.target")
o.select(F.col("status").alias("state"), "order_id", "amount").select("order_id", "amount", "state").write.mode("overwrite").insertInto("gold.target", overwrite=True)
o.select(F.col("customer_id").alias("value"), F.col("discount").alias("id"), F.lit("x").alias("state")).write.insertInto("gold.target")
o.select(F.col("status").alias("state"), F.col("product_id").alias("id"), F.col("amount").alias("value")).write.mode("append").saveAsTable("gold.target")
