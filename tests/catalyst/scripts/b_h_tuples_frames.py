# table n4.orders(id bigint, customer bigint, total double, state string)
# table n4.customers(customer bigint, name string, vip boolean)
"""Functions that return several frames; frames in tuples, named tuples and dataclasses."""
from collections import namedtuple
from dataclasses import asdict, dataclass, replace

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

Split = namedtuple("Split", "good bad")


@dataclass
class Inputs:
    orders: DataFrame
    customers: DataFrame
    limit: float = 10.0

    def vip(self):
        return self.customers.filter("vip")


def split(df, condition):
    return Split(df.filter(condition), df.filter(~condition))


def load(spark):
    return spark.table("n4.orders"), spark.table("n4.customers")


spark = SparkSession.builder.getOrCreate()
inputs = Inputs(*load(spark))
inputs = replace(inputs, orders=inputs.orders.withColumn("big", F.col("total") > inputs.limit))
good, bad = split(inputs.orders, F.col("state") == "ok")
parts = split(good, F.col("big"))
parts.good.join(inputs.vip(), "customer").write.mode("overwrite").saveAsTable("n4_out.vip")
parts.bad.unionByName(bad).groupBy("customer").agg(F.count("id").alias("n")).write.mode("overwrite").saveAsTable("n4_out.rest")
