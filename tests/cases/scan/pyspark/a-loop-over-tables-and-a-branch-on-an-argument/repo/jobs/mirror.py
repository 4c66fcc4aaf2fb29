import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

TABLES = {"orders": "order_id", "refunds": "refund_id"}

spark = SparkSession.builder.getOrCreate()
full = sys.argv[1] == "full"

for table, key in TABLES.items():
    df = spark.read.parquet(f"s3://landing/{table}/").dropDuplicates([key]).withColumn("loaded_on", F.current_date())
    if full:
        df.write.mode("overwrite").saveAsTable(f"bronze.{table}")
    else:
        df.where(F.col("is_new")).write.mode("append").saveAsTable(f"bronze.{table}")
