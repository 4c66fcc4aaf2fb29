# table stg.product(product_id bigint, name string, price double, category string)
# table dim.product(product_sk string, product_id bigint, name string, price double, category string, hash string, valid_from date, valid_to date, is_current boolean)
"""Slowly changing dimension by joins."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

KEY = "product_id"
TRACKED = ["name", "price", "category"]


def with_hash(df, cols):
    return df.withColumn("hash", F.md5(F.concat_ws("||", *[F.coalesce(F.col(c).cast("string"), F.lit("")) for c in cols])))


def main():
    spark = SparkSession.builder.getOrCreate()
    incoming = with_hash(spark.table("stg.product"), TRACKED)
    dim = spark.table("dim.product")
    current = dim.filter("is_current")
    history = dim.filter(~F.col("is_current"))

    joined = incoming.alias("i").join(current.alias("c"), F.col("i." + KEY) == F.col("c." + KEY), "left")
    changed = joined.filter(F.col("c.hash").isNull() | (F.col("c.hash") != F.col("i.hash"))).select("i.*")

    new_rows = (
        changed.withColumn("product_sk", F.expr("uuid()"))
        .withColumn("valid_from", F.current_date())
        .withColumn("valid_to", F.lit(None).cast("date"))
        .withColumn("is_current", F.lit(True))
    )
    closed = (
        current.join(changed.select(KEY), KEY, "inner")
        .withColumn("valid_to", F.date_sub(F.current_date(), 1))
        .withColumn("is_current", F.lit(False))
    )
    kept = current.join(changed.select(KEY), on=KEY, how="left_anti")
    result = history.unionByName(kept).unionByName(closed).unionByName(new_rows.select(history.columns))
    result.write.mode("overwrite").saveAsTable("dim.product_next")


main()
