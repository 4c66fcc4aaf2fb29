# table raw.w(id bigint, jan double, feb double, mar double)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
d = spark.table("raw.w")
months = ["jan", "feb", "mar"]
d.selectExpr("id", f"stack({len(months)}, " + ", ".join(f"\"{m}\", {m}" for m in months) + ") as (month, v)").write.saveAsTable("out.stacked")
d.unpivot("id", months, "month", "v").where("v IS NOT NULL").write.saveAsTable("out.unpivoted")
d.select("id", F.greatest(*months).alias("peak"), sum(F.col(m) for m in months).alias("total")).write.saveAsTable("out.sums")
