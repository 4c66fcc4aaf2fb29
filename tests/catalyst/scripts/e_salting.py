# table raw.big(id bigint, k string, v int)
# table raw.small(k string, w int)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
N = 8
big = spark.table("raw.big").withColumn("salt", (F.rand(1) * N).cast("int"))
small = spark.table("raw.small").withColumn("salt", F.explode(F.array([F.lit(i) for i in range(N)])))
big.join(small, ["k", "salt"]).drop("salt").groupBy("k").agg(F.sum(F.col("v") * F.col("w")).alias("t")).write.saveAsTable("out.salted")
