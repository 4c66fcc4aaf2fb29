from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from jobs import tracking

spark = SparkSession.builder.appName("sessions").getOrCreate()

events = spark.table("raw.web_events").where(F.col("session_id").isNotNull())
counts = [F.sum(F.when(F.col("event_name") == name, 1).otherwise(0)).alias(f"{name}_count") for name in tracking.COUNTED]
sessions = events.groupBy("session_id").agg(
    F.min("received_at").alias("started_at"),
    F.max("received_at").alias("ended_at"),
    *counts,
)
sessions.write.mode("overwrite").saveAsTable(tracking.SESSION_TABLE)
