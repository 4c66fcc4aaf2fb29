# table k2.offers(offer bigint, supplier string, price double, days int, rating double, region string)
"""Weights in a dict; sum() and max() of Python over columns; normalised per group."""
from functools import reduce

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

WEIGHTS = {"price": -0.5, "days": -0.2, "rating": 0.3}
w = Window.partitionBy("region")
spark = SparkSession.builder.getOrCreate()
offers = spark.table("k2.offers")


def scaled(name):
    lo, hi = F.min(name).over(w), F.max(name).over(w)
    return ((F.col(name) - lo) / (hi - lo)).alias(f"{name}_scaled")


scored = offers.select("*", *map(scaled, WEIGHTS))
score = sum(F.col(f"{name}_scaled") * weight for name, weight in WEIGHTS.items())
scored = scored.withColumn("score", score)
rank = F.row_number().over(w.orderBy(F.desc("score"), "offer"))
best = scored.withColumn("rank", rank).where("rank <= 3").drop(*[c for c in scored.columns if c.endswith("_scaled")])
best.write.mode("overwrite").saveAsTable("k2_out.best")
suspicious = reduce(lambda a, b: a | b, [F.col(n).isNull() for n in WEIGHTS])
offers.filter(suspicious).select("offer", "supplier").write.mode("overwrite").saveAsTable("k2_out.suspicious")
