# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
best = o.groupBy("customer_id").agg(F.max(F.struct("amount", "order_id", "status")).alias("best"))
best.select("customer_id", "best.amount", F.col("best.order_id").alias("order_id")).write.saveAsTable("out.best")
last = o.groupBy("customer_id").agg(F.max_by(F.struct("status", "amount"), "ordered_at").alias("l")).select("customer_id", "l.*")
last.write.saveAsTable("out.last")
lists = o.groupBy("customer_id").agg(F.sort_array(F.collect_list(F.struct("ordered_at", "status"))).alias("h"))
lists.select("customer_id", F.col("h.status").alias("states"), F.col("h")[0]["status"].alias("first")).write.saveAsTable("out.lists")
lists.select("customer_id", F.explode("h").alias("x")).select("customer_id", "x.status").write.saveAsTable("out.back")
lists.select(F.transform("h", lambda x: x["status"]).alias("s"), F.element_at("h", -1).getField("ordered_at").alias("t")).write.saveAsTable("out.lambdas")
