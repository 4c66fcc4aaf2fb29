# table p4.stays(person string, start_day date, end_day date, ward string)
"""Overlapping intervals merged; running max; lists of structs per group."""
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
stays = spark.table("p4.stays").filter(F.col("end_day") >= F.col("start_day"))
w = Window.partitionBy("person").orderBy("start_day", "end_day")
before = F.max("end_day").over(w.rowsBetween(Window.unboundedPreceding, -1))
marked = stays.withColumn("is_new", (F.col("start_day") > F.coalesce(before, F.lit("1900-01-01").cast("date"))).cast("int"))
numbered = marked.withColumn("episode", F.sum("is_new").over(w))
episodes = numbered.groupBy("person", "episode").agg(
    F.min("start_day").alias("start_day"),
    F.max("end_day").alias("end_day"),
    F.array_sort(F.collect_list(F.struct("start_day", "ward"))).alias("path"),
)
episodes = episodes.withColumn("first_ward", F.col("path")[0]["ward"]).withColumn("last_ward", F.element_at("path", -1)["ward"])
episodes.withColumn("wards", F.transform("path", lambda s: s["ward"])).drop("path").write.mode("overwrite").saveAsTable("p4_out.episodes")
