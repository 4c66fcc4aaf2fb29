# table e1.facts(fact_id bigint, natural_key string, event_date date, amount double)
# table e1.dim(dim_sk bigint, natural_key string, valid_from date, valid_to date, attr string)
"""Point in time lookup; rows without a match get a default member."""
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

UNKNOWN = -1
spark = SparkSession.builder.getOrCreate()
facts = spark.table("e1.facts").alias("f")
dim = spark.table("e1.dim").alias("d")
in_time = (F.col("f.natural_key") == F.col("d.natural_key")) & (
    F.col("f.event_date").between(F.col("d.valid_from"), F.coalesce(F.col("d.valid_to"), F.lit("9999-12-31").cast("date")))
)
matched = facts.join(dim, in_time, "left").select("f.*", F.coalesce(F.col("d.dim_sk"), F.lit(UNKNOWN)).alias("dim_sk"), "d.attr")
best = Window.partitionBy("fact_id").orderBy(F.col("dim_sk").desc_nulls_last())
unique = matched.withColumn("n", F.row_number().over(best)).filter("n == 1").drop("n", "natural_key")
unique.write.mode("overwrite").saveAsTable("e1_out.facts")
missing = unique.filter(F.col("dim_sk") == UNKNOWN)
missing.select("fact_id", "event_date").write.mode("append").saveAsTable("e1_out.missing")
