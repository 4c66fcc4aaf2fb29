import pyspark.sql.functions as F
from pyspark.sql import DataFrame

from billing import tax


def with_gross(df: DataFrame, *, name: str = "gross") -> DataFrame:
    """Add the gross amount of each line."""
    rate = tax.rate("country")
    return df.withColumn(name, F.round((rate + 1) * F.col("net"), 2))
