# table raw.baskets(basket_id bigint, customer bigint, lines array<struct<sku:string,qty:int,price:double>>, coupons array<string>)
"""Explode, compute, aggregate again."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
baskets = spark.table("raw.baskets")
lines = baskets.withColumn("line", F.explode("lines")).select(
    "basket_id", "customer", "line.*", F.size("coupons").alias("n_coupons")
)
lines = lines.withColumn("line_total", F.col("qty") * F.col("price"))
totals = lines.groupBy("basket_id").agg(
    F.sum("line_total").alias("total"),
    F.collect_set("sku").alias("skus"),
    F.collect_list(F.struct("sku", "qty")).alias("compact"),
)
baskets.select("basket_id", "customer").join(totals, "basket_id", "left").write.mode("overwrite").saveAsTable("mart.baskets")

coupons = baskets.select("customer", F.posexplode_outer("coupons").alias("pos", "coupon"))
coupons.filter("pos = 0").groupBy("coupon").agg(F.countDistinct("customer").alias("customers")).write.mode(
    "overwrite"
).saveAsTable("mart.first_coupons")
