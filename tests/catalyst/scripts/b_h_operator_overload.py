# table b4.raw(id bigint, kind string, amount double, rate double)
"""Pipelines joined by |, containers with dunder methods."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


class Step:
    def __init__(self, fn):
        self.fn = fn

    def __or__(self, other):
        return Step(lambda df: other(self(df)))

    def __call__(self, df):
        return self.fn(df)


class Registry:
    def __init__(self):
        self._items = {}

    def __setitem__(self, key, value):
        self._items[key] = value

    def __getitem__(self, key):
        return self._items[key]

    def __contains__(self, key):
        return key in self._items

    def __iter__(self):
        return iter(self._items)

    def __len__(self):
        return len(self._items)


def add(name, expr):
    return Step(lambda df: df.withColumn(name, expr))


def keep(condition):
    return Step(lambda df: df.filter(condition))


spark = SparkSession.builder.getOrCreate()
registry = Registry()
registry["value"] = add("value", F.col("amount") * F.col("rate"))
registry["positive"] = keep(F.col("value") > 0)
pipeline = registry["value"] | registry["positive"] | add("rounded", F.round("value"))
if "value" in registry and len(registry) == 2:
    pipeline = pipeline | Step(lambda d: d.drop("rate"))
pipeline(spark.table("b4.raw")).write.mode("overwrite").saveAsTable("b4_out.values")
for name in registry:
    if name != "positive":
        registry[name](spark.table("b4.raw")).groupBy("kind").agg(F.sum(name).alias(name)).write.mode("overwrite").saveAsTable(f"b4_out.{name}")
