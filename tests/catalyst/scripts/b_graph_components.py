# table p1.edges(src string, dst string, weight double)
"""Degrees, neighbours of neighbours, both directions."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
edges = spark.table("p1.edges").filter(F.col("src") != F.col("dst"))
both = edges.union(edges.select("dst", "src", "weight")).distinct()
degree = both.groupBy("src").agg(F.count("dst").alias("degree"), F.sum("weight").alias("strength")).withColumnRenamed("src", "node")
degree.write.mode("overwrite").saveAsTable("p1_out.degree")
a, b = both.alias("a"), both.alias("b")
hops = a.join(b, F.col("a.dst") == F.col("b.src")).where("a.src <> b.dst").select(F.col("a.src").alias("x"), F.col("b.dst").alias("y"))
common = hops.groupBy("x", "y").count().join(degree, hops.x == degree.node).select("x", "y", (F.col("count") / F.col("degree")).alias("similarity"))
common.write.mode("overwrite").saveAsTable("p1_out.common")
