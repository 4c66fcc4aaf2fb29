# table raw.readings_stream(device string, payload string, at timestamp)
# table ref.devices(device string, site string)
"""foreachBatch with an upsert into a table and a stream that is aggregated."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
SCHEMA = "temperature double, humidity double"
readings = spark.readStream.table("raw.readings_stream").select(
    "device", "at", F.from_json("payload", SCHEMA).alias("p")
).select("device", "at", "p.*")
devices = spark.read.table("ref.devices")


def write_batch(batch, batch_id):
    enriched = batch.join(F.broadcast(devices), "device", "left")
    enriched.filter(F.col("temperature") > 30).write.mode("append").saveAsTable("iot.hot")
    enriched.select("device", "site", "at").write.mode("append").saveAsTable("iot.seen")


readings.writeStream.foreachBatch(write_batch).option("checkpointLocation", "/chk/a").start()
hourly = (
    readings.withWatermark("at", "10 minutes")
    .groupBy("device", F.date_trunc("hour", "at").alias("hour"))
    .agg(F.avg("temperature").alias("temperature"))
)
hourly.writeStream.outputMode("append").option("checkpointLocation", "/chk/b").toTable("iot.hourly")
