# table l2.sent(message_id string, user_id bigint, campaign string, sent_at timestamp)
# table l2.opened(message_id string, opened_at timestamp, client string)
# table l2.clicked(message_id string, clicked_at timestamp, url string)
"""A funnel of left joins with pre-aggregations."""
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def first_event(df: DataFrame, time: str, *extra: str) -> DataFrame:
    return df.groupBy("message_id").agg(
        F.min(time).alias(f"first_{time}"),
        F.count("*").alias(f"n_{time.split('_')[0]}"),
        *[F.first(c, ignorenulls=True).alias(c) for c in extra],
    )


spark = SparkSession.builder.getOrCreate()
sent = spark.table("l2.sent").alias("s")
opened = first_event(spark.table("l2.opened"), "opened_at", "client").alias("o")
clicked = first_event(spark.table("l2.clicked"), "clicked_at").alias("c")
funnel = (
    sent.join(opened, F.expr("s.message_id = o.message_id"), "left")
    .join(clicked, F.expr("s.message_id = c.message_id AND c.first_clicked_at >= o.first_opened_at"), "left")
    .selectExpr(
        "s.message_id", "s.campaign", "o.client",
        "o.message_id IS NOT NULL AS is_open",
        "coalesce(c.n_clicked, 0) AS clicks",
        "(unix_timestamp(o.first_opened_at) - unix_timestamp(s.sent_at)) / 60 AS minutes_to_open",
    )
)
funnel.write.mode("overwrite").saveAsTable("l2_out.funnel")
rates = funnel.groupBy("campaign").agg(
    F.avg(F.col("is_open").cast("int")).alias("open_rate"), (F.sum("clicks") / F.count("message_id")).alias("ctr")
)
rates.orderBy(F.col("ctr").desc()).write.mode("overwrite").saveAsTable("l2_out.rates")
