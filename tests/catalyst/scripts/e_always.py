# table raw.a(id bigint, k string)
# table raw.b(k string, v int)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
j = spark.table("raw.a").join(spark.table("raw.b"), "k").filter(F.col("k").isNotNull())
j.write.saveAsTable("out.j")
spark.table("raw.a").fillna({"k": "-"}).dropna(subset=["k"]).write.saveAsTable("out.f")
