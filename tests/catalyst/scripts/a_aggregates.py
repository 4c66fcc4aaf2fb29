# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
o.groupBy("customer_id").agg(
    F.countDistinct("product_id", "status").alias("n"), F.collect_list("status").alias("states"), F.collect_set(F.upper("status")).alias("set"),
    F.first("amount").alias("first"), F.last("amount", ignorenulls=True).alias("last"), F.max_by("status", "ordered_at").alias("latest"),
    F.min_by("status", "amount").alias("least"), F.stddev("amount").alias("sd"), F.corr("amount", "discount").alias("r"),
    F.percentile_approx("amount", 0.5).alias("median"), F.approx_count_distinct("product_id").alias("about"),
    F.sum(F.when(F.col("status") == "done", F.col("amount")).otherwise(0)).alias("done"), F.count(F.when(F.col("discount") > 0, 1)).alias("cheap"),
    F.sum_distinct("amount").alias("sd2"), F.skewness("amount").alias("skew"), F.bool_or(F.col("amount") > 5).alias("any"),
    F.expr("sum(amount) FILTER (WHERE status = 'x')").alias("filtered"),
).write.saveAsTable("out.many")
