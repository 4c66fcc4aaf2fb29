# table o.orders(id bigint, customer_id bigint, placed date, status string)
# table o.lines(order_id bigint, product_id bigint, qty int, unit_price double)
# table o.products(id bigint, name string, category string)
# table o.customers(id bigint, name string, segment string)
"""Qualified names after three joins."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("o.orders").alias("o")
l = spark.table("o.lines").alias("l")
p = spark.table("o.products").alias("p")
c = spark.table("o.customers").alias("c")

facts = (
    o.join(l, F.col("o.id") == F.col("l.order_id"))
    .join(p, F.col("l.product_id") == F.col("p.id"))
    .join(c, F.col("o.customer_id") == F.col("c.id"), "left")
    .where(F.col("o.status").isin("paid", "shipped"))
    .select(
        F.col("o.id").alias("order_id"),
        "l.product_id",
        F.col("p.name").alias("product"),
        F.col("c.name").alias("customer"),
        "segment",
        F.expr("l.qty * l.unit_price").alias("revenue"),
        F.year("o.placed").alias("year"),
    )
)
facts.write.mode("overwrite").saveAsTable("m.facts")
facts.groupBy("segment", "year").agg({"revenue": "sum", "order_id": "count"}).toDF("segment", "year", "revenue", "orders").write.mode(
    "overwrite"
).saveAsTable("m.segments")
