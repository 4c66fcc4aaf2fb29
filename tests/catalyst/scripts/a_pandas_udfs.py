# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
import pandas as pd
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
@F.pandas_udf("double")
def scaled(v: pd.Series) -> pd.Series:
    return v * 2

@F.pandas_udf("double")
def mean(v: pd.Series) -> float:
    return v.mean()

o = spark.table("raw.orders")
o.select("order_id", scaled("amount").alias("a")).write.saveAsTable("out.scalar")
o.groupBy("status").agg(mean("amount").alias("m")).write.saveAsTable("out.grouped")
