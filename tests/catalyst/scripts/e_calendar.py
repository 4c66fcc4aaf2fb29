# table raw.facts(day date, store string, amount double)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
f = spark.table("raw.facts")
span = f.agg(F.min("day").alias("lo"), F.max("day").alias("hi"))
days = span.select(F.explode(F.sequence("lo", "hi", F.expr("interval 1 day"))).alias("day"))
grid = days.crossJoin(f.select("store").distinct())
filled = grid.join(f, ["day", "store"], "left").withColumn("amount", F.coalesce("amount", F.lit(0.0)))
filled.write.partitionBy("store").saveAsTable("out.filled")
