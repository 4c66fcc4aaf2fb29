from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
readings = spark.table("iot.readings")
typed = readings.withColumn("value", F.col("raw").cast("decimal(10,3)")).withColumn("hour", F.hour("at").cast("int"))
typed.drop("raw").write.mode("append").saveAsTable("iot.typed_readings")
