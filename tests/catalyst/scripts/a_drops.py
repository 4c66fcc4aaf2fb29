# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
orders, customers = spark.table("raw.orders"), spark.table("raw.customers")
orders.drop("tags", "nothing", "STATUS").write.saveAsTable("out.by_name")
orders.drop(F.col("tags")).drop(orders.status).write.saveAsTable("out.by_column")
joined = orders.join(customers, orders.customer_id == customers.customer_id)
joined.drop(customers.customer_id).drop("tags", "address").write.saveAsTable("out.one_side")
joined.drop(orders["customer_id"]).select("order_id", "customer_id").write.saveAsTable("out.other_side")
joined.drop("customer_id").select("order_id", "name").write.saveAsTable("out.both")
