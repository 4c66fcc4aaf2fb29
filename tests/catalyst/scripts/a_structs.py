# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
c = spark.table("raw.customers")
c.select("address.city", F.col("address")["zip"].alias("zip"), c.address.geo.lat.alias("lat"), c["address.geo.lon"], F.col("address").getField("geo").alias("geo")).write.saveAsTable("out.fields")
c.select("customer_id", "address.*").write.saveAsTable("out.star")
s = c.select(F.struct("name", F.upper("country").alias("land")).alias("who"), "customer_id")
s.select("who.name", "who.land", "customer_id").write.saveAsTable("out.taken")
s.write.saveAsTable("out.built")
s.select("who.*").write.saveAsTable("out.opened")
c.withColumn("address", F.col("address").withField("city", F.upper("address.city"))).select("address.city", "address.zip").write.saveAsTable("out.with_field")
c.select(F.col("address").dropFields("geo").alias("a")).select("a.zip").write.saveAsTable("out.dropped")
c.select(F.named_struct(F.lit("x"), F.col("score"), F.lit("y"), F.col("name")).alias("p")).select("p.x").write.saveAsTable("out.named")
