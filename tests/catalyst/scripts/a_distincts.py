# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
o.select("status", "customer_id").distinct().write.saveAsTable("out.distinct")
o.dropDuplicates(["customer_id", "status"]).select("order_id", "amount").write.saveAsTable("out.some")
o.select("order_id", "status").dropDuplicates().write.saveAsTable("out.all")
o.select(F.upper("status").alias("s"), (F.col("amount") > 1).alias("big")).drop_duplicates().write.saveAsTable("out.computed")
o.dropDuplicates(["STATUS"]).select("order_id").distinct().write.saveAsTable("out.twice")
