# table s.today(id bigint, a string, b int, c double)
# table s.yesterday(id bigint, a string, b int, c double)
"""What changed between two snapshots, column by column."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

KEYS = ["id"]
spark = SparkSession.builder.getOrCreate()
new, old = spark.table("s.today"), spark.table("s.yesterday")
values = [c for c in new.columns if c not in KEYS]
old_renamed = old.select(*KEYS, *[F.col(c).alias(f"old_{c}") for c in values])
both = new.join(old_renamed, KEYS, "full")
any_change = F.lit(False)
for c in values:
    any_change = any_change | ~F.col(c).eqNullSafe(F.col("old_" + c))
changes = both.where(any_change)
changed = F.array(*[F.when(F.col(c) != F.col(f"old_{c}"), F.lit(c)) for c in values])
changes.withColumn("changed", changed).select("id", "changed", *values).write.mode("overwrite").saveAsTable("s_out.changes")
new.exceptAll(old).withColumn("kind", F.lit("upsert")).write.mode("overwrite").saveAsTable("s_out.upserts")
