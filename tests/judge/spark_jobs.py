"""PySpark scripts over a few small tables, and the rows that Spark runs them on."""

TABLES = """
CREATE TABLE t (id INT, k INT, x INT, s STRING, b BOOLEAN);
CREATE TABLE u (k INT, y INT, z INT, s STRING);
CREATE TABLE d (k INT, name STRING, w INT);
"""
ROWS = {
    "t": "(1, 1, 10, 'a', true), (2, 1, NULL, 'b', false), (3, 2, 5, 'd', true), (4, NULL, 7, 'a', NULL),"
    " (5, 3, 0, 'c', true), (6, 2, 5, 'a', false), (7, 3, 2, 'b', true), (8, 1, 3, NULL, NULL), (9, 3, 4, 'A', false)",
    "u": "(1, 100, 1, 'a'), (1, 200, 2, 'b'), (2, NULL, 3, 'a'), (NULL, 5, 1, NULL), (7, 1, NULL, 'c'), (2, 9, 2, 'b'),"
    " (3, 100, 3, 'c'), (2, 9, 2, 'b')",
    "d": "(1, 'one', 3), (2, NULL, 1), (3, 'three', NULL), (9, 'nine', 2)",
}
HEAD = """from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
"""
MODULES = {
    "settings.py": 'SMALLEST = 2\nSTATES = ["a", "b"]\nTARGET = "mart.result"\nRATE = 3\n',
}
_BODIES = {
    "a filter and columns": """
t = spark.table("t")
kept = t.filter((F.col("x") > 2) & (F.col("s") != "d")).withColumn("twice", F.col("x") * 2)
result = kept.withColumn("label", F.upper(F.col("s"))).select("id", "k", "twice", "label")
result.write.mode("overwrite").saveAsTable("mart.result")
""",
    "a join and a grouping": """
t = spark.table("t")
u = spark.table("u").where(F.col("z") >= 2)
joined = t.join(u.select("k", "y"), "k", "left")
result = joined.groupBy("k").agg(F.sum("y").alias("total"), F.count("id").alias("n"), F.max("x").alias("top"))
result = result.filter(F.col("n") > 1)
result.write.mode("overwrite").saveAsTable("mart.result")
""",
    "a window picks the last": """
w = Window.partitionBy("k").orderBy(F.col("x").desc(), F.col("id"))
t = spark.table("t").withColumn("n", F.row_number().over(w)).withColumn("before", F.lag("x", 1).over(w))
result = t.filter(F.col("n") == 1).select("k", "id", "x", "before")
result.write.mode("overwrite").saveAsTable("mart.result")
""",
    "cases and defaults": """
t = spark.table("t")
band = F.when(F.col("x") > 6, "high").when(F.col("x") > 3, "mid").otherwise("low")
result = t.withColumn("band", band).withColumn("v", F.coalesce(F.col("x"), F.col("k"), F.lit(0)))
result = result.withColumn("share", F.round(F.col("x") / 3, 1)).drop("b")
result.write.mode("overwrite").saveAsTable("mart.result")
""",
    "unions without repeats": """
one = spark.table("t").select("k", "s")
other = spark.table("u").filter(F.col("y").isNotNull()).select("k", "s")
result = one.union(other).dropDuplicates(["k", "s"]).filter(F.col("s").isin("a", "b", "c"))
result.write.mode("overwrite").partitionBy("s").saveAsTable("mart.result")
""",
    "functions and settings": """
from settings import RATE, SMALLEST, STATES, TARGET


def plausible(df):
    return df.filter((F.col("x") >= SMALLEST) & F.col("s").isin(STATES))


def rated(df, rate):
    return df.withColumn("rated", F.col("x") * rate)


result = rated(plausible(spark.table("t")), RATE).select("id", "s", "rated")
result.write.mode("overwrite").saveAsTable(TARGET)
""",
    "a class of steps": """
class Job:
    keys = ["k"]

    def __init__(self, source):
        self.source = source

    def read(self):
        return spark.table(self.source).filter(F.col("y") > 1)

    def run(self):
        totals = self.read().groupBy(*self.keys).agg(F.sum("y").alias("total"), F.countDistinct("s").alias("kinds"))
        named = totals.join(spark.table("d"), self.keys, "inner").filter(F.col("w") > 0)
        named.select("k", "total", "kinds", "name").write.mode("overwrite").saveAsTable("mart.result")


Job("u").run()
""",
    "a loop over columns": """
df = spark.table("u")
for name in ["y", "z"]:
    df = df.withColumn(name + "_known", F.coalesce(F.col(name), F.lit(0)))
measures = [F.sum(c).alias(f"{c}_sum") for c in ["y_known", "z_known"]]
result = df.groupBy("s").agg(*measures)
result.write.mode("overwrite").saveAsTable("mart.result")
""",
    "SQL over a view": """
spark.table("t").filter("x > 1").createOrReplaceTempView("kept")
result = spark.sql("SELECT k, count(*) AS n, max(x) AS top FROM kept WHERE s <> 'c' GROUP BY k")
result = result.withColumnRenamed("top", "best").withColumn("kind", F.lit("t"))
result.write.mode("overwrite").saveAsTable("mart.result")
""",
    "semi and anti joins": """
t = spark.table("t")
late = spark.table("u").filter(F.col("y") > 5)
kept = t.join(late, "k", "left_semi")
result = kept.join(spark.table("d").filter(F.col("w") >= 3), "k", "left_anti").select("id", "k", "x")
result.write.mode("overwrite").saveAsTable("mart.result")
""",
    "conditions of joins": """
t = spark.table("t").alias("t")
u = spark.table("u").alias("u")
result = t.join(u, (F.col("t.k") == F.col("u.k")) & (F.col("u.z") > 1), "left")
result = result.select(F.col("t.id").alias("id"), F.col("u.y").alias("y"), (F.col("t.x") + F.col("u.z")).alias("both"))
result.write.mode("overwrite").saveAsTable("mart.result")
""",
    "gaps filled": """
t = spark.table("t").fillna(0, ["x"]).fillna({"s": "none"})
w = Window.partitionBy("s").orderBy("id").rowsBetween(Window.unboundedPreceding, Window.currentRow)
result = t.select("id", "s", F.sum("x").over(w).alias("running"), F.length("s").alias("size"))
result = result.orderBy(F.desc("running"), "id").limit(6)
result.write.mode("overwrite").saveAsTable("mart.result")
""",
}
JOBS = {name: HEAD + body for name, body in _BODIES.items()}
