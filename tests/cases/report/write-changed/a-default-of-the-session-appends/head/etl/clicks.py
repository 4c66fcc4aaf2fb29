from pyspark.sql import functions as F

from etl.session import LakeSession

session = LakeSession()
clicks = session.spark.read.json("s3://acme-landing/clicks/")
clean = clicks.where(F.col("is_bot") == F.lit(False)).select("click_id", "campaign", "clicked_at", F.to_date("clicked_at").alias("dt"))
session.write(clean, "clicks", partitions=["dt"])
