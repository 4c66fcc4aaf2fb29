# table l4.a(id bigint, x int)
# table l4.b(id bigint, y int)
"""yield from, generator pipelines, iter and next, star unpacking, walrus."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()


def sources():
    yield "a", spark.table("l4.a")
    yield from [("b", spark.table("l4.b"))]


def prepared(frames):
    for name, df in frames:
        value = next(c for c in df.columns if c != "id")
        yield df.withColumnRenamed(value, "value").withColumn("source", F.lit(name))


head, *tail = prepared(sources())
for df in tail:
    head = head.unionByName(df)
if (n := len(tail)) > 0:
    head = head.withColumn("parts", F.lit(n + 1))
it = iter(["value", "source"])
first = next(it)
head.groupBy(*it).agg(F.sum(first).alias("total")).write.mode("overwrite").saveAsTable("l4_out.totals")
head.select("id", *(c for c in head.columns if c not in {"id", "parts"})).write.mode("overwrite").saveAsTable("l4_out.rows")
