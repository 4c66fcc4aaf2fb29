# table o2.txn(card string, ts timestamp, amount double, merchant string, country string)
"""Features over time ranges in seconds, made by a nested loop."""
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

HOUR = 3600
spark = SparkSession.builder.getOrCreate()
txn = spark.table("o2.txn").withColumn("t", F.col("ts").cast("long"))
features = txn
for hours in (1, 24):
    w = Window.partitionBy("card").orderBy("t").rangeBetween(-hours * HOUR, -1)
    for name, agg in {"n": F.count("amount"), "sum": F.sum("amount"), "max": F.max("amount")}.items():
        features = features.withColumn(f"{name}_{hours}h", agg.over(w))
home = Window.partitionBy("card").orderBy("t").rowsBetween(Window.unboundedPreceding, -1)
features = features.withColumn("new_country", ~F.array_contains(F.collect_set("country").over(home), F.col("country")))
features = features.withColumn("ratio", F.col("amount") / F.when(F.col("sum_24h") > 0, F.col("sum_24h")))
features.drop("t").write.mode("overwrite").saveAsTable("o2_out.features")
