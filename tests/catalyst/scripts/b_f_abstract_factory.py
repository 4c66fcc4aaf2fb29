# table z2.emea(id bigint, amt double, cur string)
# table z2.apac(order_no bigint, value double)
"""An abstract source with subclasses, super(), class attributes, a factory."""
from abc import ABC, abstractmethod
from typing import ClassVar

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


class Source(ABC):
    table: ClassVar[str]
    columns: ClassVar[dict] = {}

    def __init__(self, spark: SparkSession, **options):
        self.spark, self.options = spark, options

    def load(self) -> DataFrame:
        df = self.spark.table(self.table)
        return self.rename(df).transform(self.enrich)

    def rename(self, df):
        return df.select([F.col(old).alias(new) for old, new in self.columns.items()])

    @abstractmethod
    def enrich(self, df): ...


class Emea(Source):
    table = "z2.emea"
    columns = {"id": "order_id", "amt": "amount", "cur": "currency"}

    def enrich(self, df):
        return df.withColumn("region", F.lit("EMEA"))


class Apac(Source):
    table = "z2.apac"
    columns = {"order_no": "order_id", "value": "amount"}

    def enrich(self, df):
        rate = self.options.get("rate", 1.0)
        return df.withColumn("amount", F.col("amount") * rate).withColumn("currency", F.lit("USD")).withColumn("region", F.lit("APAC"))


class Apac2(Apac):
    def enrich(self, df):
        return super().enrich(df).filter(F.col("amount") > 0)


SOURCES = {cls.__name__.lower(): cls for cls in (Emea, Apac2)}


def create(name, spark, **options):
    return SOURCES[name](spark, **options)


spark = SparkSession.builder.getOrCreate()
frames = [create(n, spark, rate=1.3).load() for n in SOURCES]
first, *others = frames
for other in others:
    first = first.unionByName(other)
first.write.mode("overwrite").saveAsTable("z2_out.orders")
