# table i4.l(k bigint, v string, w int)
# table i4.r(k bigint, v string, z int)
"""Names that occur twice: by frame, by alias, dropped by name, renamed."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
l, r = spark.table("i4.l"), spark.table("i4.r")
j = l.join(r, l.k == r.k, "left")
j.drop("v").select(l.k, "w", "z").write.mode("overwrite").saveAsTable("i4_out.dropped")
j.select(l.k.alias("k"), F.coalesce(r.v, l.v).alias("v")).write.mode("overwrite").saveAsTable("i4_out.coalesced")
j.toDF("k1", "v1", "w", "k2", "v2", "z").filter("z > 0").write.mode("overwrite").saveAsTable("i4_out.positional")
l2 = l.withColumn("v", F.upper("v"))
x = l2.join(r, "k").select("k", l2["v"].alias("lv"), r["v"].alias("rv"))
x.write.mode("overwrite").saveAsTable("i4_out.both")
agg = l.groupBy("k").agg(F.max("w").alias("top")).withColumnRenamed("k", "key")
l.join(agg, (l.k == agg.key) & (l.w == agg.top)).select(l.k, l.v, agg.top).write.mode("overwrite").saveAsTable("i4_out.argmax")
