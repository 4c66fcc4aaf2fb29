# Databricks notebook source
from pyspark.sql import functions as F
from pyspark.sql.window import Window

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE OR REPLACE TEMPORARY VIEW addresses AS
# MAGIC SELECT customer_id, street, city, valid_from FROM crm.addresses WHERE valid_to IS NULL

# COMMAND ----------

current = spark.table("addresses").dropDuplicates(["customer_id"])

# COMMAND ----------

current.write.format("delta").mode("overwrite").saveAsTable("logistics.current_addresses")
