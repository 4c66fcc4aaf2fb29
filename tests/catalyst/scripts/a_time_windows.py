# table raw.events(user_id bigint, kind string, at timestamp, props map<string,string>,
#     items array<struct<sku:string,qty:int,price:double>>, payload string)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
e = spark.table("raw.events")
e.groupBy(F.window("at", "10 minutes"), "kind").count().write.saveAsTable("out.tumbling")
e.groupBy(F.window("at", "1 hour", "10 minutes").alias("w")).agg(F.countDistinct("user_id").alias("users")).select("w.start", "users").write.saveAsTable("out.sliding")
e.select("user_id", F.window("at", "5 minutes").start.alias("slot")).write.saveAsTable("out.slots")
