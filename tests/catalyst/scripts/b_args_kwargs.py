# table c.costs(project string, month string, planned double, actual double, category string)
"""*args and **kwargs passed through."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def aggregate(df, *keys, **measures):
    return df.groupBy(*keys).agg(*(expr.alias(name) for name, expr in measures.items()))


def save(df, name, **options):
    settings = dict(mode="overwrite", format="parquet")
    settings.update(options)
    df.write.saveAsTable(name, **settings)


def ratio(a, b):
    return F.when(F.col(b) != 0, F.col(a) / F.col(b))


spark = SparkSession.builder.getOrCreate()
costs = spark.table("c.costs")
keys = ("project", "category")
totals = aggregate(costs, *keys, planned=F.sum("planned"), actual=F.sum("actual"), months=F.countDistinct("month"))
save(totals.withColumn("usage", ratio("actual", "planned")), "c_mart.totals")
save(aggregate(costs, "month", worst=F.max(F.col("actual") - F.col("planned"))), "c_mart.months", mode="append")
overall = {"planned": F.sum("planned"), "n": F.count("*")}
save(aggregate(costs, **overall), name="c_mart.overall")
