# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
# table raw.products(product_id bigint, name string, price double, category string)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("raw.orders").filter("status = 'done'")
per_customer = o.groupBy("customer_id").agg(F.sum("amount").alias("spent"), F.count("*").alias("orders"))
per_product = o.groupBy("product_id").agg(F.avg("amount").alias("mean"))
wide = (o.join(per_customer, "customer_id").join(per_product, "product_id", "left")
         .join(spark.table("raw.customers").select("customer_id", "segment"), "customer_id", "left")
         .join(spark.table("raw.products").withColumnRenamed("name", "product"), "product_id"))
wide.select("order_id", "spent", "mean", "segment", "product", (F.col("amount") / F.col("spent")).alias("share")).write.saveAsTable("out.wide")
wide.groupBy("segment").agg(F.sum("spent")).write.saveAsTable("out.segments")
