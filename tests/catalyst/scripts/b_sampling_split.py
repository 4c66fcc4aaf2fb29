# table q1.rows(id bigint, label int, f1 double, f2 double, f3 string)
"""Splits, samples, stratified by key, and the features of each."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

FEATURES = ["f1", "f2"]
spark = SparkSession.builder.getOrCreate()
rows = spark.table("q1.rows").na.drop(subset=["label"])
means = rows.select(*[F.mean(f).alias(f"{f}_mean") for f in FEATURES], *[F.stddev_pop(f).alias(f"{f}_std") for f in FEATURES])
scaled = rows.crossJoin(F.broadcast(means))
for f in FEATURES:
    scaled = scaled.withColumn(f, (F.col(f) - F.col(f"{f}_mean")) / F.col(f"{f}_std")).drop(f"{f}_mean", f"{f}_std")
train, test = scaled.randomSplit([0.8, 0.2], seed=42)
train.write.mode("overwrite").saveAsTable("q1_out.train")
test.drop("label").write.mode("overwrite").saveAsTable("q1_out.test")
rows.sampleBy("label", fractions={0: 0.1, 1: 0.5}, seed=1).write.mode("overwrite").saveAsTable("q1_out.sample")
hashed = rows.withColumn("bucket", F.pmod(F.hash("id"), F.lit(10)))
hashed.where("bucket < 8").select("id", *FEATURES).write.mode("overwrite").saveAsTable("q1_out.hashed")
