# table raw.payments(payment_id string, order_id string, amount double, paid_at timestamp, method string)
# table dwh.payments(payment_id string, order_id string, amount double, paid_at timestamp, method string, loaded_at timestamp)
"""Incremental load: only keys that are not there yet, then everything again."""
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.appName("payments").getOrCreate()


def incremental(source, target, keys, loaded="loaded_at"):
    existing = target.select(*keys).distinct()
    fresh = source.join(existing, on=keys, how="left_anti")
    return fresh.withColumn(loaded, F.current_timestamp())


source = spark.table("raw.payments").dropDuplicates(["payment_id"])
target = spark.table("dwh.payments")
fresh = incremental(source, target, ["payment_id"])
fresh.write.insertInto("dwh.payments")
snapshot = target.union(fresh.select(target.columns))
snapshot.write.mode("overwrite").saveAsTable("dwh.payments_snapshot")
daily = snapshot.groupBy(F.to_date("paid_at").alias("day"), "method").agg(F.sum("amount").alias("amount"))
daily.orderBy("day").write.mode("overwrite").saveAsTable("dwh.payments_daily")
