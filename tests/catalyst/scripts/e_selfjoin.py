# table raw.emp(id bigint, boss bigint, name string, pay double)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
e = spark.table("raw.emp")
b = e.alias("b")
x = e.alias("e").join(b, F.col("e.boss") == F.col("b.id"), "left")
x.select("e.id", F.col("b.name").alias("boss_name"), (F.col("e.pay") / F.col("b.pay")).alias("ratio")).write.saveAsTable("out.bosses")
top = e.groupBy("boss").agg(F.max("pay").alias("pay"))
e.join(top, (e.boss == top.boss) & (e.pay == top.pay)).select(e["*"]).write.saveAsTable("out.best")
