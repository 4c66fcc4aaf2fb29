# table ops.tickets(ticket_id bigint, opened timestamp, closed timestamp, priority string, assignee string)
# table ops.people(login string, team string)
"""Decorators that log, register and post-process."""
import functools
import time

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

STEPS = {}


def step(name):
    def wrap(fn):
        STEPS[name] = fn
        return fn

    return wrap


def timed(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        start = time.time()
        result = fn(*args, **kwargs)
        print(f"{fn.__name__}: {time.time() - start:.1f}s")
        return result

    return wrapper


def audited(column="loaded_at"):
    def decorate(fn):
        @functools.wraps(fn)
        def wrapper(*args, **kwargs):
            return fn(*args, **kwargs).withColumn(column, F.current_timestamp())

        return wrapper

    return decorate


@step("durations")
@timed
def durations(spark):
    seconds = F.col("closed").cast("long") - F.col("opened").cast("long")
    return spark.table("ops.tickets").withColumn("hours", seconds / 3600)


@step("teams")
@audited(column="run_at")
@timed
def teams(spark):
    d = STEPS["durations"](spark)
    p = spark.table("ops.people")
    return d.join(p, d.assignee == p.login, "left").groupBy("team", "priority").agg(F.expr("percentile(hours, 0.5)").alias("median_hours"))


if __name__ == "__main__":
    spark = SparkSession.builder.getOrCreate()
    for name, fn in STEPS.items():
        fn(spark).write.mode("overwrite").saveAsTable(f"ops_mart.{name}")
