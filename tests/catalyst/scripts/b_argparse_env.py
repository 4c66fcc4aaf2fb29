# table landing.clicks(click_id string, session_id string, url string, clicked_at timestamp, dt string)
"""Names from argparse with defaults and from the environment."""
import argparse
import os
import sys
from datetime import datetime

from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def parse_args(argv):
    parser = argparse.ArgumentParser(description="clicks")
    parser.add_argument("--source", default="landing.clicks")
    parser.add_argument("--target-table", dest="target", default="curated.clicks")
    parser.add_argument("--env", choices=["dev", "prod"], default="dev")
    parser.add_argument("--lookback", type=int, default=7)
    args, _ = parser.parse_known_args(argv)
    return args


def clean(df, lookback):
    return (
        df.where(F.col("clicked_at") >= F.date_sub(F.current_date(), lookback))
        .withColumn("host", F.regexp_extract("url", r"https?://([^/]+)/", 1))
        .withColumn("path", F.split("url", "/").getItem(3))
    )


if __name__ == "__main__":
    args = parse_args([])
    spark = SparkSession.builder.appName("clicks").getOrCreate()
    out_format = os.environ.get("OUT_FORMAT_OF_CLICKS", "parquet")
    clicks = clean(spark.table(args.source), args.lookback)
    (
        clicks.groupBy("host", "path", "dt")
        .agg(F.count(F.lit(1)).alias("clicks"), F.approx_count_distinct("session_id").alias("sessions"))
        .write.format(out_format)
        .mode("overwrite")
        .saveAsTable(args.target)
    )
