# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
o.select((F.col("amount") - F.col("discount")).alias("net"), (F.col("net") * 2).alias("twice")).write.saveAsTable("out.lateral")
o.selectExpr("amount * 2 AS amount2", "amount2 + 1 AS more", "amount AS discount", "discount AS d").write.saveAsTable("out.text")
spark.sql("SELECT status AS s, upper(s) AS u, count(*) AS n, n + 1 AS m FROM raw.orders GROUP BY status").write.saveAsTable("out.grouped")
