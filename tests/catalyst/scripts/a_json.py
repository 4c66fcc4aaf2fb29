# table raw.events(user_id bigint, kind string, at timestamp, props map<string,string>,
#     items array<struct<sku:string,qty:int,price:double>>, payload string)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

spark = SparkSession.builder.getOrCreate()
from pyspark.sql import types as T
e = spark.table("raw.events")
parsed = e.withColumn("data", F.from_json("payload", "a int, b struct<c:string>"))
parsed.select("user_id", "data.a", "data.b.c").write.saveAsTable("out.parsed")
parsed.select("data.*").write.saveAsTable("out.opened")
schema = T.ArrayType(T.StructType([T.StructField("id", T.IntegerType()), T.StructField("w", T.StringType())]))
e.select("user_id", F.explode(F.from_json(F.col("payload"), schema)).alias("x")).select("user_id", "x.id", F.col("x.w").alias("weight")).write.saveAsTable("out.exploded")
e.select(F.get_json_object("payload", "$.a").alias("a"), F.json_tuple("payload", "b", "c").alias("b", "c")).write.saveAsTable("out.paths")
e.select(F.to_json(F.struct("user_id", "kind")).alias("json"), F.to_json("items").alias("items")).write.saveAsTable("out.made")
