# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders").select("order_id", "amount", "status")
o.write.mode("overwrite").partitionBy("status").parquet("s3://lake/a/")
o.write.format("csv").option("header", True).save("s3://lake/b")
o.write.save(path="s3://lake/c", format="orc", mode="append")
o.write.option("path", "s3://lake/d").format("json").save()
o.writeTo("out.e").using("parquet").createOrReplace()
o.select("amount", "order_id").writeTo("out.f").append()
o.write.bucketBy(4, "order_id").sortBy("amount").saveAsTable("out.g", format="parquet", mode="overwrite")
o.write.format("jdbc").option("url", "jdbc:x").option("dbtable", "public.h").save()
writer = o.write.mode("append")
writer = writer.format("parquet")
writer.save("s3://lake/i")
spark.read.parquet("s3://lake/a").groupBy("status").count().write.csv("s3://lake/j")
