# table raw.visits(visit_id bigint, patient_id bigint, ward string, admitted timestamp, discharged timestamp)
# table raw.patients(patient_id bigint, nhs_number string, dob date, sex string)
"""Temporary views between frames and SQL."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
visits = spark.table("raw.visits").withColumn("hours", (F.unix_timestamp("discharged") - F.unix_timestamp("admitted")) / 3600)
visits.createOrReplaceTempView("visits")
spark.table("raw.patients").select("patient_id", "dob", "sex").createOrReplaceTempView("patients")

with_age = spark.sql(
    """
    SELECT v.visit_id, v.ward, v.hours, p.sex,
           floor(datediff(v.admitted, p.dob) / 365.25) AS age
    FROM visits v
    JOIN patients p ON v.patient_id = p.patient_id
    WHERE v.ward IS NOT NULL
    """
)
with_age.createOrReplaceTempView("visits")
spark.sql("CACHE TABLE visits")
summary = spark.sql("SELECT ward, sex, avg(hours) avg_hours, max(age) AS oldest FROM visits GROUP BY ward, sex")
summary.filter("avg_hours > 1").write.mode("overwrite").saveAsTable("mart.ward_summary")
spark.sql("SELECT * FROM visits").where(F.col("age") >= 65).write.mode("overwrite").saveAsTable("mart.elderly_visits")
spark.catalog.dropTempView("visits")
