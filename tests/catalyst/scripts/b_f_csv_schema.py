"""A CSV with a schema in code, cleaned and written as a table."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DateType, DoubleType, StringType, StructField, StructType

SCHEMA = StructType(
    [
        StructField("Account No", StringType(), False),
        StructField("DATE", StringType(), True),
        StructField("TRANSACTION DETAILS", StringType(), True),
        StructField("WITHDRAWAL AMT", StringType(), True),
        StructField("DEPOSIT AMT", StringType(), True),
    ]
)


def normalise(name):
    return name.strip().lower().replace(" ", "_")


spark = SparkSession.builder.getOrCreate()
raw = spark.read.csv("/data/bank/transactions.csv", header=True, schema=SCHEMA)
df = raw
for column in raw.columns:
    df = df.withColumnRenamed(column, normalise(column))
for amount in ("withdrawal_amt", "deposit_amt"):
    df = df.withColumn(amount, F.regexp_replace(F.col(amount), "[, ]", "").cast(DoubleType()))
df = df.withColumn("date", F.to_date(F.col("date"), "dd-MMM-yy").cast(DateType()))
df = df.withColumn("net", F.coalesce(F.col("deposit_amt"), F.lit(0.0)) - F.coalesce(F.col("withdrawal_amt"), F.lit(0.0)))
df.write.mode("overwrite").saveAsTable("bank.transactions")
df.filter(F.col("net") < 0).groupBy("account_no").agg(F.sum("net").alias("spent")).write.mode("append").saveAsTable("bank.spenders")
