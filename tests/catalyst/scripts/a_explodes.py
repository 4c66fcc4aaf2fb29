# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.events(user_id bigint, kind string, at timestamp, props map<string,string>,
#     items array<struct<sku:string,qty:int,price:double>>, payload string)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o, e = spark.table("raw.orders"), spark.table("raw.events")
o.select("order_id", F.explode("tags").alias("tag")).write.saveAsTable("out.tags")
o.withColumn("tag", F.explode_outer("tags")).select("order_id", "tag").write.saveAsTable("out.with_column")
o.select("order_id", F.posexplode("tags")).write.saveAsTable("out.positions")
o.select("order_id", F.posexplode("tags").alias("p", "t")).write.saveAsTable("out.named")
e.select("user_id", F.explode("props")).write.saveAsTable("out.map")
e.select("user_id", F.explode("props").alias("k", "v")).filter("k = 'x'").write.saveAsTable("out.map_named")
e.select("user_id", F.explode(F.split("payload", ",")).alias("part")).write.saveAsTable("out.split")
e.select("user_id", F.explode(F.array("kind", "payload")).alias("part")).write.saveAsTable("out.array")
