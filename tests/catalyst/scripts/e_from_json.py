# table raw.k(key binary, value binary, topic string, timestamp timestamp)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
schema = "id BIGINT, address STRUCT<city: STRING, zip: STRING>, items ARRAY<STRUCT<sku: STRING, qty: INT>>"
k = spark.table("raw.k").select(F.from_json(F.col("value").cast("string"), schema).alias("d"), "timestamp")
k = k.select("d.*", F.col("timestamp").alias("at"))
k.select("id", "address.city", F.explode_outer("items").alias("item"), "at").select("id", "city", "item.sku", (F.col("item.qty") * 2).alias("double"), "at").write.saveAsTable("out.items")
