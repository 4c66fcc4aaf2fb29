# table u.web(id bigint, amount double, campaign string)
# table u.app(id bigint, amount double, device string)
# table u.shop(amount double, id bigint, till int)
"""unionByName of frames with different columns, and by position."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
CHANNELS = ("web", "app", "shop")
result = None
for channel in CHANNELS:
    frame = spark.table(f"u.{channel}").withColumn("channel", F.lit(channel))
    result = frame if result is None else result.unionByName(frame, allowMissingColumns=True)
result.write.mode("overwrite").saveAsTable("v.all_channels")

web, app = spark.table("u.web"), spark.table("u.app")
web.select("id", "amount").union(app.select("id", "amount")).distinct().write.mode("overwrite").saveAsTable("v.pairs")
web.select("id").intersect(app.select("id")).write.mode("overwrite").saveAsTable("v.both")
web.select("id").subtract(app.select("id")).withColumn("only", F.lit("web")).write.mode("overwrite").saveAsTable("v.only_web")
