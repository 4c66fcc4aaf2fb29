# table m.people(id bigint, first string, last string, street string, city string, attrs map<string,string>, home struct<lat:double,lon:double>)
"""Building structs, changing fields, maps in and out."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
people = spark.table("m.people")
nested = people.select(
    "id",
    F.struct(F.col("first"), F.col("last").alias("family")).alias("name"),
    F.struct("street", "city").alias("address"),
    "attrs",
    F.col("home").withField("rounded", F.round("home.lat", 1)).alias("home"),
)
nested.write.mode("overwrite").saveAsTable("m_out.nested")
flat = nested.select(
    "id", "name.family", "address.*", F.col("attrs")["color"].alias("color"), F.map_keys("attrs").alias("keys"), "home.rounded"
)
flat.write.mode("overwrite").saveAsTable("m_out.flat")
pairs = nested.select("id", F.explode("attrs").alias("k", "v")).where("v is not null")
pairs.groupBy("id").agg(F.map_from_entries(F.collect_list(F.struct("k", "v"))).alias("attrs")).write.mode("overwrite").saveAsTable("m_out.attrs")
