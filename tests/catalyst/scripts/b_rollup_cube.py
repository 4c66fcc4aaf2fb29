# table r.flights(carrier string, origin string, dest string, delay double, distance int, dep timestamp)
"""Rollup, cube, grouping and having."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
flights = spark.table("r.flights").filter("delay is not null")
(
    flights.rollup("carrier", "origin")
    .agg(F.avg("delay").alias("delay"), F.grouping_id().alias("level"))
    .withColumn("carrier", F.coalesce("carrier", F.lit("ALL")))
    .write.mode("overwrite").saveAsTable("r_mart.rollup")
)
flights.cube("origin", "dest").count().where("count > 10").write.mode("overwrite").saveAsTable("r_mart.cube")
spark.sql(
    """
    SELECT carrier, year(dep) AS y, sum(distance) AS km FROM r.flights
    GROUP BY carrier, year(dep) WITH ROLLUP HAVING sum(distance) > 0
    """
).write.mode("overwrite").saveAsTable("r_mart.km")
