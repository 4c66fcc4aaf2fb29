import pyspark.sql.functions as f
from pyspark.sql import SparkSession
from pyspark.sql.types import DecimalType, IntegerType

spark = SparkSession.builder.getOrCreate()

typed = spark.read.table("iot.readings").select(
    "device",
    "metric",
    "at",
    f.col("raw").cast(DecimalType(10, 3)).alias("value"),
    f.hour(f.col("at")).cast(IntegerType()).alias("hour"),
)
typed.write.saveAsTable("iot.typed_readings", mode="append")
