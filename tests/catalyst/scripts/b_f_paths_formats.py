# table s3://lake/raw/orders(id bigint, customer string, total double, placed timestamp, dt string)
# table s3://lake/raw/customers(customer string, name string, city string)
"""Reads and writes of paths built from a bucket and names."""
import os
from datetime import datetime

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

BUCKET = "s3://lake"
RAW = f"{BUCKET}/raw"
CURATED = os.path.join(BUCKET, "curated")


def read_from_parquet(spark, name):
    return spark.read.parquet(f"{RAW}/{name}")


def write_to_parquet(df, path, partition_cols=None):
    writer = df.write.mode("overwrite")
    if partition_cols:
        writer = writer.partitionBy(*partition_cols)
    writer.parquet(path)


spark = SparkSession.builder.getOrCreate()
orders = read_from_parquet(spark, "orders")
customers = spark.read.format("parquet").load(RAW + "/customers")
joined = orders.join(customers, "customer", "left").withColumn("year", F.year("placed"))
write_to_parquet(joined, os.path.join(CURATED, "orders"), ["year"])
(
    joined.groupBy("city", "year").agg(F.sum("total").alias("total"), F.min("placed").alias("first_order"))
    .coalesce(1).write.option("header", True).mode("overwrite").csv("{}/exports/cities".format(BUCKET))
)
