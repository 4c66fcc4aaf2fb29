# table raw.messages(id string, body string, kind string, received timestamp, size bigint)
"""Good and bad rows, and metrics, from one frame."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

REQUIRED = ["id", "body"]

spark = SparkSession.builder.getOrCreate()
messages = spark.table("raw.messages").cache()
errors = F.array_compact(F.array(*[F.when(F.col(c).isNull(), F.lit(f"{c} missing")) for c in REQUIRED]))
checked = messages.withColumn("errors", errors).withColumn("valid", F.size("errors") == 0)

good = checked.filter("valid").drop("errors", "valid")
bad = checked.filter(~F.col("valid")).select("id", F.concat_ws("; ", "errors").alias("reason"), "received")
metrics = checked.agg(
    F.count("*").alias("rows"),
    F.sum(F.col("valid").cast("int")).alias("good"),
    F.max("received").alias("last"),
    *[F.sum(F.when(F.col(c).isNull(), 1).otherwise(0)).alias(f"{c}_nulls") for c in messages.columns if c != "kind"],
)
for name, frame in {"good": good, "bad": bad, "metrics": metrics}.items():
    frame.write.mode("append").saveAsTable(f"dq.messages_{name}")
