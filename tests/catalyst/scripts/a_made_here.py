# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

spark = SparkSession.builder.getOrCreate()
from pyspark.sql import types as T
small = spark.createDataFrame([(1, "a"), (2, "b")], ["code", "label"])
o = spark.table("raw.orders")
o.join(small, o.product_id == small.code, "left").select("order_id", "label", "code").write.saveAsTable("out.joined")
days = spark.range(10).withColumnRenamed("id", "day")
o.crossJoin(days).select("order_id", "day").write.saveAsTable("out.days")
empty = spark.createDataFrame([], T.StructType([T.StructField("order_id", T.LongType()), T.StructField("extra", T.StringType())]))
o.select("order_id", F.lit(None).cast("string").alias("extra")).unionByName(empty).write.saveAsTable("out.padded")
o.select("order_id", F.current_timestamp().alias("at"), F.lit("v1").alias("version"), F.monotonically_increasing_id().alias("n"), F.rand(3).alias("r"), F.uuid().alias("u")).write.saveAsTable("out.stamped")
