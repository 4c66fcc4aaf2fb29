# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
spark.table("raw.orders").filter("amount > 0").createOrReplaceTempView("orders")
spark.table("raw.customers").createTempView("customers")
spark.sql("""
    SELECT c.name, c.address.city, sum(o.amount) AS total, count(*) AS n
    FROM orders o JOIN customers c ON o.customer_id = c.customer_id
    WHERE o.status = 'done' GROUP BY c.name, c.address.city HAVING sum(o.amount) > 10
""").write.saveAsTable("out.totals")
spark.table("orders").withColumn("x", F.lit(1)).createOrReplaceTempView("orders")
spark.table("orders").select("x", "amount").write.saveAsTable("out.again")
spark.table("raw.customers").createOrReplaceGlobalTempView("everyone")
spark.table("global_temp.everyone").select("name").write.saveAsTable("out.global")
spark.sql("create or replace temporary view few as select order_id, amount * 2 as twice from orders limit 5")
spark.sql("select * from few").write.saveAsTable("out.few")
