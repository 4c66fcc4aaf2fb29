# table wx.readings(station string, temp_c double, wind_ms double, rain_mm double, read_at timestamp, quality int)
"""Comprehensions in select and agg."""
from pyspark.sql import SparkSession
import pyspark.sql.functions as F
from pyspark.sql.window import Window

spark = SparkSession.builder.getOrCreate()
readings = spark.table("wx.readings")
measures = {"temp_c": "temperature", "wind_ms": "wind", "rain_mm": "rain"}
units = {"temperature": ("F", lambda c: c * 9 / 5 + 32), "wind": ("kmh", lambda c: c * 3.6)}

renamed = readings.select(
    "station", "read_at", *[F.col(old).alias(new) for old, new in measures.items()]
)
converted = renamed.select(
    *renamed.columns,
    *[fn(F.col(name)).alias(f"{name}_{unit.lower()}") for name, (unit, fn) in units.items()],
)
converted.write.mode("overwrite").saveAsTable("wx_mart.converted")

hour = F.date_trunc("hour", F.col("read_at")).alias("hour")
hourly = readings.where("quality > 1").groupBy("station", hour).agg(
    *[agg(F.col(m)).alias(f"{m}_{agg.__name__}") for m in measures for agg in (F.min, F.max)]
)
w = Window.partitionBy("station").orderBy("hour")
hourly.select(
    "station", "hour", *[(F.col(c) - F.lag(c).over(w)).alias("d_" + c) for c in hourly.columns if c.endswith("_max")]
).write.mode("overwrite").saveAsTable("wx_mart.hourly_deltas")
