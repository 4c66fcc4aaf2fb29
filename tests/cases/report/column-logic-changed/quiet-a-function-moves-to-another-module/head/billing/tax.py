from pyspark.sql import Column
from pyspark.sql.functions import col, lit, when

from billing.settings import Tax


def rate(name: str) -> Column:
    is_reduced = col(name).isin(list(Tax.REDUCED_COUNTRIES))
    return when(is_reduced, lit(Tax.REDUCED)).otherwise(lit(Tax.STANDARD))
