from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.appName("loans").getOrCreate()

loans = (
    spark.table("core.loans")
    .withColumn("yearly_interest", F.round(F.col("principal") * F.col("rate"), 2))
    .withColumn("vintage", F.year("opened_on"))
    .drop("opened_on")
)
loans.write.mode("overwrite").saveAsTable("lending.loans")
