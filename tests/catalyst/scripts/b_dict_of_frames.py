# table b1.emp(emp_id bigint, dept_id bigint, name string, salary double)
# table b1.dept(dept_id bigint, dept string, head bigint)
# table b1.proj(proj_id bigint, dept_id bigint, budget double)
"""Frames in dictionaries; joins described by tuples."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
dfs = {name: spark.table(f"b1.{name}") for name in ("emp", "dept", "proj")}
dfs["proj"] = dfs["proj"].groupBy("dept_id").agg(F.sum("budget").alias("budget"), F.count("proj_id").alias("projects"))
PLAN = [("dept", ["dept_id"], "inner"), ("proj", ["dept_id"], "left")]

result = dfs.pop("emp")
for name, keys, how in PLAN:
    result = result.join(dfs[name], on=keys, how=how)
result = result.select("*", (F.col("emp_id") == F.col("head")).alias("is_head"))
columns = {"dept_id": None, "budget": F.coalesce(F.col("budget"), F.lit(0.0)), "name": F.upper("name")}
for name, expression in columns.items():
    result = result.drop(name) if expression is None else result.withColumn(name, expression)
result.write.mode("overwrite").saveAsTable("b1_out.emp")
