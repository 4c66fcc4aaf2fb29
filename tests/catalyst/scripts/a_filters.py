# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
orders = spark.table("raw.orders")
orders.filter(F.col("status") == "done").select("order_id").write.saveAsTable("out.a")
orders.where("status = 'done' AND amount > 10 or discount is null").select("order_id").write.saveAsTable("out.b")
orders.filter((orders.amount > 1) & ~orders.status.isin("x", "y") | orders["discount"].isNotNull()).select("order_id").write.saveAsTable("out.c")
orders.filter(orders.status.like("a%")).filter(F.col("amount").between(1, F.col("discount"))).select("order_id").write.saveAsTable("out.d")
orders.withColumn("net", F.col("amount") - F.col("discount")).filter("net > 0").select("order_id").write.saveAsTable("out.e")
orders.filter(F.array_contains("tags", "x")).filter(F.lit(True)).select("order_id").write.saveAsTable("out.f")
