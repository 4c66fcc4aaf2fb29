# table t2.orders(order_id bigint, status string, changed timestamp, by_user string)
"""Durations in a state, first and last times by conditional aggregation."""
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

STATES = ["created", "paid", "shipped", "delivered"]
spark = SparkSession.builder.getOrCreate()
orders = spark.table("t2.orders")
w = Window.partitionBy("order_id").orderBy("changed")
steps = orders.withColumn("next", F.lead("changed").over(w)).withColumn(
    "hours", (F.col("next").cast("double") - F.col("changed").cast("double")) / 3600
)
times = orders.groupBy("order_id").agg(
    *[F.min(F.when(F.col("status") == s, F.col("changed"))).alias(f"{s}_at") for s in STATES],
    F.max_by("by_user", "changed").alias("last_user"),
)
for a, b in zip(STATES, STATES[1:]):
    times = times.withColumn(f"{a}_to_{b}", F.datediff(F.col(f"{b}_at"), F.col(f"{a}_at")))
times.drop(*[f"{s}_at" for s in STATES[1:-1]]).write.mode("overwrite").saveAsTable("t2_out.times")
steps.groupBy("status").agg(F.percentile_approx("hours", 0.9).alias("p90"), F.avg("hours").alias("mean")).write.mode(
    "overwrite"
).saveAsTable("t2_out.states")
