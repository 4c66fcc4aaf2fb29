# table raw.events(id bigint, tags array<string>, attrs map<string,string>, scores array<struct<name:string,value:double>>)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
e = spark.table("raw.events")
e.select(
    "id",
    F.aggregate(F.filter("scores", lambda s: s["value"] > 0.5), F.lit(0.0), lambda acc, s: acc + s["value"]).alias("total"),
    F.transform("tags", lambda t, i: F.concat(t, i.cast("string"))).alias("numbered"),
    F.map_filter("attrs", lambda k, v: v.isNotNull()).alias("kept"),
    F.exists("tags", lambda t: t == "vip").alias("vip"),
    F.zip_with("tags", F.transform("scores", lambda s: s["name"]), lambda a, b: F.coalesce(a, b)).alias("zipped"),
).write.saveAsTable("out.events")
