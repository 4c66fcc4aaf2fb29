# table raw.s(id bigint, at timestamp, state string)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
w = Window.partitionBy("id").orderBy("at")
s = spark.table("raw.s").withColumn("prev", F.lag("at").over(w)).withColumn("new", (F.col("at").cast("long") - F.col("prev").cast("long") > 1800).cast("int"))
s = s.withColumn("session", F.sum(F.coalesce("new", F.lit(1))).over(w.rowsBetween(Window.unboundedPreceding, 0)))
s.groupBy("id", "session").agg(F.min("at").alias("start"), F.max("at").alias("end"), F.collect_set("state").alias("states"), F.first("state", ignorenulls=True).alias("first")).write.saveAsTable("out.sessions")
