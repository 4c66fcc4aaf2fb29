from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.enableHiveSupport().getOrCreate()

daily = spark.table("ods.trades").groupBy("desk", "traded_on").agg(
    F.sum("notional").alias("notional"),
    F.sum("fee").alias("fees"),
)
daily.select("desk", "traded_on", "fees", "notional").write.insertInto("dw.desk_day", overwrite=True)
