from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
orders = spark.table("shop.orders")
coupons = orders.withColumn("coupon", F.explode(F.col("coupons"))).select("order_id", "coupon")
coupons.write.mode("overwrite").saveAsTable("shop.order_coupons")
