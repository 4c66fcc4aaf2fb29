from pyspark.sql import functions as F

from etl.session import LakeSession

session = LakeSession()
daily = session.read("clicks").groupBy("campaign", "dt").agg(F.countDistinct("click_id").alias("clicks"))
session.write(daily, "campaign_days")
