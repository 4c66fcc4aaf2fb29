# table a4.src(id bigint, grp string, v1 double, v2 double, note string)
"""Functions and methods found by name."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


class Builder:
    def __init__(self, df):
        self.df = df

    def step_clean(self):
        self.df = self.df.dropna(subset=["grp"]).withColumn("note", F.trim("note"))

    def step_ratio(self, a="v1", b="v2"):
        self.df = self.df.withColumn("ratio", F.col(a) / F.col(b))

    def step_none(self):
        pass

    def run(self, *steps):
        for step in steps:
            name, args = step if isinstance(step, tuple) else (step, {})
            getattr(self, f"step_{name}", self.step_none)(**args)
        return self.df


spark = SparkSession.builder.getOrCreate()
df = Builder(spark.table("a4.src")).run("clean", ("ratio", {"a": "v2", "b": "v1"}), "missing")
aggs = ["min", "max", "avg", "stddev"]
out = df.groupBy("grp").agg(*[getattr(F, name)("ratio").alias(f"ratio_{name}") for name in aggs])
out.write.mode("overwrite").saveAsTable("a4_out.stats")
method = getattr(df, "select" if hasattr(df, "select") else "selectExpr")
method("id", "note").write.mode("overwrite").saveAsTable("a4_out.notes")
