# table cal.holidays(day date, holiday string, country string)
"""A date dimension out of a sequence."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
dates = (
    spark.sql("SELECT explode(sequence(to_date('2020-01-01'), to_date('2030-12-31'), interval 1 day)) AS date")
    .withColumn("date_key", F.date_format("date", "yyyyMMdd").cast("int"))
    .withColumn("year", F.year("date"))
    .withColumn("quarter", F.concat(F.lit("Q"), F.quarter("date")))
    .withColumn("is_weekend", F.dayofweek("date").isin(1, 7))
)
holidays = spark.table("cal.holidays").filter(F.col("country") == "DE").select("day", "holiday")
dim = dates.join(F.broadcast(holidays), dates["date"] == holidays["day"], "left").drop("day")
dim = dim.withColumn("is_holiday", F.col("holiday").isNotNull()).withColumn(
    "is_working", ~F.col("is_weekend") & ~F.col("is_holiday")
)
dim.write.mode("overwrite").saveAsTable("dim.date")
ids = spark.range(0, 24).withColumnRenamed("id", "hour").withColumn("label", F.format_string("%02d:00", "hour"))
ids.crossJoin(holidays.select("holiday").distinct()).write.mode("overwrite").saveAsTable("dim.holiday_hours")
