# table hr.people(id bigint, manager_id bigint, name string, salary double, dept string)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
people = spark.table("hr.people")
means = people.groupBy("dept").agg(F.avg("salary").alias("mean"), F.count("*").alias("n"))
back = people.join(means, "dept", "left").withColumn("above", F.col("salary") > F.col("mean"))
back.select("id", "dept", "above", "n").write.saveAsTable("out.back")
top = people.groupBy(people.dept).agg(F.max(people.salary).alias("salary"))
people.join(top, ["dept", "salary"], "left_semi").write.saveAsTable("out.top")
