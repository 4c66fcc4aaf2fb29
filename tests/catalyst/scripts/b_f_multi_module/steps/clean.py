from pyspark.sql import functions as F

RULES = [("qty", F.col("qty") > 0), ("price", F.col("price").isNotNull())]


def clean(df):
    for _, rule in RULES:
        df = df.filter(rule)
    return df.withColumn("revenue", F.col("qty") * F.col("price")).withColumn("month", F.date_trunc("month", "sold"))
