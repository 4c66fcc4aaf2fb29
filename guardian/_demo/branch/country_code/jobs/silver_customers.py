"""silver.customers: one row per customer."""

from pyspark.sql import functions as F

from jobs.lake import bronze, latest, session, write

spark = session("silver_customers")

customers = latest(bronze(spark, "customers"), "customer_id").select(
    "customer_id",
    F.lower("email").alias("email"),
    F.upper("country").alias("country_code"),
    F.coalesce(F.col("segment"), F.lit("unknown")).alias("segment"),
    F.to_date("created_at").alias("customer_since"),
)

write(customers, "customers", mode="overwrite")
