# table raw.events(user_id bigint, kind string, at timestamp, props map<string,string>,
#     items array<struct<sku:string,qty:int,price:double>>, payload string)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
e = spark.table("raw.events")
x = e.select("user_id", F.explode("items").alias("item"))
x.select("user_id", "item.sku", F.col("item.qty").alias("n"), (F.col("item.qty") * F.col("item.price")).alias("value")).write.saveAsTable("out.fields")
x.select("user_id", "item.*").write.saveAsTable("out.star")
x.groupBy("item.sku").agg(F.sum("item.qty").alias("n")).write.saveAsTable("out.grouped")
e.select("user_id", F.inline("items")).write.saveAsTable("out.inlined")
e.select("items.sku", F.col("items")[0]["price"].alias("first"), F.col("items").getItem(1).getField("qty").alias("q")).write.saveAsTable("out.direct")
