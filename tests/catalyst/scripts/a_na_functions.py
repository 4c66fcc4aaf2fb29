# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders")
o.select("order_id", "amount", "status").fillna(0).write.saveAsTable("out.filled")
o.select("order_id", "amount", "status").na.fill({"amount": 0.0, "status": "none"}).write.saveAsTable("out.by_dict")
o.select("order_id", "amount", "status").fillna("none", subset=["status"]).write.saveAsTable("out.subset")
o.dropna().select("order_id").write.saveAsTable("out.dropped")
o.na.drop(subset=["amount", "status"]).select("order_id").write.saveAsTable("out.some")
o.dropna(how="all", subset="amount").select("order_id").write.saveAsTable("out.one")
o.select("status", "amount").replace("a", "b", "status").write.saveAsTable("out.replaced")
o.select("status", "order_id").na.replace({"a": "b", "c": "d"}).write.saveAsTable("out.mapped")
