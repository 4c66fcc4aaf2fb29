from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.getOrCreate()
customers = spark.table("raw.customers").select(
    "customer_id",
    F.coalesce(F.upper("segment"), F.lit("NONE")).alias("segment"),
)
customers.write.mode("overwrite").saveAsTable("mart.customers")
