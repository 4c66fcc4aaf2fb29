# table shop.items(item_id bigint, title string, price double, tags array<string>, weight_g int, seller_id bigint)
"""df.transform with functions, closures and lambdas."""
from functools import partial

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def with_price_band(df: DataFrame, limits=(10, 50)) -> DataFrame:
    low, high = limits
    return df.withColumn(
        "band", F.when(F.col("price") < low, "cheap").when(F.col("price") < high, "fair").otherwise("dear")
    )


def with_vat(rate):
    def inner(df: DataFrame) -> DataFrame:
        return df.withColumn("gross", F.col("price") * (1 + rate))

    return inner


def rename(df, **names):
    for new, old in names.items():
        df = df.withColumnRenamed(old, new)
    return df


def keep_when(condition, df):
    return df.filter(condition)


spark = SparkSession.builder.getOrCreate()
result = (
    spark.table("shop.items")
    .transform(with_price_band)
    .transform(with_vat(0.19))
    .transform(partial(keep_when, F.size("tags") > 0))
    .transform(lambda df: df.withColumn("kg", F.col("weight_g") / 1000))
    .transform(partial(rename, name="title", id="item_id"))
    .transform(with_price_band, limits=(5, 20))
)
result.drop("weight_g").write.mode("overwrite").saveAsTable("shop_mart.items")
