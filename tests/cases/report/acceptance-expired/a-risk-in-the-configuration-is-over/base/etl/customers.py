from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.getOrCreate()
customers = spark.table("raw.customers").select(
    "customer_id",
    F.upper("segment").alias("segment"),
    F.trim("phone").alias("phone"),
)
customers.write.mode("overwrite").saveAsTable("mart.customers")
