# table raw.orders(order_id bigint, customer_id bigint, product_id bigint, amount double, discount double,
#     status string, tags array<string>, ordered_at timestamp)
# table raw.customers(customer_id bigint, name string, country string, segment string, score int,
#     address struct<city:string,zip:string,geo:struct<lat:double,lon:double>>)
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
o = spark.table("RAW.Orders")
o.select("ORDER_ID", F.col("Amount") + F.col("DISCOUNT")).toDF("Id", "Total").withColumn("TOTAL", F.col("total") * 2).write.saveAsTable("OUT.Mixed")
c = spark.table("raw.customers").withColumnRenamed("CUSTOMER_ID", "Cust")
o.join(c, o["Customer_Id"] == c["cust"]).select("Name", o["AMOUNT"]).write.saveAsTable("out.joined")
o.join(spark.table("raw.customers"), "CUSTOMER_id").select("customer_ID", "score").write.saveAsTable("out.using")
o.drop("STATUS").dropDuplicates(["Order_ID"]).select("order_id").write.saveAsTable("out.dropped")
