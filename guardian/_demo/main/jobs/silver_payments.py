"""silver.payments: charges and refunds, each once."""

from pyspark.sql import functions as F

from jobs.lake import bronze, latest, session, write

spark = session("silver_payments")

payments = (
    latest(bronze(spark, "payments"), "payment_id")
    .where(F.col("paid_at").isNotNull())
    .select("payment_id", "order_id", "kind", "amount", F.to_date("paid_at").alias("payment_date"))
)

write(payments, "payments")
