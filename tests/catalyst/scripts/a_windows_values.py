# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
w = Window.partitionBy("customer_id", F.to_date("ordered_at")).orderBy("ordered_at")
o.select(
    "order_id", F.lag("amount", 1).over(w).alias("before"), F.lead("amount", 1, 0.0).over(w).alias("after"),
    F.first("status").over(w).alias("first"), F.last("status", True).over(w).alias("last"), F.nth_value("status", 2).over(w).alias("second"),
    F.sum("amount").over(w.rowsBetween(Window.unboundedPreceding, Window.currentRow)).alias("running"),
    F.avg(F.col("amount") - F.col("discount")).over(Window.partitionBy("product_id")).alias("mean"),
    F.count("*").over(Window.partitionBy("status")).alias("n"), (F.col("amount") / F.sum("amount").over(Window.partitionBy("customer_id"))).alias("share"),
    F.collect_list("status").over(w).alias("states"), F.max("amount").over(Window.partitionBy()).alias("most"),
).write.saveAsTable("out.values")
