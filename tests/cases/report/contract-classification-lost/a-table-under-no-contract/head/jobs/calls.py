from pyspark.sql import functions as F

customers = spark.table("silver.customers")
calls = customers.select("customer_id", F.col("email").alias("who"), F.sha2("email", 256).alias("key"))
calls.write.saveAsTable("mart.calls")
