# table e.meter(meter_id string, reading string, unit string, taken string, flags int)
"""selectExpr, expr and filter strings."""
from pyspark.sql import SparkSession
from pyspark.sql.functions import expr

spark = SparkSession.builder.getOrCreate()
meter = spark.table("e.meter")
typed = meter.selectExpr(
    "meter_id",
    "cast(reading as double) as reading",
    "case unit when 'MWh' then 1000.0 when 'kWh' then 1.0 else null end as factor",
    "to_timestamp(taken) taken",
    "flags & 1 = 1 as estimated",
)
exprs = ["meter_id as id", "reading * factor as kwh", "date(taken) as day"]
kwh = typed.filter("not estimated and factor is not null").selectExpr(*exprs)
kwh.groupBy("id", "day").agg(expr("sum(kwh) as kwh"), expr("count(1)").alias("n")).write.mode("overwrite").saveAsTable("e_mart.daily")
typed.withColumn("quality", expr("if(estimated, 'E', 'A')")).drop("flags").write.mode("overwrite").saveAsTable("e_mart.typed")
