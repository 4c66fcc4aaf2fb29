from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
orders = spark.table("shop.orders")
coupons = orders.select("order_id", F.explode("coupons").alias("coupon"))
coupons.write.mode("overwrite").saveAsTable("shop.order_coupons")
