# table raw.o(id bigint, cust bigint, amount double, status string)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.o")
o.groupBy("cust").agg({"amount": "avg", "*": "count"}).withColumnRenamed("avg(amount)", "mean").write.saveAsTable("out.g1")
o.groupBy("cust").agg(F.sum(F.when(F.col("status") == "paid", F.col("amount")).otherwise(0)).alias("paid"), F.max_by("id", "amount").alias("biggest"), F.expr("percentile_approx(amount, 0.5)").alias("med")).write.saveAsTable("out.g2")
o.rollup("cust", "status").agg(F.sum("amount").alias("t"), F.grouping_id().alias("gid")).write.saveAsTable("out.g3")
o.groupBy("cust").count().filter(F.col("count") > 1).join(o, "cust").select("id", "count").write.saveAsTable("out.g4")
