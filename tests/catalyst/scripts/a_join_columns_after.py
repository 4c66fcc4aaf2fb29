# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o, c = spark.table("raw.orders"), spark.table("raw.customers")
j = o.join(c, o["customer_id"] == c["customer_id"], "full")
j.select(F.coalesce(o["customer_id"], c["customer_id"]).alias("customer_id"), "amount", "name").write.saveAsTable("out.coalesced")
j.withColumn("key", c["customer_id"]).filter(o["customer_id"].isNull()).select("key", "name").write.saveAsTable("out.right_only")
k = o.join(c, "customer_id", "left")
k.select(k["customer_id"], k.name, c["score"], o["amount"]).write.saveAsTable("out.four")
k.groupBy(o["customer_id"]).agg(F.max(c["score"]).alias("best")).write.saveAsTable("out.grouped")
