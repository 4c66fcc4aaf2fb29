# table raw.customer_changes(customer_id bigint, name string, email string, changed_at timestamp, op string, seq bigint)
"""The latest row of each key, three ways."""
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.functions import col, desc, row_number


def latest(df, keys, order, *more):
    w = Window.partitionBy(*[F.col(k) for k in keys]).orderBy(F.col(order).desc(), *more)
    return df.withColumn("rn", F.row_number().over(w)).where("rn = 1").drop("rn")


spark = SparkSession.builder.getOrCreate()
changes = spark.table("raw.customer_changes")

latest(changes, ["customer_id"], "changed_at", F.col("seq").desc()).filter(
    F.col("op") != "D"
).drop("op", "seq").write.mode("overwrite").saveAsTable("clean.customers_a")

spec = Window.partitionBy("customer_id").orderBy(desc("changed_at"))
numbered = changes.select("*", row_number().over(spec).alias("_row"))
numbered.filter(col("_row") == 1).select("customer_id", "name", "email").write.mode("overwrite").saveAsTable("clean.customers_b")

newest = changes.groupBy("customer_id").agg(F.max("changed_at").alias("changed_at"))
changes.join(newest, ["customer_id", "changed_at"]).select(
    "customer_id", F.col("name"), changes.email
).write.mode("overwrite").saveAsTable("clean.customers_c")
