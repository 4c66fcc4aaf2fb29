"""silver.subscriptions: one row per paid subscription."""

from pyspark.sql import functions as F

from jobs.lake import bronze, latest, session, write

spark = session("silver_subscriptions")

subscriptions = (
    latest(bronze(spark, "subscriptions"), "subscription_id")
    .where(F.col("plan") != "trial")
    .withColumn("is_active", F.col("cancelled_on").isNull())
    .select(
        "subscription_id",
        "customer_id",
        "plan",
        "monthly_price",
        "currency",
        "started_on",
        "cancelled_on",
        "is_active",
    )
)

write(subscriptions, "subscriptions", mode="overwrite")
