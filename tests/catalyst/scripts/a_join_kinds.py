# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
o, c = spark.table("raw.orders"), spark.table("raw.customers")
for kind in ["inner", "left", "right", "full_outer", "left_semi", "left_anti"]:
    joined = o.join(c, on=["customer_id"], how=kind)
    keep = ["customer_id", "amount"] if kind in ("left_semi", "left_anti") else ["customer_id", "amount", "name"]
    joined.select(*keep).write.saveAsTable(f"out.{kind}")
o.crossJoin(c.select("segment")).select("order_id", "segment").write.saveAsTable("out.crossed")
o.join(c).select("order_id", "segment").write.saveAsTable("out.no_key")
