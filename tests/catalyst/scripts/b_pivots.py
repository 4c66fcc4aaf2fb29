# table sales.lines(store string, product string, quarter string, qty int, amount double, sold date)
"""Pivots with and without values, and unpivots."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
lines = spark.table("sales.lines")
quarters = ["Q1", "Q2", "Q3", "Q4"]

by_store = lines.groupBy("store").pivot("quarter", quarters).sum("amount").na.fill(0, subset=quarters)
by_store = by_store.withColumn("year_total", sum(F.col(q) for q in quarters))
by_store.write.mode("overwrite").saveAsTable("mart.store_quarters")

two = (
    lines.filter(F.col("product").isNotNull())
    .groupBy("product")
    .pivot("quarter", ["Q1", "Q2"])
    .agg(F.sum("qty").alias("qty"), F.avg("amount").alias("avg"))
)
two.write.mode("overwrite").saveAsTable("mart.product_quarters")

long = by_store.unpivot(["store"], quarters, "quarter", "amount")
long.where("amount > 0").write.mode("overwrite").saveAsTable("mart.store_quarter_long")

stacked = by_store.selectExpr("store", "stack(2, 'first', Q1, 'second', Q2) as (q, value)")
stacked.write.mode("overwrite").saveAsTable("mart.stacked")
