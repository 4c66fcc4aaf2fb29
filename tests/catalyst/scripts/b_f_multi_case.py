# table e3.trips(id bigint, start_ts timestamp, end_ts timestamp, distance double, fare double, tip double, payment string, zone_from int, zone_to int)
# table e3.zones(zone int, borough string)
"""Taxi trips: the zones joined twice, buckets, ratios, quality filters chained."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
spark = SparkSession.builder.getOrCreate()
zones = spark.table("e3.zones")
trips = (
    spark.table("e3.trips")
    .filter(F.col("end_ts") > F.col("start_ts"))
    .filter("distance between 0.1 and 100")
    .where(F.col("fare") > 0)
    .withColumn("minutes", (F.unix_timestamp("end_ts") - F.unix_timestamp("start_ts")) / 60)
    .withColumn("kmh", F.col("distance") / (F.col("minutes") / 60))
)
start, end = zones.alias("zf"), zones.alias("zt")
trips = (
    trips.alias("t")
    .join(start, F.col("t.zone_from") == F.col("zf.zone"), "left")
    .join(end, F.col("t.zone_to") == F.col("zt.zone"), "left")
    .select("t.*", F.col("zf.borough").alias("from_borough"), F.col("zt.borough").alias("to_borough"))
)
trips = trips.withColumn("daypart", F.when(F.hour("start_ts").between(6, 11), "morning").when(F.hour("start_ts") < 18, "day").otherwise("night"))
trips.write.mode("overwrite").saveAsTable("e3_out.trips")
od = trips.groupBy("from_borough", "to_borough", "daypart").agg(F.avg("kmh").alias("speed"), F.expr("avg(tip / fare)").alias("tip_rate"), F.count(F.lit(1)).alias("n"))
od.filter("n >= 10").sort("from_borough", F.desc("n")).write.mode("overwrite").saveAsTable("e3_out.od")
