# table b3.logs(value string, file string)
"""Access logs taken apart with regular expressions; errors by hour."""
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, count, date_format, regexp_extract, sum as sum_, to_timestamp, udf, when

PATTERN = r'^(\S+) \S+ \S+ \[([^\]]+)\] "(\S+) (\S+)[^"]*" (\d{3}) (\S+)'
PARTS = ["host", "time", "method", "path", "status", "bytes"]

spark = SparkSession.builder.getOrCreate()
logs = spark.table("b3.logs").where(~col("value").startswith("#"))
parsed = logs.select("file", *[regexp_extract("value", PATTERN, i + 1).alias(p) for i, p in enumerate(PARTS)])
parsed = (
    parsed.withColumn("status", col("status").cast("int"))
    .withColumn("bytes", when(col("bytes") == "-", 0).otherwise(col("bytes").cast("bigint")))
    .withColumn("time", to_timestamp("time", "dd/MMM/yyyy:HH:mm:ss Z"))
    .filter(col("status").isNotNull())
)
parsed.write.mode("overwrite").partitionBy("status").saveAsTable("b3_out.requests")
hourly = parsed.groupBy(date_format("time", "yyyy-MM-dd HH").alias("hour")).agg(
    count("*").alias("requests"),
    sum_(when(col("status") >= 500, 1).otherwise(0)).alias("errors"),
    sum_("bytes").alias("bytes"),
)
hourly.withColumn("error_rate", col("errors") / col("requests")).write.mode("overwrite").saveAsTable("b3_out.hourly")
