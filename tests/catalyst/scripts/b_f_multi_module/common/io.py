from pyspark.sql import DataFrame, SparkSession

from . import settings


def load(spark: SparkSession, name: str) -> DataFrame:
    return spark.table(f"{settings.SOURCE_DB}.{name}")


def save(df: DataFrame, name: str, mode: str = "overwrite") -> None:
    df.write.mode(mode).saveAsTable(".".join([settings.TARGET_DB, name]))
