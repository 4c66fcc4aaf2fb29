# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table gold.orders(order_id bigint, amount double, updated timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
new = spark.table("raw.orders").select("order_id", "amount", F.col("ordered_at").alias("updated"))
old = spark.table("gold.orders")
fresh = new.join(old, "order_id", "left_anti")
old.unionByName(fresh).write.mode("overwrite").saveAsTable("gold.orders_next")
both = old.alias("o").join(new.alias("n"), "order_id", "full")
both.select("order_id", F.coalesce("n.amount", "o.amount").alias("amount"), F.when(F.col("n.updated") > F.col("o.updated"), F.col("n.updated")).otherwise(F.col("o.updated")).alias("updated")).write.saveAsTable("gold.merged")
high = old.agg(F.max("updated").alias("mark"))
new.crossJoin(high).filter("updated > mark").drop("mark").write.mode("append").saveAsTable("gold.late")
