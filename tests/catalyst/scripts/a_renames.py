# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
orders = spark.table("raw.orders")
one = orders.withColumnRenamed("amount", "gross").withColumnRenamed("missing", "nothing")
one.withColumn("net", F.col("gross") - F.col("discount")).write.saveAsTable("out.one")
orders.withColumnsRenamed({"amount": "a", "discount": "d"}).select("a", "d", "order_id").write.saveAsTable("out.several")
orders.select("order_id", "amount").toDF("id", "value").filter("value > 0").write.saveAsTable("out.positional")
renamed = orders.select([F.col(c).alias("o_" + c) for c in orders.columns])
renamed.write.saveAsTable("out.prefixed")
orders.withColumnRenamed("order_id", "id").withColumnRenamed("ID", "key").select("key").write.saveAsTable("out.twice")
