# table org.employees(id bigint, name string, manager_id bigint, salary double, dept string)
"""Self-joins with aliases, and by the frames themselves."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
emp = spark.table("org.employees")
e, m, g = emp.alias("e"), emp.alias("m"), emp.alias("g")
chain = (
    e.join(m, F.col("e.manager_id") == F.col("m.id"), "left")
    .join(g, F.col("m.manager_id") == F.col("g.id"), "left")
    .select(
        F.col("e.id").alias("id"),
        F.col("e.name"),
        F.col("m.name").alias("manager"),
        F.col("g.name").alias("grand_manager"),
        (F.col("e.salary") > F.col("m.salary")).alias("earns_more"),
    )
)
chain.write.mode("overwrite").saveAsTable("org_mart.chain")

dept = emp.groupBy("dept").agg(F.avg("salary").alias("dept_avg"))
emp.join(dept, "dept").select(emp.id, "dept", dept["dept_avg"], emp.salary).withColumn(
    "above", F.col("salary") > F.col("dept_avg")
).write.mode("overwrite").saveAsTable("org_mart.above")

right = emp.select(F.col("id").alias("boss_id"), F.col("name").alias("boss"))
emp.join(right, emp.manager_id == right.boss_id, "inner").drop("boss_id", "manager_id").write.mode("overwrite").saveAsTable("org_mart.bosses")
