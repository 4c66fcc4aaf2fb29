from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from billing.settings import Tax


def tax_rate(country: Column) -> Column:
    return F.when(country.isin(*Tax.REDUCED_COUNTRIES), F.lit(Tax.REDUCED)).otherwise(F.lit(Tax.STANDARD))


def with_gross(lines: DataFrame) -> DataFrame:
    return lines.withColumn("gross", F.round(F.col("net") * (1 + tax_rate(F.col("country"))), 2))
