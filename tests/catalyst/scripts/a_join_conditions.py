# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
# table raw.products(product_id bigint, name string, price double, category string)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o, c, p = spark.table("raw.orders"), spark.table("raw.customers"), spark.table("raw.products")
j = (o.join(c, (o.customer_id == c.customer_id) & (c.score > 3), "left")
      .join(F.broadcast(p), o["product_id"] == p["product_id"], "inner"))
j.select(o.order_id, c.name.alias("customer"), p.name.alias("product"), (o.amount * p.price).alias("value")).write.saveAsTable("out.three")
o.join(c, [o.customer_id == c.customer_id, o.amount > c.score]).select(o["*"], c.country).drop("tags").write.saveAsTable("out.listed")
o.join(c, o.customer_id.eqNullSafe(c.customer_id), "left_anti").select("order_id").write.saveAsTable("out.null_safe")
o.join(c, F.lower(o.status) == F.lower(c.segment)).select("order_id", c["score"]).write.saveAsTable("out.computed")
