# table raw.clicks(user string, url string, at timestamp)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
c = spark.readStream.table("raw.clicks").withWatermark("at", "10 minutes")
agg = c.groupBy(F.window("at", "5 minutes").alias("w"), "url").agg(F.approx_count_distinct("user").alias("users"))
def save(batch, number):
    batch.select(F.col("w.start").alias("start"), "url", "users").write.mode("append").saveAsTable("out.clicks")
agg.writeStream.outputMode("update").foreachBatch(save).start()
