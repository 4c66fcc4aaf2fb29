# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.odd(count bigint, `a.b` string, `with space` int, filter string, nested struct<`x y`:int>)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
odd = spark.table("raw.odd")
odd.select("`a.b`", F.col("with space").alias("w"), odd["`a.b`"].alias("ab"), odd["count"], F.col("filter")).write.saveAsTable("out.odd")
odd.select(F.expr("`with space` + 1").alias("v"), F.col("nested.`x y`").alias("xy")).write.saveAsTable("out.quoted")
odd.withColumnRenamed("with space", "w").withColumnRenamed("a.b", "ab").select("w", "ab", "count").write.saveAsTable("out.renamed")
