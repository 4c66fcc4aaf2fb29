from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.getOrCreate()
typed = spark.table("landing.orders").withColumn("total", F.col("total").cast("decimal(12,2)"))
valid = typed.where(F.col("total").isNotNull())
valid.write.mode("append").saveAsTable("bronze.orders")
