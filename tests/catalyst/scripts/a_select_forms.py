# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
orders = spark.table("raw.orders")
orders.select("order_id", "Amount", F.col("STATUS")).write.saveAsTable("out.names")
orders.select(["order_id", F.upper("status").alias("state")]).write.saveAsTable("out.listed")
orders.select("*", (F.col("amount") - F.col("discount")).alias("net")).write.saveAsTable("out.starred")
orders.select(orders.order_id, orders["amount"] * 2, -orders.discount, F.lit(1)).write.saveAsTable("out.unnamed")
orders.select([c for c in orders.columns if c not in ("tags", "status")]).write.saveAsTable("out.kept")
orders[["order_id", "amount"]].write.saveAsTable("out.bracketed")
orders[orders.amount > 10]["order_id", "status"].write.saveAsTable("out.filtered")
