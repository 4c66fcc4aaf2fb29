# table r1.target(id bigint, name string, qty int, updated timestamp)
# table r1.updates(id bigint, name string, qty int, updated timestamp, deleted boolean)
"""Upsert without MERGE: union, rank, filter."""
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F


def upsert(target, updates, key, order):
    tagged = target.withColumn("deleted", F.lit(False)).withColumn("_rank", F.lit(0))
    incoming = updates.withColumn("_rank", F.lit(1))
    w = Window.partitionBy(key).orderBy(F.col("_rank").desc(), F.col(order).desc())
    merged = tagged.unionByName(incoming).withColumn("_n", F.row_number().over(w)).filter(F.col("_n") == 1)
    return merged.filter(~F.col("deleted")).drop("_n", "_rank", "deleted")


spark = SparkSession.builder.getOrCreate()
target, updates = spark.table("r1.target"), spark.table("r1.updates")
upsert(target, updates, "id", "updated").write.mode("overwrite").saveAsTable("r1_out.target")
coalesced = target.alias("t").join(updates.alias("u"), "id", "full_outer").select(
    "id", *[F.coalesce(f"u.{c}", f"t.{c}").alias(c) for c in target.columns if c != "id"]
)
coalesced.write.mode("overwrite").saveAsTable("r1_out.coalesced")
