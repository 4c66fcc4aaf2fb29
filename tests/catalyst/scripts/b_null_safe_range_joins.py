# table geo.trips(trip_id bigint, ip bigint, started timestamp, region string, fare double)
# table geo.ranges(ip_from bigint, ip_to bigint, country string)
# table geo.tariffs(region string, valid_from timestamp, valid_to timestamp, factor double)
"""Null-safe and range joins with aliases."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
trips = spark.table("geo.trips").alias("t")
tariffs = F.broadcast(spark.table("geo.tariffs").alias("f"))
ranges = spark.table("geo.ranges").alias("r")

located = trips.join(ranges, F.col("t.ip").between(F.col("r.ip_from"), F.col("r.ip_to")), "left")
priced = located.join(
    tariffs,
    F.col("t.region").eqNullSafe(F.col("f.region"))
    & (F.col("t.started") >= F.col("f.valid_from"))
    & (F.col("t.started") < F.coalesce(F.col("f.valid_to"), F.current_timestamp())),
    "left",
)
priced.select(
    "t.trip_id", "t.region", F.col("r.country").alias("country"), (F.col("fare") * F.col("factor")).alias("charged")
).write.mode("overwrite").saveAsTable("geo_mart.trips")
