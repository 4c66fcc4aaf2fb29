from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import LongType, StringType, StructField, StructType, TimestampType

SCHEMA = StructType([
    StructField("click_id", StringType()),
    StructField("campaign_id", LongType()),
    StructField("clicked_at", TimestampType()),
])
spark = SparkSession.builder.getOrCreate()

raw = spark.readStream.format("kafka").option("subscribe", "clicks").load()
clicks = raw.select(F.from_json(F.col("value").cast("string"), SCHEMA).alias("c")).select("c.*").withWatermark("clicked_at", "10 minutes")
counts = clicks.groupBy(F.window("clicked_at", "5 minutes"), "campaign_id").agg(F.approx_count_distinct("click_id").alias("clicks"))


def upsert(batch: DataFrame, batch_id: int) -> None:
    target = DeltaTable.forName(spark, "gold.click_counts")
    (
        target.alias("t")
        .merge(batch.alias("s"), "t.campaign_id = s.campaign_id AND t.window = s.window")
        .whenMatchedUpdate(set={"clicks": "s.clicks"})
        .whenNotMatchedInsertAll()
        .execute()
    )


counts.writeStream.foreachBatch(upsert).outputMode("update").start()
