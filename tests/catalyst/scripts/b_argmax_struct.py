# table iot.samples(device string, sensor string, value double, at timestamp, firmware string)
"""Argmax by max(struct) and max_by."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
samples = spark.table("iot.samples")
last = (
    samples.groupBy("device", "sensor")
    .agg(F.max(F.struct("at", "value", "firmware")).alias("m"))
    .select("device", "sensor", "m.at", F.col("m.value").alias("last_value"), F.col("m").getField("firmware").alias("fw"))
)
last.write.mode("overwrite").saveAsTable("iot_mart.last_values")
peak = samples.groupBy("device").agg(
    F.max_by("at", "value").alias("peak_at"), F.max("value").alias("peak"), F.min_by("sensor", "value").alias("coldest")
)
peak.write.mode("overwrite").saveAsTable("iot_mart.peaks")
