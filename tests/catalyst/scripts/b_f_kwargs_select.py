# table a3.points(id bigint, x double, y double, z double, label string)
"""withColumns with comprehensions, expr by f-strings, star tricks."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

AXES = "xyz"
spark = SparkSession.builder.getOrCreate()
points = spark.table("a3.points")
norm = F.sqrt(sum(F.pow(F.col(a), 2) for a in AXES))
unit = points.withColumns({f"u{a}": F.col(a) / norm for a in AXES})
unit.withColumn("check", F.expr(" + ".join(f"u{a} * u{a}" for a in AXES))).write.mode("overwrite").saveAsTable("a3_out.unit")
stats = points.groupBy("label").agg(*[f(a).alias(f"{n}_{a}") for a in AXES for n, f in (("lo", F.min), ("hi", F.max))])
box = stats.selectExpr("label", *[f"hi_{a} - lo_{a} as d{a}" for a in AXES])
box.select("*", F.expr("dx * dy * dz").alias("volume")).write.mode("overwrite").saveAsTable("a3_out.box")
points.join(stats, "label").where(" or ".join(f"{a} = hi_{a}" for a in AXES)).select(points["*"]).write.mode("overwrite").saveAsTable("a3_out.extremes")
