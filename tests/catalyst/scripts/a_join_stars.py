# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders").select("order_id", "customer_id", "amount")
c = spark.table("raw.customers").select("customer_id", "name")
o.join(c, "customer_id").write.saveAsTable("out.using")
o.join(c, "customer_id", "outer").write.saveAsTable("out.outer")
o.join(c, "customer_id", "right").write.saveAsTable("out.right")
o.alias("o").join(c.alias("c"), F.col("o.customer_id") == F.col("c.customer_id"), "left").select("o.*", "c.name").write.saveAsTable("out.aliased")
o.alias("o").join(c.alias("c"), F.expr("o.customer_id = c.customer_id and o.amount > 5")).select("o.order_id", F.col("c.customer_id").alias("cid")).write.saveAsTable("out.text")
