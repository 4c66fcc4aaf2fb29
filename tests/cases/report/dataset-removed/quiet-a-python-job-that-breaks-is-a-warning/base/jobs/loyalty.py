from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()

customers = spark.table("crm.customers").select("customer_id", F.lower("email").alias("email"), "country")
spend = spark.table("shop.orders").groupBy("customer_id").agg(F.sum("total").alias("spend"), F.count("*").alias("orders"))

w = Window.partitionBy("country").orderBy(F.desc("spend"))
loyalty = (
    customers.join(spend, "customer_id", "left")
    .withColumn("points", F.floor(F.coalesce(F.col("spend"), F.lit(0)) / 10))
    .withColumn("rank_in_country", F.rank().over(w))
    .withColumnRenamed("spend", "lifetime_spend")
)
loyalty.write.format("delta").mode("overwrite").saveAsTable("marts.loyalty")
