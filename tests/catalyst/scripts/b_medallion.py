# table bronze.orders(order_id string, cust string, total string, ts string, _file string)
# table bronze.customers(cust string, name string, region string, _file string)
"""Bronze to silver to gold in one job: later steps read what earlier ones wrote."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()


def to_silver(table, key, casts):
    df = spark.table(f"bronze.{table}").dropDuplicates([key]).drop("_file")
    for name, kind in casts.items():
        df = df.withColumn(name, F.col(name).cast(kind))
    df.write.mode("overwrite").saveAsTable(f"silver.{table}")


def to_gold():
    orders = spark.table("silver.orders")
    customers = spark.table("silver.customers")
    return (
        orders.join(customers, "cust")
        .groupBy("region", F.year("ts").alias("year"))
        .agg(F.sum("total").alias("total"), F.countDistinct("cust").alias("customers"))
    )


TABLES = [("orders", "order_id", {"total": "double", "ts": "timestamp"}), ("customers", "cust", {})]
for name, key, casts in TABLES:
    to_silver(name, key, casts)
to_gold().write.mode("overwrite").saveAsTable("gold.region_year")
