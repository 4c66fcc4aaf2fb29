# table d1.clicks(user string, page string, at timestamp)
# table d1.sales(user string, sku string, amount double, at timestamp)
"""Processes found by name in a registry built by __init_subclass__ and a factory."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


class Process:
    registry: dict = {}
    source = target = None

    def __init_subclass__(cls, name=None, **kwargs):
        super().__init_subclass__(**kwargs)
        Process.registry[name or cls.__name__.lower()] = cls

    @staticmethod
    def create(name, spark):
        return Process.registry[name](spark)

    def __init__(self, spark):
        self.spark = spark

    def process(self):
        df = self.spark.table(self.source)
        df = self.build(df)
        df.withColumn("run_date", F.current_date()).write.mode("append").saveAsTable(self.target)

    def build(self, df):
        return df


class Clicks(Process, name="clicks"):
    source, target = "d1.clicks", "d1_out.clicks"

    def build(self, df):
        return df.groupBy("user", F.window("at", "1 hour").alias("w")).agg(F.count("page").alias("n")).select("user", "w.start", "n")


class Sales(Process):
    source = "d1.sales"
    target = "d1_out.sales"

    def build(self, df):
        return super().build(df).filter(F.col("amount") > 0).withColumn("day", F.col("at").cast("date")).drop("at")


spark = SparkSession.builder.getOrCreate()
for name in ["clicks", "sales"]:
    Process.create(name, spark).process()
