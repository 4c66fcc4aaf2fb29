# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
o.orderBy(F.col("amount").desc(), "status").select("order_id").write.saveAsTable("out.sorted")
o.sort("amount", ascending=False).limit(5).select("order_id", "status").write.saveAsTable("out.limited")
o.sortWithinPartitions("customer_id").select("order_id").write.saveAsTable("out.within")
o.select("order_id", (F.col("amount") * 2).alias("double")).orderBy(["double", F.desc("order_id")]).write.saveAsTable("out.computed")
o.groupBy("status").count().orderBy(F.desc("count")).limit(3).write.saveAsTable("out.grouped")
o.select("order_id").orderBy(o.discount.asc_nulls_last()).write.saveAsTable("out.unselected")
