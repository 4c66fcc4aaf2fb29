# table raw.orders(order_id bigint, customer_id bigint, amount double, currency string, status string, ordered_at timestamp)
# table raw.customers(customer_id bigint, full_name string, country string, email string)
"""Reading and writing go through helpers of the job."""
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def get_spark(app_name):
    return SparkSession.builder.appName(app_name).getOrCreate()


def read_table(spark, database, table):
    return spark.read.table(f"{database}.{table}")


def write_table(df: DataFrame, table, mode="overwrite", partition_by=None):
    writer = df.write.mode(mode).format("parquet")
    if partition_by:
        writer = writer.partitionBy(*partition_by)
    writer.saveAsTable(table)


def enrich(orders: DataFrame, customers: DataFrame) -> DataFrame:
    return (
        orders.filter(F.col("status") != "cancelled")
        .join(customers, "customer_id", "left")
        .withColumn("order_date", F.to_date("ordered_at"))
        .withColumn("name_upper", F.upper(F.col("full_name")))
        .drop("email", "ordered_at")
    )


def main():
    spark = get_spark("orders")
    orders = read_table(spark, "raw", "orders")
    customers = read_table(spark, "raw", "customers")
    result = enrich(orders, customers)
    write_table(result, "mart.orders", partition_by=["order_date"])
    by_country = result.groupBy("country").agg(F.sum("amount").alias("revenue"), F.count("*").alias("n"))
    write_table(by_country, table="mart.revenue_by_country", mode="append")


if __name__ == "__main__":
    main()
