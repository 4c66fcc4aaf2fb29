# table hr.people(id bigint, manager_id bigint, name string, salary double, dept string)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
people = spark.table("hr.people")
managers = people.select(F.col("id").alias("manager_id"), F.col("name").alias("manager_name"))
people.join(managers, "manager_id", "left").select("id", "name", "manager_name", "manager_id").write.saveAsTable("out.using")
boss = people.withColumnRenamed("id", "boss_id").withColumnRenamed("name", "boss").drop("manager_id", "salary", "dept")
people.join(boss, people.manager_id == boss.boss_id).select(people["name"], boss["boss"]).write.saveAsTable("out.columns")
