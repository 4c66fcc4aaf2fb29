# table u2.budget(dept string, month string, planned double)
# table u2.actual(dept string, month string, spent double, booked date)
# table u2.depts(dept string, name string, active boolean)
"""Full grid of keys, outer joins, missing rows found by isNull."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
budget, actual, depts = (spark.table(f"u2.{n}") for n in ("budget", "actual", "depts"))
active = depts.where("active")
months = budget.select("month").union(actual.select("month")).distinct()
grid = active.select("dept", "name").crossJoin(months)
spent = actual.groupBy("dept", "month").agg(F.sum("spent").alias("spent"))
report = grid.join(budget, ["dept", "month"], "left").join(spent, ["dept", "month"], "left").fillna(0.0, ["planned", "spent"])
report = report.withColumn("variance", F.col("planned") - F.col("spent")).withColumn(
    "status", F.when(F.col("variance") < 0, "over").when(F.col("planned") == 0, "unplanned").otherwise("ok")
)
report.write.mode("overwrite").saveAsTable("u2_out.report")
orphans = actual.join(active.withColumnRenamed("name", "dept_name"), "dept", "left").filter(F.col("dept_name").isNull())
orphans.select("dept", "spent").write.mode("overwrite").saveAsTable("u2_out.orphans")
