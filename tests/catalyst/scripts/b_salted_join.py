# table big.facts(k string, v double, d date)
# table big.dims(k string, name string)
"""A salted join against skew."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

SALT = 8
spark = SparkSession.builder.config("spark.sql.shuffle.partitions", "4").getOrCreate()
facts = spark.table("big.facts").withColumn("salt", (F.rand(seed=7) * SALT).cast("int"))
dims = spark.table("big.dims").withColumn("salt", F.explode(F.array([F.lit(i) for i in range(SALT)])))
joined = facts.join(dims, ["k", "salt"]).drop("salt")
joined.repartition(16, "d").sortWithinPartitions("k").write.partitionBy("d").mode("overwrite").saveAsTable("big_out.facts")
keyed = facts.withColumn("k_salted", F.concat(F.col("k"), F.lit("_"), F.col("salt")))
first = keyed.groupBy("k_salted", "k").agg(F.sum("v").alias("part"))
first.groupBy("k").agg(F.sum("part").alias("v")).write.mode("overwrite").saveAsTable("big_out.totals")
