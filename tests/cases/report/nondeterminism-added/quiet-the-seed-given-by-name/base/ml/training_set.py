from pyspark.sql import SparkSession
from pyspark.sql import functions as F

SEED = 20260101

spark = SparkSession.builder.getOrCreate()
fraud = spark.table("gold.transactions").where("is_fraud")
normal = spark.table("gold.transactions").where("not is_fraud").sample(False, 0.05, SEED)
training = fraud.unionByName(normal).withColumn("weight", F.when(F.col("is_fraud"), 20.0).otherwise(1.0))
training.write.mode("overwrite").parquet("s3://models/fraud/training")
