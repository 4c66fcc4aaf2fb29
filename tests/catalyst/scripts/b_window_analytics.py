# table p.prices(symbol string, day date, close double, volume bigint, exchange string)
"""Moving averages, ratios, ntile, running totals with one spec reused."""
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
prices = spark.table("p.prices")
base = Window.partitionBy("symbol").orderBy("day")
windows = {n: base.rowsBetween(-(n - 1), 0) for n in (7, 30)}
for n, w in windows.items():
    prices = prices.withColumn(f"ma_{n}", F.avg("close").over(w))
prices = (
    prices.withColumn("previous", F.lag("close").over(base))
    .withColumn("change", (F.col("close") - F.col("previous")) / F.col("previous"))
    .withColumn("total_volume", F.sum("volume").over(base.rowsBetween(Window.unboundedPreceding, 0)))
    .withColumn("quartile", F.ntile(4).over(Window.partitionBy("day").orderBy(F.col("volume").desc())))
    .withColumn("exchange_share", F.col("volume") / F.sum("volume").over(Window.partitionBy("exchange", "day")))
    .withColumn("first_close", F.first("close").over(base.rangeBetween(Window.unboundedPreceding, Window.unboundedFollowing)))
)
prices.withColumn("signal", F.when(F.col("ma_7") > F.col("ma_30"), "buy").otherwise("sell")).write.mode("overwrite").saveAsTable("p_mart.signals")
ranked = prices.select("symbol", "day", F.dense_rank().over(Window.orderBy(F.desc("change"))).alias("rank"))
ranked.filter(F.col("rank") <= 10).write.mode("overwrite").saveAsTable("p_mart.movers")
