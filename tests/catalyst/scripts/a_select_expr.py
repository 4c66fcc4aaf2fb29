# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
orders = spark.read.table("raw.orders")
orders.selectExpr(
    "order_id", "amount - discount AS net", "cast(amount AS decimal(10,2)) amount", "upper(status) as status",
    "CASE WHEN amount > 100 THEN 'big' WHEN discount > 0 THEN status END AS size", "*",
).drop("tags").select("order_id", "net", "size").write.parquet("s3://lake/out/expr")
orders.selectExpr("*", "amount * 2 as doubled").write.parquet("s3://lake/out/starred")
orders.select(F.expr("amount + coalesce(discount, 0)").alias("total"), F.expr("size(tags)")).write.json("s3://lake/out/json")
