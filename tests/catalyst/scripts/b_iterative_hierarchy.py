# table i.nodes(node string, parent string, label string, weight double)
"""A hierarchy flattened by a fixed number of self-joins."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

LEVELS = 3
spark = SparkSession.builder.getOrCreate()
nodes = spark.table("i.nodes")
result = nodes.where(F.col("parent").isNull()).select(F.col("node").alias("level_0"), F.col("label").alias("label_0"))
for depth in range(1, LEVELS):
    child = nodes.select(
        F.col("parent").alias(f"parent_{depth}"), F.col("node").alias(f"level_{depth}"), F.col("label").alias(f"label_{depth}")
    )
    result = result.join(child, F.col(f"level_{depth - 1}") == F.col(f"parent_{depth}"), "left").drop(f"parent_{depth}")
path = F.concat_ws(" > ", *[F.col(f"label_{d}") for d in range(LEVELS)])
result.withColumn("path", path).withColumn("leaf", F.coalesce(*[F.col(f"level_{d}") for d in reversed(range(LEVELS))])).write.mode(
    "overwrite"
).saveAsTable("i_out.paths")
