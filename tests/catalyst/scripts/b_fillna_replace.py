# table a.survey(resp_id bigint, q1 string, q2 string, q3 int, q4 double, q5 boolean, weight double)
"""Nulls filled and dropped, values replaced by maps."""
from itertools import chain

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

CODES = {"y": "yes", "n": "no", "dk": "unknown"}
spark = SparkSession.builder.getOrCreate()
survey = spark.table("a.survey")
mapping = F.create_map([F.lit(x) for x in chain(*CODES.items())])
out = (
    survey.fillna({"q3": 0, "q4": 0.0})
    .na.drop(how="all", subset=["q1", "q2"])
    .fillna("dk", subset=["q1"])
    .replace({"Y": "y", "N": "n"}, subset=["q1"])
    .withColumn("q1_label", mapping[F.col("q1")])
    .withColumn("q2_label", mapping.getItem(F.lower("q2")))
    .withColumn("score", F.coalesce(F.col("q3"), F.lit(0)) * F.col("weight"))
    .withColumn("q5", F.nvl("q5", F.lit(False)))
)
out.write.mode("overwrite").saveAsTable("a_mart.survey")
out.groupBy("q1_label").agg((F.sum("score") / F.sum("weight")).alias("weighted")).write.mode("overwrite").saveAsTable("a_mart.weighted")
