# table w.lines(doc bigint, line string)
"""Through RDDs and back: inputs stay connected."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
lines = spark.table("w.lines")
words = lines.select("doc", F.explode(F.split(F.lower("line"), " ")).alias("word")).where(F.length("word") > 2)
counts = words.groupBy("word").count().withColumnRenamed("count", "n")
counts.orderBy(F.col("n").desc()).write.mode("overwrite").saveAsTable("w_out.counts")
docs = words.groupBy("doc").agg(F.collect_list("word").alias("words"))
docs.select("doc", F.array_distinct("words").alias("words"), F.size("words").alias("n")).write.mode("overwrite").saveAsTable("w_out.docs")
