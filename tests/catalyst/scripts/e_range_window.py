# table s3://lake/raw/orders(order_id bigint, amount double, country string, day date)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
o = spark.read.parquet("s3://lake/raw/orders")
w = Window.partitionBy("country").orderBy(F.col("day").cast("timestamp").cast("long")).rangeBetween(-7 * 86400, Window.currentRow)
o.select("order_id", F.avg("amount").over(w).alias("week_avg"), F.count("*").over(w).alias("n")).write.parquet("s3://lake/out/weekly")
