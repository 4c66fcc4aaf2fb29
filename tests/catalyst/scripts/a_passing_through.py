# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o, c = spark.table("raw.orders"), spark.table("raw.customers")
x = o.repartition(8, "customer_id").cache().hint("broadcast").coalesce(1).persist()
x.select("order_id").write.saveAsTable("out.a")
y = o.checkpoint().localCheckpoint().alias("y").unpersist()
y.select("y.order_id", F.col("y.amount")).write.saveAsTable("out.b")
o.observe("counts", F.count(F.lit(1)).alias("n"), F.max("amount").alias("m")).select("status").write.saveAsTable("out.c")
o.join(F.broadcast(c.hint("shuffle_hash")), "customer_id").select("name").write.saveAsTable("out.d")
o.withWatermark("ordered_at", "1 hour").select("order_id", "ordered_at").write.saveAsTable("out.e")
o.repartitionByRange(3, "amount").select("status").write.saveAsTable("out.f")
