# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
o.groupBy("status").count().write.saveAsTable("out.counted")
o.groupBy("status", o.customer_id).sum("amount", "discount").write.saveAsTable("out.summed")
o.groupBy(["status"]).agg({"amount": "sum", "order_id": "max", "*": "count"}).write.saveAsTable("out.by_dict")
o.groupby(F.col("status").alias("state")).agg(F.sum("amount").alias("total"), F.avg(F.col("amount") - F.col("discount")).alias("mean")).write.saveAsTable("out.functions")
o.groupBy(F.to_date("ordered_at").alias("day"), F.year("ordered_at")).mean("amount").write.saveAsTable("out.computed")
o.agg(F.max("amount"), F.min("ordered_at").alias("first"), F.count(F.lit(1)).alias("n")).write.saveAsTable("out.whole")
o.groupBy().max("amount").write.saveAsTable("out.empty")
aggs = [F.sum(c).alias(f"{c}_sum") for c in ("amount", "discount")]
o.groupBy("customer_id").agg(*aggs).write.saveAsTable("out.listed")
