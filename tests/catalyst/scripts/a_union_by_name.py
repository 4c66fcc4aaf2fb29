# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.products(product_id bigint, name string, price double, category string)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
a = spark.table("raw.orders").select("order_id", "amount", "status")
b = spark.table("raw.products").select(F.col("price").alias("AMOUNT"), F.col("product_id").alias("order_id"), F.col("name").alias("status"))
a.unionByName(b).write.saveAsTable("out.same")
c = spark.table("raw.products").select("product_id", F.col("price").alias("amount"))
a.unionByName(c, allowMissingColumns=True).write.saveAsTable("out.missing")
a.withColumn("src", F.lit("a")).unionByName(b.withColumn("src", F.lit("b"))).groupBy("src").agg(F.sum("amount").alias("s")).write.saveAsTable("out.marked")
