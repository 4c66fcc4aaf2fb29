# table raw.i(id bigint, k string, v int)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
i = spark.table("raw.i")
g = i.groupBy("k").agg(F.collect_list(F.struct("id", "v")).alias("rows"), F.sort_array(F.collect_list("v"))[0].alias("least"))
g.select("k", F.inline("rows")).write.saveAsTable("out.i1")
g.select("k", F.posexplode("rows").alias("p", "r")).select("k", "p", "r.v").write.saveAsTable("out.i2")
g.select("k", "least", F.expr("transform(rows, r -> r.v + 1)").alias("vs"), F.expr("aggregate(rows, 0L, (a, r) -> a + r.v)").alias("t")).write.saveAsTable("out.i3")
