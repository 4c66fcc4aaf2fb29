# table m2.bom(parent string, child string, qty double)
# table m2.parts(part string, cost double, kind string)
"""A bill of materials exploded by a while loop with a bound."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

MAX_DEPTH = 3
spark = SparkSession.builder.getOrCreate()
bom = spark.table("m2.bom")
level = bom.select(F.col("parent").alias("root"), "child", "qty").withColumn("depth", F.lit(1))
result = level
depth = 1
while depth < MAX_DEPTH:
    depth += 1
    level = (
        level.alias("l")
        .join(bom.alias("b"), F.col("l.child") == F.col("b.parent"))
        .select(F.col("l.root"), F.col("b.child"), (F.col("l.qty") * F.col("b.qty")).alias("qty"), F.lit(depth).alias("depth"))
    )
    result = result.unionByName(level)
parts = spark.table("m2.parts").filter(F.col("kind") == "buy")
cost = (
    result.join(parts, result["child"] == parts["part"])
    .groupBy("root")
    .agg(F.sum(F.col("qty") * F.col("cost")).alias("cost"), F.max("depth").alias("depth"))
)
cost.write.mode("overwrite").saveAsTable("m2_out.costs")
