# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.products(product_id bigint, name string, price double, category string)
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
a = spark.table("raw.orders").select("order_id", "amount", "status")
b = spark.table("raw.products").select("product_id", "price", "category")
a.union(b).write.saveAsTable("out.union")
a.unionAll(b).filter("amount > 1").select("status").write.saveAsTable("out.filtered")
a.intersect(b).write.saveAsTable("out.intersect")
a.intersectAll(b).write.saveAsTable("out.intersect_all")
a.subtract(b).write.saveAsTable("out.subtract")
a.exceptAll(b).write.saveAsTable("out.except_all")
a.union(a).select("order_id").write.saveAsTable("out.itself")
a.union(b.filter("price > 3")).distinct().write.saveAsTable("out.distinct")
