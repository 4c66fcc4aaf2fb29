# table d4.wide(id bigint, q1 int, q2 int, q3 int, q4 int, name string)
"""reduce over columns with a start value, map, filter, zip, itertools."""
from functools import reduce
from itertools import chain, combinations, product

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
wide = spark.table("d4.wide")
qs = list(filter(lambda c: c.startswith("q"), wide.columns))
doubled = reduce(lambda df, c: df.withColumn(f"{c}_2", F.col(c) * 2), qs, wide)
pairs = list(combinations(qs[:3], 2))
diffs = reduce(lambda df, p: df.withColumn(f"{p[0]}_{p[1]}", F.col(p[0]) - F.col(p[1])), pairs, doubled)
diffs.drop(*chain(qs, ["name"])).write.mode("overwrite").saveAsTable("d4_out.diffs")
grid = [F.lit(a + b).alias(f"{a}{b}") for a, b in product("xy", "12")]
wide.select("id", *grid, *map(F.col, qs[-2:])).write.mode("overwrite").saveAsTable("d4_out.grid")
renames = dict(zip(qs, map(str.upper, qs)))
wide.withColumnsRenamed(renames).select(*renames.values()).write.mode("overwrite").saveAsTable("d4_out.upper")
any_null = reduce(lambda a, c: a | F.col(c).isNull(), qs[1:], F.col(qs[0]).isNull())
wide.where(any_null).select("id").write.mode("overwrite").saveAsTable("d4_out.incomplete")
