# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
w = Window.partitionBy("customer_id").orderBy("ordered_at")
s = o.withColumn("before", F.lag("ordered_at").over(w)).withColumn("gap", F.unix_timestamp("ordered_at") - F.unix_timestamp("before"))
s = s.withColumn("new", F.when((F.col("gap") > 1800) | F.col("gap").isNull(), 1).otherwise(0)).withColumn("session", F.sum("new").over(w))
s.groupBy("customer_id", "session").agg(F.min("ordered_at").alias("start"), F.sum("amount").alias("total")).write.saveAsTable("out.sessions")
s.select("order_id", "gap", "new", "session").write.saveAsTable("out.parts")
