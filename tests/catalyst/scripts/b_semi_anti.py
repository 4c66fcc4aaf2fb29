# table d.users(user_id bigint, email string, created date)
# table d.optouts(user_id bigint, channel string)
# table d.purchases(user_id bigint, amount double, at timestamp)
"""Semi and anti joins, existence flags, coalesced sides of full joins."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
users = spark.table("d.users")
optouts = spark.table("d.optouts").where(F.col("channel") == "email")
buyers = spark.table("d.purchases").groupBy("user_id").agg(F.sum("amount").alias("spent"), F.lit(True).alias("is_buyer"))

audience = users.join(optouts, "user_id", "leftanti").join(buyers.filter("spent > 100"), ["user_id"], "leftsemi")
audience.select(F.sha1("email").alias("email_hash"), "user_id").write.mode("overwrite").saveAsTable("d_mart.audience")

flagged = users.join(buyers, users.user_id == buyers.user_id, "full").select(
    F.coalesce(users.user_id, buyers.user_id).alias("user_id"),
    F.coalesce(buyers["is_buyer"], F.lit(False)).alias("is_buyer"),
    "created",
)
flagged.write.mode("overwrite").saveAsTable("d_mart.flags")
