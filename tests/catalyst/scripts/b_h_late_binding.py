# table c4.t(id bigint, a double, b double, c double)
"""Lambdas in loops: bound late, bound early, by closures."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
t = spark.table("c4.t")
late = []
early = []
for name in ["a", "b", "c"]:
    late.append(lambda: F.col(name))
    early.append(lambda n=name: F.col(n))


def maker(n):
    def inner(scale=1):
        return F.col(n) * scale

    return inner


made = {n: maker(n) for n in "abc"}
t.select("id", *[f().alias(f"late_{i}") for i, f in enumerate(late)]).write.mode("overwrite").saveAsTable("c4_out.late")
t.select("id", *[f().alias(f"early_{i}") for i, f in enumerate(early)]).write.mode("overwrite").saveAsTable("c4_out.early")
t.select("id", *[f(scale=2).alias(n) for n, f in made.items()]).write.mode("overwrite").saveAsTable("c4_out.made")
