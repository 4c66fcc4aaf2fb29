# table l1.trades(trade_id bigint, book string, notional double, side string, traded_at timestamp)
# table l1.books(book string, desk string, active boolean)
"""Closures, nonlocal, default arguments, functions stored on instances."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def make_pipeline(spark, schema):
    steps = []

    def read(name):
        return spark.table(schema + "." + name)

    def step(fn):
        steps.append(fn)
        return fn

    @step
    def signed(df):
        sign = F.when(F.col("side") == "B", 1).otherwise(-1)
        return df.withColumn("signed", sign * F.col("notional"))

    @step
    def with_desk(df, books=read("books")):
        return df.join(books.filter(F.col("active")).drop("active"), "book", "inner")

    def run(name, final=None):
        nonlocal steps
        df = read(name)
        for fn in steps:
            df = fn(df)
        return final(df) if final else df

    return run


spark = SparkSession.builder.getOrCreate()
run = make_pipeline(spark, "l1")
run("trades").drop("side").write.mode("overwrite").saveAsTable("l1_out.trades")
run("trades", final=lambda d: d.groupBy("desk").agg(F.sum("signed").alias("net"))).write.mode("overwrite").saveAsTable("l1_out.desks")
