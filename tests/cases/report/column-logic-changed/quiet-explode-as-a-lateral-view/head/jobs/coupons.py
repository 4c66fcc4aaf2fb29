from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
coupons = spark.sql("""
    SELECT o.order_id, c.coupon
    FROM shop.orders o
    LATERAL VIEW EXPLODE(o.coupons) c AS coupon
""")
coupons.write.mode("overwrite").saveAsTable("shop.order_coupons")
