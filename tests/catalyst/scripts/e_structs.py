# table raw.n(id bigint, person struct<name:struct<first:string,last:string>,age:int>, tags array<string>)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
n = spark.table("raw.n")
n = n.withColumn("person", F.col("person").withField("age", F.col("person.age") + 1).dropFields("name.last"))
n.select("id", "person.age", F.col("person.name.first").alias("first"), F.array_join(F.array_sort("tags"), ",").alias("t")).write.saveAsTable("out.n1")
n.select(F.struct("id", F.struct(F.col("person.age").alias("a")).alias("inner")).alias("s")).select("s.inner.a", "s.id").write.saveAsTable("out.n2")
