# table raw.m(id bigint, m map<string,int>, js string)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
m = spark.table("raw.m")
m.select("id", F.explode("m").alias("name", "number"), F.map_keys("m").alias("keys")).withColumn("both", F.create_map("name", "number")).write.saveAsTable("out.m1")
m.select("id", F.col("m")["a"].alias("a"), F.element_at("m", "b").alias("b"), F.get_json_object("js", "$.x.y").alias("xy"), F.json_tuple("js", "p", "q").alias("p", "q")).write.saveAsTable("out.m2")
m.select("id", F.map_from_entries(F.transform(F.map_entries("m"), lambda e: F.struct(F.upper(e.key), e.value))).alias("up")).write.saveAsTable("out.m3")
