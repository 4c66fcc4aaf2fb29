# table hr.people(id bigint, manager_id bigint, name string, salary double, dept string)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
people = spark.table("hr.people")
e, m = people.alias("e"), people.alias("m")
pairs = e.join(m, F.col("e.manager_id") == F.col("m.id"), "left")
pairs.select("e.name", F.col("m.name").alias("manager"), (F.col("e.salary") - F.col("m.salary")).alias("gap")).write.saveAsTable("out.pairs")
pairs.filter("e.salary > m.salary").select("e.*").write.saveAsTable("out.above")
