"""silver.orders: one row per order, with what was given back on it."""

from pyspark.sql import functions as F

from jobs.lake import bronze, latest, session, write

spark = session("silver_orders")

refunds = (
    spark.table("silver.payments")
    .where(F.col("kind") == "refund")
    .groupBy("order_id")
    .agg(F.sum("amount").alias("refunded"))
)

orders = (
    latest(bronze(spark, "orders"), "order_id")
    .join(refunds, "order_id", "left")
    .withColumn("order_date", F.to_date("ordered_at"))
    .withColumn("refund_amount", F.coalesce(F.col("refunded"), F.lit(0)))
    .withColumn(
        "net_amount",
        F.col("gross_amount")
        - F.coalesce(F.col("discount_amount"), F.lit(0))
        - F.col("refund_amount"),
    )
    .select(
        "order_id",
        "customer_id",
        "order_date",
        "status",
        "channel",
        "currency",
        "gross_amount",
        "refund_amount",
        "net_amount",
    )
)

write(orders, "orders", mode="overwrite")
