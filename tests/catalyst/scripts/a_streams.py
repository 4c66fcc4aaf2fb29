# table raw.events(user_id bigint, kind string, at timestamp, props map<string,string>,
#     items array<struct<sku:string,qty:int,price:double>>, payload string)
# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
s = spark.readStream.table("raw.events")
s.select("user_id", "kind").writeStream.format("parquet").option("checkpointLocation", "s3://lake/c").start("s3://lake/stream")
s.withWatermark("at", "5 minutes").groupBy("kind").count().writeStream.outputMode("update").toTable("out.counts")

def upsert(batch, batch_id):
    batch.join(spark.table("raw.orders"), batch.user_id == F.col("customer_id")).select("kind", "amount").write.mode("append").saveAsTable("out.batched")

s.filter("kind = 'x'").writeStream.foreachBatch(upsert).start()
