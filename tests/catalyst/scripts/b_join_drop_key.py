# table x.accounts(id bigint, name string, opened date, branch string)
# table x.balances(id bigint, balance double, as_of date)
# table x.limits(id bigint, limit_amount double, as_of date)
"""df.id == other.id and then a drop of one of them."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
accounts = spark.table("x.accounts")
balances = spark.table("x.balances")
limits = spark.table("x.limits").withColumnRenamed("as_of", "limit_as_of")

joined = accounts.join(balances, accounts.id == balances.id, "left").drop(balances.id)
joined = joined.join(limits, joined.id == limits.id, "left_outer").drop(limits["id"])
joined = joined.withColumn("headroom", limits.limit_amount - balances.balance)
joined.write.mode("overwrite").saveAsTable("y.accounts")

conditions = [accounts["id"] == balances["id"], balances["as_of"] > accounts["opened"]]
accounts.join(balances, conditions, "inner").select(accounts["*"], balances["balance"]).write.mode("overwrite").saveAsTable(
    "y.active"
)
