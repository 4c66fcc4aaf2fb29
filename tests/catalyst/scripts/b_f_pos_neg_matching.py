# table q2.left_rows(lid bigint, name string, zip string, born date)
# table q2.right_rows(rid bigint, full_name string, postcode string, birth date)
"""Record linkage: blocking keys, distances, best match by window."""
from pyspark.sql import Column, SparkSession, Window
from pyspark.sql import functions as F


def key(*cols: Column) -> Column:
    return F.md5(F.concat_ws("#", *[F.lower(F.trim(c)) for c in cols]))


spark = SparkSession.builder.getOrCreate()
left = spark.table("q2.left_rows").withColumn("block", key(F.col("zip"), F.year("born").cast("string")))
right = spark.table("q2.right_rows").select(
    "rid", F.col("full_name").alias("other_name"), key(F.col("postcode"), F.year("birth").cast("string")).alias("block")
)
pairs = left.join(right, "block").withColumn("distance", F.levenshtein(F.lower("name"), F.lower("other_name")))
best = Window.partitionBy("lid").orderBy("distance", "rid")
matches = pairs.withColumn("n", F.row_number().over(best)).where((F.col("n") == 1) & (F.col("distance") < 5))
matches.select("lid", "rid", (1 / (1 + F.col("distance"))).alias("score")).write.mode("overwrite").saveAsTable("q2_out.matches")
left.join(matches.select("lid"), "lid", "left_anti").drop("block").write.mode("overwrite").saveAsTable("q2_out.unmatched")
