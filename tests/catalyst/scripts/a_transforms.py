# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
from pyspark.sql import DataFrame

def with_net(df: DataFrame) -> DataFrame:
    return df.withColumn("net", F.col("amount") - F.col("discount"))

def scaled(factor, column="amount"):
    def inner(df):
        return df.withColumn(column, F.col(column) * factor)
    return inner

def only(df, status):
    return df.filter(F.col("status") == status)

o = spark.table("raw.orders")
o.transform(with_net).transform(scaled(3)).transform(only, "done").select("order_id", "net", "amount").write.saveAsTable("out.chained")
steps = [with_net, scaled(2, "net"), lambda d: d.drop("tags")]
reduce(lambda d, step: step(d), steps, o).select("net", "status").write.saveAsTable("out.reduced")
