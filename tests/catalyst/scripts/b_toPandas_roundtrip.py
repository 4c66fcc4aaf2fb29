# table lab.results(sample string, analyte string, value double, unit string, measured timestamp)
"""Values brought out of Spark, used as constants."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
results = spark.table("lab.results")
bounds = results.agg(F.min("value").alias("lo"), F.max("value").alias("hi")).collect()[0]
lo, hi = bounds["lo"], bounds["hi"]
scaled = results.withColumn("scaled", (F.col("value") - F.lit(lo)) / F.lit(1.0))
scaled.write.mode("overwrite").saveAsTable("lab_mart.scaled")
n = results.count()
print(f"rows: {n}")
if n >= 0:
    results.filter(F.col("unit") == "mg").write.mode("overwrite").saveAsTable("lab_mart.mg")
