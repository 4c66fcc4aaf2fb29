# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.events(user_id bigint, kind string, at timestamp, props map<string,string>,
#     items array<struct<sku:string,qty:int,price:double>>, payload string)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o, e = spark.table("raw.orders"), spark.table("raw.events")
o.select(F.array("status", F.lit("x")).alias("a"), F.size("tags").alias("n"), F.col("tags")[0].alias("first"), F.element_at("tags", -1).alias("last"), F.array_distinct("tags").alias("d"), F.sort_array("tags").alias("s"), F.concat_ws(",", "tags", "status").alias("c"), F.slice("tags", 1, 2).alias("sl"), F.array_join("tags", "-").alias("j")).write.saveAsTable("out.arrays")
e.select(F.create_map(F.lit("k"), "kind").alias("m"), F.col("props")["x"].alias("x"), e.props.y.alias("y"), F.map_keys("props").alias("keys"), F.map_from_arrays(F.array("kind"), F.array("payload")).alias("f"), F.element_at("props", F.col("kind")).alias("el")).write.saveAsTable("out.maps")
e.select(F.arrays_zip("items", F.map_keys("props").alias("k")).alias("z"), F.flatten(F.array("items")).alias("f"), F.map_concat("props", F.create_map("kind", "payload")).alias("mc")).write.saveAsTable("out.more")
