# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.events(user_id bigint, kind string, at timestamp, props map<string,string>,
#     items array<struct<sku:string,qty:int,price:double>>, payload string)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o, e = spark.table("raw.orders"), spark.table("raw.events")
o.select("order_id", F.transform("tags", lambda t: F.upper(t)).alias("upper"), F.filter("tags", lambda t: t != "x").alias("kept"), F.exists("tags", lambda t: t == F.col("status")).alias("has"), F.forall("tags", lambda t: F.length(t) > 2).alias("long"), F.aggregate("tags", F.lit(""), lambda acc, t: F.concat(acc, t)).alias("all")).write.saveAsTable("out.arrays")
o.select(F.transform("tags", lambda t, i: F.concat(t, F.col("status"), i.cast("string"))).alias("numbered"), F.zip_with("tags", F.array("status"), lambda a, b: F.concat(a, b)).alias("zipped")).write.saveAsTable("out.two")
e.select(F.transform("items", lambda i: i.qty * i["price"]).alias("values"), F.transform("items", lambda i: F.struct(i.sku.alias("s"), i.qty.alias("q"))).alias("pairs"), F.filter("items", lambda i: i.qty > 1).alias("many")).write.saveAsTable("out.structs")
e.select(F.transform_values("props", lambda k, v: F.upper(v)).alias("tv"), F.map_filter("props", lambda k, v: k != "a").alias("mf"), F.aggregate("items", F.lit(0.0), lambda s, i: s + i["price"]).alias("sum")).write.saveAsTable("out.maps")
e.selectExpr("transform(items, i -> i.price + 1) as p", "filter(items, i -> i.qty > 2) as f").write.saveAsTable("out.text")
