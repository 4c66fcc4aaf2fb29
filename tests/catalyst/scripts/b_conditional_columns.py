# table i1.wide(id bigint, a_2021 double, a_2022 double, b_2021 double, b_2022 double, kind string)
"""Wide to long through arrays of structs; columns picked by pattern."""
import re

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
wide = spark.table("i1.wide")
years = sorted({m.group(1) for c in wide.columns if (m := re.match(r"a_(\d{4})", c))})
long = wide.select(
    "id",
    "kind",
    F.explode(
        F.array(*[F.struct(F.lit(int(y)).alias("year"), F.col(f"a_{y}").alias("a"), F.col(f"b_{y}").alias("b")) for y in years])
    ).alias("s"),
).select("id", "kind", "s.*")
long.filter("a is not null or b is not null").write.mode("overwrite").saveAsTable("i1_out.long")
numeric = [f.name for f in wide.schema if f.dataType.typeName() == "double"]
wide.select("id", F.array(*numeric).alias("all"), F.array_max(F.array(*[c for c in numeric if c[0] == "a"])).alias("max_a")).write.mode(
    "overwrite"
).saveAsTable("i1_out.arrays")
