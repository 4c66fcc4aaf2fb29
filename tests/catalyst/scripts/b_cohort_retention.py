# table h1.activity(user_id bigint, active_on date, minutes double)
# table h1.users(user_id bigint, signup date, channel string)
"""Cohorts and retention."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
users = spark.table("h1.users").withColumn("cohort", F.trunc("signup", "month"))
sizes = users.groupBy("cohort").agg(F.count("user_id").alias("size"))
active = (
    spark.table("h1.activity")
    .join(users, "user_id")
    .withColumn("month_no", F.floor(F.months_between(F.trunc("active_on", "month"), "cohort")).cast("int"))
    .groupBy("cohort", "month_no")
    .agg(F.countDistinct("user_id").alias("active"), F.sum("minutes").alias("minutes"))
)
retention = active.join(sizes, "cohort").withColumn("retention", F.col("active") / F.col("size"))
retention.orderBy("cohort", "month_no").write.mode("overwrite").saveAsTable("h1_out.retention")
