# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.products(product_id bigint, name string, price double, category string)
from functools import reduce

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
from operator import and_, add
o = spark.table("raw.orders")
for column, factor in {"amount": 2, "discount": 3}.items():
    o = o.withColumn(f"{column}_x{factor}", F.col(column) * factor)
o.select("amount_x2", "discount_x3").write.saveAsTable("out.looped")
conditions = [F.col("amount") > 0, F.col("discount").isNotNull(), F.col("status") != "x"]
o.filter(reduce(and_, conditions)).select("order_id").write.saveAsTable("out.reduced")
o.select(reduce(add, [F.col(c) for c in ("amount", "discount")]).alias("sum"), sum(F.col(c) for c in ["amount", "discount"]).alias("builtin")).write.saveAsTable("out.added")
parts = [spark.table("raw.orders").select(F.col(i).alias("id")) for i in ("order_id", "customer_id")] + [spark.table("raw.products").select(F.col("product_id").alias("id"))]
reduce(lambda a, b: a.union(b), parts).write.saveAsTable("out.united")
frames = {"a": spark.table("raw.orders"), "b": spark.table("raw.products")}
for key, frame in frames.items():
    frame.select("product_id").distinct().write.saveAsTable(f"out.ids_{key}")
