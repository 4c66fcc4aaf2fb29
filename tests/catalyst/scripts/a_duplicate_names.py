# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
# table raw.products(product_id bigint, name string, price double, category string)
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
o, c, p = spark.table("raw.orders"), spark.table("raw.customers"), spark.table("raw.products")
both = c.join(p, c.score == p.price)
both.select(c.name, p.name.alias("product"), "category").write.saveAsTable("out.picked")
both.drop(c.name).select("name").write.saveAsTable("out.left_gone")
renamed = c.select("customer_id", "name").join(p.select("name", "price"), c.name == p.name).toDF("id", "n1", "n2", "price")
renamed.write.saveAsTable("out.renamed")
