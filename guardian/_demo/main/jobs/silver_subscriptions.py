"""silver.subscriptions: one row per paid subscription."""

from jobs.lake import session, write

spark = session("silver_subscriptions")

subscriptions = spark.sql(
    """
    WITH ranked AS (
      SELECT *, ROW_NUMBER() OVER (PARTITION BY subscription_id ORDER BY ingested_at DESC) AS rn
      FROM bronze.subscriptions
    )
    SELECT
      subscription_id,
      customer_id,
      plan,
      monthly_price,
      currency,
      started_on,
      cancelled_on,
      cancelled_on IS NULL AS is_active
    FROM ranked
    WHERE rn = 1 AND plan <> 'trial'
    """
)

write(subscriptions, "subscriptions", mode="overwrite")
