# table h.Admissions(AdmissionID bigint, PatientID bigint, AdmitDate date, Ward string, LOS int)
"""Upper and lower case of names are one."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
df = spark.table("h.Admissions")
df = df.toDF(*[c.lower() for c in df.columns])
df = df.withColumn("WARD", F.trim("Ward")).withColumnRenamed("LOS", "length_of_stay")
df = df.filter(df.admitdate >= "2024-01-01").drop("PatientId")
df.select("AdmissionId", "ward", F.col("Length_Of_Stay")).write.mode("overwrite").saveAsTable("h_out.admissions")
