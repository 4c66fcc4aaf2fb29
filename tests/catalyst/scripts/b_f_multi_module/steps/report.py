from pyspark.sql import Window
from pyspark.sql import functions as F


class Report:
    def __init__(self, sales, stores):
        self.joined = sales.join(stores, on="store", how="left")

    def by_region(self):
        return self.joined.groupBy("region", "month").agg(F.sum("revenue").alias("revenue"), F.countDistinct("sku").alias("skus"))

    def top(self, n):
        totals = self.joined.groupBy("region", "sku").agg(F.sum("revenue").alias("revenue"))
        w = Window.partitionBy("region").orderBy(F.desc("revenue"))
        return totals.withColumn("place", F.rank().over(w)).filter(F.col("place") <= n)
