# table s.sales(id bigint, sku string, qty int, price double, sold_on date, shop int)
# table s.shops(shop int, city string, opened date)
"""Properties and lazy attributes of a job."""
from functools import cached_property

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


class SalesJob:
    def __init__(self, spark: SparkSession, schema="s", **options):
        self.spark = spark
        self.schema = schema
        self.options = {"min_qty": 1, **options}
        self._sales = None

    @property
    def sales(self) -> DataFrame:
        if self._sales is None:
            self._sales = self.spark.table(f"{self.schema}.sales").filter(F.col("qty") >= self.options["min_qty"])
        return self._sales

    @cached_property
    def shops(self):
        return self.spark.table(f"{self.schema}.shops").withColumnRenamed("opened", "shop_opened")

    @property
    def enriched(self):
        return self.sales.join(self.shops, "shop", "left").withColumn("revenue", F.col("qty") * F.col("price"))

    def by(self, *keys):
        return self.enriched.groupBy(*keys).agg(F.sum("revenue").alias("revenue"))

    def __call__(self):
        self.by("city").write.mode("overwrite").saveAsTable("s_mart.city_revenue")
        self.by("sku", "shop").write.mode("overwrite").saveAsTable("s_mart.sku_shop_revenue")
        first = F.datediff("sold_on", "shop_opened")
        self.enriched.select("id", first.alias("days_since_opening")).write.mode("overwrite").saveAsTable("s_mart.age")


SalesJob(SparkSession.builder.getOrCreate(), min_qty=2)()
