from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
items = (
    spark.table("shop.carts")
    .withColumn("item", F.explode("items"))
    .select("cart_id", "user_id", "item.sku", (F.col("item.price") * F.col("item.qty")).alias("value"), "updated_at")
)
w = Window.partitionBy("user_id").orderBy(F.desc("updated_at"))
ranked = items.withColumn("position", F.dense_rank().over(w)).withColumn("share", F.col("value") / F.sum("value").over(Window.partitionBy("cart_id")))
ranked.drop("updated_at").write.partitionBy("user_id").parquet("s3a://lake/cart_items/")
