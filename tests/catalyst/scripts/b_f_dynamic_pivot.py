# table j2.answers(form bigint, question string, answer string, answered_at timestamp) = (1, 'age', '3', null), (1, 'name', 'x', null)
"""A pivot over values that are collected first, and over values that Spark finds."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
answers = spark.table("j2.answers")
known = ["age", "name"]
wide = answers.where(F.col("question").isin(known)).groupBy("form").pivot("question", known).agg(F.first("answer"))
wide = wide.select("form", *[F.col(q).alias(f"q_{q}") for q in known])
wide.withColumn("age_years", F.col("q_age").cast("int")).write.mode("overwrite").saveAsTable("j2_out.wide")
last = answers.groupBy("form").agg(F.max("answered_at").alias("answered_at"))
last.join(wide, "form").select("answered_at", "q_name").write.mode("overwrite").saveAsTable("j2_out.last")
