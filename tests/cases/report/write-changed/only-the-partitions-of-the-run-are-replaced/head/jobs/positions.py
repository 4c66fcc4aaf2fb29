from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.appName("positions").getOrCreate()
spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
today = spark.table("ods.positions").where(F.col("as_of") == F.current_date())
today.write.mode("overwrite").partitionBy("as_of").parquet("s3://lake/positions")
