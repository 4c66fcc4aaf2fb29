# Databricks notebook source
# MAGIC %md
# MAGIC ## Admissions

# COMMAND ----------

# MAGIC %run ./settings

# COMMAND ----------

dbutils.widgets.text("month", "2026-01")
month = dbutils.widgets.get("month")
admissions = spark.table(f"{schema}.admissions").where(f"date_format(admitted_on, 'yyyy-MM') = '{month}'")
admissions.createOrReplaceTempView("admissions_of_month")

# COMMAND ----------

# MAGIC %sql
# MAGIC INSERT OVERWRITE health.ward_days
# MAGIC SELECT ward, admitted_on AS day, COUNT(DISTINCT patient_id) AS patients
# MAGIC FROM admissions_of_month
# MAGIC GROUP BY ward, admitted_on
