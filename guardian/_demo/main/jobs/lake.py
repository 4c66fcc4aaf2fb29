"""What all jobs share: reading bronze, keeping the current state of a key, writing silver."""

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F


def session(name: str) -> SparkSession:
    return SparkSession.builder.appName(name).getOrCreate()


def bronze(spark: SparkSession, table: str) -> DataFrame:
    return spark.table(f"bronze.{table}")


def latest(df: DataFrame, *keys: str) -> DataFrame:
    """Keep the row of each key that was ingested last."""
    newest_first = Window.partitionBy(*keys).orderBy(F.col("ingested_at").desc())
    ranked = df.withColumn("_rank", F.row_number().over(newest_first))
    return ranked.where(F.col("_rank") == 1).drop("_rank")


def write(df: DataFrame, table: str, mode: str = "overwrite") -> None:
    df.write.format("delta").mode(mode).saveAsTable(f"silver.{table}")
