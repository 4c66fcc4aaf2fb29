# table raw.products(product_id bigint, name string, price double, category string)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
p = spark.table("raw.products")
upper = p.toDF(*[c.upper() for c in p.columns])
upper.select("NAME", "PRICE").write.saveAsTable("out.upper")
p.select(*(F.when(F.col(c).isNull(), F.lit(1)).otherwise(F.lit(0)).alias(f"{c}_missing") for c in p.columns)).agg(*[F.sum(f"{c}_missing").alias(c) for c in p.columns]).write.saveAsTable("out.missing")
p.select([F.count(F.when(F.col(c).isNull(), c)).alias(c) for c in p.columns]).write.saveAsTable("out.nulls")
