# table o1.raw(id bigint, payload string, _ingested timestamp, _source string)
"""Technical columns by helper; columns picked by negation and sets."""
import datetime as dt

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

TECHNICAL = {"_ingested", "_source"}


def business(df):
    return [c for c in df.columns if c not in TECHNICAL]


def with_audit(df, job, when=None):
    when = when or dt.datetime(2024, 1, 1)
    return (
        df.withColumn("_hash", F.xxhash64(*business(df)))
        .withColumn("_job", F.lit(job))
        .withColumn("_run_at", F.lit(when.isoformat()).cast("timestamp"))
        .withColumn("_lag", F.col("_run_at").cast("long") - F.col("_ingested").cast("long"))
    )


spark = SparkSession.builder.getOrCreate()
raw = spark.table("o1.raw")
audited = with_audit(raw, job="o1")
ordered = sorted(audited.columns, key=lambda c: c.startswith("_"))
audited.select(ordered).write.mode("overwrite").saveAsTable("o1_out.audited")
audited.select(*(set(audited.columns) - TECHNICAL)).write.mode("overwrite").saveAsTable("o1_out.lean")
