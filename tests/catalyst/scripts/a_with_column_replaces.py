# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
df = spark.table("raw.orders")
df = df.withColumn("amount", F.col("amount") - F.col("discount"))
df = df.withColumn("amount", F.round(F.col("amount"), 2)).withColumn("Status", F.trim(F.col("status")))
df = df.withColumn("flag", F.col("amount") > 100)
df.write.mode("overwrite").saveAsTable("out.replaced")
df.withColumns({"a": F.col("amount") + 1, "amount": F.col("discount"), "b": F.col("amount")}).write.saveAsTable("out.several")
