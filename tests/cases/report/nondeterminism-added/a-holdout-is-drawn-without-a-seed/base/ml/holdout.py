from pyspark.sql import SparkSession

SEED = 7

spark = SparkSession.builder.getOrCreate()
holdout = spark.table("gold.sessions").sample(withReplacement=False, fraction=0.1, seed=SEED)
holdout.write.mode("overwrite").saveAsTable("ml.holdout")
