# table j.a(id bigint, name string, value double)
# table j.b(id bigint, name string, value double, extra string)
"""Prefixing every column before a join; toDF; duplicate names resolved by frame."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def add_prefix(df, prefix, exclude=None):
    exclude = exclude or []
    for c in df.columns:
        if c not in exclude:
            df = df.withColumnRenamed(c, f"{prefix}{c}")
    return df


spark = SparkSession.builder.getOrCreate()
a, b = spark.table("j.a"), spark.table("j.b")
joined = add_prefix(a, "a_").join(add_prefix(b, "b_", exclude=["extra"]), F.col("a_id") == F.col("b_id"), "left")
joined.withColumn("delta", F.col("a_value") - F.col("b_value")).write.mode("overwrite").saveAsTable("j_out.prefixed")
raw = a.join(b, a.id == b.id)
raw.select(a.id, b.name, (a.value + b.value).alias("value"), "extra").write.mode("overwrite").saveAsTable("j_out.by_frame")
raw.drop(b.id).drop(b.name).drop(a.value).withColumn("double", F.col("value") * 2).write.mode("overwrite").saveAsTable("j_out.dropped")
a.join(b.select("id", "extra"), "id").toDF("key", "title", "amount", "note").write.mode("overwrite").saveAsTable("j_out.todf")
