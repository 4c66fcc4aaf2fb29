# table k.raw_events(key string, value string, topic string, ts timestamp)
"""JSON in a column, read with a schema and by paths."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DoubleType, IntegerType, StringType, StructType

spark = SparkSession.builder.getOrCreate()
address = StructType().add("street", StringType()).add("zip", StringType())
payload = (
    StructType()
    .add("order_id", StringType())
    .add("customer", StructType().add("id", IntegerType()).add("address", address))
    .add("lines", ArrayType(StructType().add("sku", StringType()).add("price", DoubleType())))
)
events = spark.table("k.raw_events").filter(F.col("topic") == "orders")
parsed = events.select(F.from_json(F.col("value"), payload).alias("p"), "ts", "key")
orders = parsed.select("p.order_id", F.col("p.customer.id").alias("customer_id"), "p.customer.address.zip", "ts")
orders.write.mode("overwrite").saveAsTable("k_mart.orders")
lines = parsed.select(F.col("p.order_id"), F.explode(F.col("p.lines")).alias("line")).select("order_id", "line.sku", "line.price")
lines.write.mode("overwrite").saveAsTable("k_mart.lines")
by_path = events.select(
    F.get_json_object("value", "$.order_id").alias("order_id"),
    F.to_json(F.struct("key", "topic")).alias("origin"),
    F.json_tuple("value", "status", "total").alias("status", "total"),
)
by_path.write.mode("overwrite").saveAsTable("k_mart.paths")
