# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
def rows(batches):
    for batch in batches:
        yield batch

def group(frame):
    return frame

o = spark.table("raw.orders").select("order_id", "amount", "status")
o.mapInPandas(rows, "order_id long, value double").write.saveAsTable("out.mapped")
o.groupBy("status").applyInPandas(group, schema="status string, value double").write.saveAsTable("out.grouped")
