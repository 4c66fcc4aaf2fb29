# table f1.presence(sensor string, day date, reading double)
"""Gaps and islands, then one row per island."""
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
w = Window.partitionBy("sensor").orderBy("day")
islands = (
    spark.table("f1.presence")
    .select("sensor", "day", F.col("reading").alias("r"))
    .distinct()
    .withColumn("rank", F.rank().over(w))
    .withColumn("island", F.expr("date_sub(day, rank)"))
    .groupBy("sensor", "island")
    .agg(F.min("day").alias("from_day"), F.max("day").alias("to_day"), F.avg("r").alias("mean"))
    .drop("island")
)
islands.withColumn("days", F.datediff("to_day", "from_day") + 1).write.mode("overwrite").saveAsTable("f1_out.islands")
full = spark.table("f1.presence").groupBy("sensor").agg(F.sequence(F.min("day"), F.max("day")).alias("days"))
full.select("sensor", F.explode("days").alias("day")).join(spark.table("f1.presence"), ["sensor", "day"], "left").withColumn(
    "filled", F.last("reading", True).over(w)
).write.mode("overwrite").saveAsTable("f1_out.filled")
