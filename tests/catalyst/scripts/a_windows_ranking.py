# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
w = Window.partitionBy("customer_id").orderBy(F.col("ordered_at").desc(), "order_id")
o.select("order_id", F.row_number().over(w).alias("rn"), F.rank().over(w).alias("r"), F.dense_rank().over(Window.orderBy("amount")).alias("d"), F.ntile(4).over(w).alias("q"), F.percent_rank().over(w).alias("p"), F.cume_dist().over(w).alias("c")).write.saveAsTable("out.ranks")
o.withColumn("rn", F.row_number().over(w)).where(F.col("rn") == 1).drop("rn").select("order_id", "amount").write.saveAsTable("out.latest")
o.withColumn("rn", F.rank().over(w)).where("rn <= 3 and amount > 1").select("order_id", "rn").write.saveAsTable("out.top")
