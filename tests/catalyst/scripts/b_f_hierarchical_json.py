# table r2.src(id bigint, name string, street string, city string, phone string, kind string)
"""Nested documents built with structs and lists, written as JSON text."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
src = spark.table("r2.src")
person = F.struct(
    F.col("name"),
    F.struct("street", "city").alias("address"),
    F.array(F.struct(F.lit("main").alias("type"), F.col("phone").alias("number"))).alias("phones"),
)
docs = src.select("id", "kind", person.alias("person"))
docs.select("id", "person.address.city", F.col("person.phones")[0]["number"].alias("phone")).write.mode("overwrite").saveAsTable("r2_out.back")
per_kind = docs.groupBy("kind").agg(F.collect_list("person").alias("people"), F.count("id").alias("n"))
per_kind.select("kind", F.to_json(F.struct("people", "n")).alias("json")).write.mode("overwrite").saveAsTable("r2_out.json")
per_kind.select("kind", F.explode("people").alias("p")).select("kind", "p.name", "p.address.street").write.mode("overwrite").saveAsTable("r2_out.exploded")
