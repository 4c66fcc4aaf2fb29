# table y2.rates(ccy string, day date, rate double)
"""A calendar per currency, forward fill, changes, monthly aggregates."""
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
rates = spark.table("y2.rates")
span = rates.agg(F.min("day").alias("lo"), F.max("day").alias("hi"))
days = span.select(F.explode(F.expr("sequence(lo, hi, interval 1 day)")).alias("day"))
calendar = rates.select("ccy").distinct().crossJoin(days)
w = Window.partitionBy("ccy").orderBy("day")
filled = calendar.join(rates, ["ccy", "day"], "left").withColumn(
    "rate", F.last("rate", ignorenulls=True).over(w.rowsBetween(Window.unboundedPreceding, 0))
)
filled = filled.withColumn("change", F.col("rate") / F.lag("rate").over(w) - 1)
filled.write.mode("overwrite").saveAsTable("y2_out.daily")
monthly = filled.groupBy("ccy", F.last_day("day").alias("month")).agg(
    F.avg("rate").alias("mean"), F.stddev("change").alias("volatility"), F.max(F.struct("day", "rate")).alias("last")
)
monthly.select("ccy", "month", "mean", "volatility", F.col("last.rate").alias("closing")).write.mode("overwrite").saveAsTable("y2_out.monthly")
