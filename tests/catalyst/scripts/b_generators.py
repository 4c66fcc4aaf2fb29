# table z.a(id bigint, v double, day date)
# table z.b(id bigint, v double, day date)
# table z.c(id bigint, v double, day date)
"""Frames out of generators, zip, enumerate and sorted."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def frames(spark, names):
    for rank, name in enumerate(sorted(names), start=1):
        yield name, spark.table(f"z.{name}").withColumn("source_rank", F.lit(rank))


def prefixed(df, prefix, skip=()):
    return df.select(*[F.col(c).alias(c if c in skip else f"{prefix}_{c}") for c in df.columns])


spark = SparkSession.builder.getOrCreate()
wide = None
for name, df in frames(spark, {"b", "a", "c"}):
    part = prefixed(df, name, skip=("id", "day"))
    wide = part if wide is None else wide.join(part, ["id", "day"], "full_outer")
wide.write.mode("overwrite").saveAsTable("z_out.wide")

pairs = list(zip(["a_v", "b_v"], ["b_v", "c_v"]))
diffs = wide.select("id", *(F.abs(F.col(x) - F.col(y)).alias(f"diff_{i}") for i, (x, y) in enumerate(pairs)))
diffs.withColumn("worst", F.greatest(*[c for c in diffs.columns if c.startswith("diff_")])).write.mode("overwrite").saveAsTable("z_out.diffs")
