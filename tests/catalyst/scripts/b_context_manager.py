# table v.jobs(job string, started timestamp, ended timestamp, state string, cluster string)
"""A session in a context manager, static and class methods, a registry of writers."""
from contextlib import contextmanager

from pyspark.sql import SparkSession
from pyspark.sql import functions as F


@contextmanager
def spark_session(name):
    session = SparkSession.builder.appName(name).getOrCreate()
    try:
        yield session
    finally:
        print("done")


class Writers:
    registry = {}

    @classmethod
    def register(cls, name, fn):
        cls.registry[name] = fn
        return cls

    @staticmethod
    def table(df, target):
        df.write.mode("overwrite").saveAsTable(target)

    @classmethod
    def write(cls, kind, df, target):
        cls.registry[kind](df, target)


Writers.register("table", Writers.table).register(
    "distinct", lambda df, target: df.distinct().write.mode("overwrite").saveAsTable(target)
)

with spark_session("jobs") as spark:
    jobs = spark.table("v.jobs")
    runtime = jobs.select("job", (F.col("ended").cast("long") - F.col("started").cast("long")).alias("seconds"), "state")
    Writers.write("table", runtime.filter("state = 'SUCCESS'"), "v_out.runtime")
    Writers.write("distinct", jobs.select("cluster"), "v_out.clusters")
