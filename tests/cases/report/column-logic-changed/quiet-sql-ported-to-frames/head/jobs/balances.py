from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.appName("balances").getOrCreate()

rates = spark.table("fx.rates").withColumnRenamed("as_of", "booked_on")
converted = (
    spark.table("ledger.bookings")
    .join(rates, ["currency", "booked_on"], "left")
    .withColumn("amount_eur", F.col("amount") * F.coalesce("rate", F.lit(1)))
)
is_fee = F.col("kind") == "fee"
balances = (
    converted.groupBy("account", "booked_on")
    .agg(
        F.sum("amount_eur").alias("balance"),
        F.sum(F.when(is_fee, F.col("amount_eur")).otherwise(0)).alias("fees"),
        F.count("*").alias("bookings"),
    )
    .where(F.col("balance") != 0)
)
balances.write.mode("overwrite").saveAsTable("ledger.balances_eur")
