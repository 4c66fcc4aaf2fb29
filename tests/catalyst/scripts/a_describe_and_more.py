# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
o.colRegex("`.*_id`")
o.select(o.colRegex("`.*_id`")).write.saveAsTable("out.regex")
o.select(F.col("*")).drop("tags").write.saveAsTable("out.star")
o.select(o["*"], F.lit(1).alias("one")).select("order_id", "one").write.saveAsTable("out.frame_star")
o.groupBy("status").agg(F.collect_list("order_id").alias("ids")).select("status", F.explode("ids").alias("order_id")).write.saveAsTable("out.round_trip")
o.select("order_id", F.struct("*").alias("all")).select("all.amount", "all.tags").write.saveAsTable("out.struct_star")
o.select(F.struct([o[c] for c in ("amount", "discount")]).alias("s")).select("s.discount").write.saveAsTable("out.struct_list")
