# table hr.salaries(emp_id bigint, base double, bonus double, stock double, allowance double, note string, region string)
"""Loops over lists of column names."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

MONEY = ["base", "bonus", "stock", "allowance"]

spark = SparkSession.builder.getOrCreate()
df = spark.table("hr.salaries")
for c in MONEY:
    df = df.withColumn(f"{c}_eur", F.round(F.col(c) * F.lit(0.92), 2))
for c in df.columns:
    if c.endswith("_eur"):
        df = df.withColumn(c.replace("_eur", "_is_set"), F.col(c).isNotNull())

total = F.lit(0.0)
for c in MONEY:
    total = total + F.coalesce(F.col(f"{c}_eur"), F.lit(0.0))
df = df.withColumn("total_eur", total)

strings = [name for name, kind in df.dtypes if kind == "string"]
for name in strings:
    df = df.withColumn(name, F.trim(F.col(name)))
df.drop(*MONEY).write.mode("overwrite").saveAsTable("hr_mart.salaries_eur")

stats = [F.avg(f"{c}_eur").alias(f"avg_{c}") for c in MONEY] + [F.max("total_eur").alias("top")]
df.groupBy("region").agg(*stats).write.mode("overwrite").saveAsTable("hr_mart.region_stats")
