# Databricks notebook source
from pyspark.sql import functions as F
from pyspark.sql.window import Window

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE OR REPLACE TEMPORARY VIEW addresses AS
# MAGIC SELECT customer_id, street, city, valid_from FROM crm.addresses WHERE valid_to IS NULL

# COMMAND ----------

newest = Window.partitionBy("customer_id").orderBy(F.col("valid_from").desc(), "street")
current = (
    spark.table("addresses")
    .withColumn("rn", F.row_number().over(newest))
    .filter("rn = 1")
    .drop("rn")
)

# COMMAND ----------

current.write.format("delta").mode("overwrite").saveAsTable("logistics.current_addresses")
