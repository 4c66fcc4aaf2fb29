# table f4.tree(id bigint, parent bigint, name string, amount double)
"""A recursive function over frames, a stack emptied by while."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
tree = spark.table("f4.tree")


def ancestors(df, depth):
    if depth == 0:
        return df
    parents = tree.select(F.col("id").alias("pid"), F.col("parent").alias("next"), F.col("name").alias(f"anc_{depth}"))
    joined = df.join(parents, df["parent"] == parents["pid"], "left")
    return ancestors(joined.drop("parent", "pid").withColumnRenamed("next", "parent"), depth - 1)


ancestors(tree, 2).write.mode("overwrite").saveAsTable("f4_out.ancestors")
todo = [("amount", 1), ("amount", 2)]
df = tree.select("id", "amount")
while todo:
    name, factor = todo.pop()
    df = df.withColumn(f"{name}_x{factor}", F.col(name) * factor)
df.write.mode("overwrite").saveAsTable("f4_out.scaled")
