# table i2.legacy(KUNNR string, NAME1 string, ORT01 string, PSTLZ string, LAND1 string, ERDAT string, LOEVM string)
"""SAP names mapped by a list of tuples, with types and defaults."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

MAPPING = [
    ("KUNNR", "customer_no", "string"),
    ("NAME1", "name", "string"),
    ("ORT01", "city", "string"),
    ("PSTLZ", "zip", "string"),
    ("LAND1", "country", "string"),
    ("ERDAT", "created_on", "date"),
]
DEFAULTS = {"country": "DE", "city": "-"}


def convert(source, target, kind):
    column = F.col(source)
    if kind == "date":
        column = F.to_date(column, "yyyyMMdd")
    elif kind != "string":
        column = column.cast(kind)
    if target in DEFAULTS:
        column = F.coalesce(F.nullif(F.trim(column), F.lit("")), F.lit(DEFAULTS[target]))
    return column.alias(target)


spark = SparkSession.builder.getOrCreate()
legacy = spark.table("i2.legacy").where((F.col("LOEVM") != "X") | F.col("LOEVM").isNull())
customers = legacy.select(*(convert(*row) for row in MAPPING)).withColumn(
    "customer_no", F.regexp_replace("customer_no", "^0+", "")
)
unmapped = sorted(set(c.upper() for c in legacy.columns) - {source for source, *_ in MAPPING})
customers.dropDuplicates(["customer_no"]).write.mode("overwrite").saveAsTable("i2_out.customers")
legacy.select("KUNNR", *unmapped).write.mode("overwrite").saveAsTable("i2_out.unmapped")
