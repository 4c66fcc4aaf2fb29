# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
orders = spark.table("raw.orders")
changed = orders.withColumn("amount", F.col("amount") * 2)
changed.select("order_id", "amount").write.saveAsTable("out.changed")
changed.filter(changed["amount"] > 3).select(changed.amount.alias("x"), "status").write.saveAsTable("out.filtered")
