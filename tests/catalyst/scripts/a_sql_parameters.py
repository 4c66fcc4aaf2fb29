# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
source, limit = "raw.orders", 10
fields = ["order_id", "amount"]
spark.sql(f"SELECT {', '.join(fields)}, status AS s FROM {source} WHERE amount > {limit}").write.saveAsTable("out.formatted")
spark.sql("SELECT order_id FROM raw.orders WHERE status = :state AND amount > :least", args={"state": "x", "least": 1}).write.saveAsTable("out.named")
spark.sql("SELECT order_id FROM raw.orders WHERE status = ?", args=["x"]).write.saveAsTable("out.marked")
o = spark.table("raw.orders").select("order_id", "customer_id")
spark.sql("SELECT {o}.order_id, c.name FROM {o} JOIN {c} c ON {o}.customer_id = c.customer_id", o=o, c=spark.table("raw.customers")).write.saveAsTable("out.frames")
spark.sql("SELECT * FROM raw.orders WHERE amount > %d" % limit).select("status").write.saveAsTable("out.percent")
