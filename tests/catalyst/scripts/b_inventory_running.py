# table s1.moves(sku string, wh string, qty int, kind string, moved_at timestamp)
# table s1.stock(sku string, wh string, on_hand int, counted date)
"""Running stock from movements; thresholds joined in; two writes of one chain."""
from pyspark.sql import SparkSession, Window, functions as F

spark = SparkSession.builder.getOrCreate()
KEYS = ["sku", "wh"]
signed = F.expr("CASE WHEN kind IN ('IN', 'RETURN') THEN qty WHEN kind = 'OUT' THEN -qty ELSE 0 END")
moves = spark.table("s1.moves").withColumn("delta", signed)
running = Window.partitionBy(KEYS).orderBy("moved_at").rowsBetween(Window.unboundedPreceding, Window.currentRow)
levels = (
    moves.join(spark.table("s1.stock"), KEYS, "left")
    .where(F.col("moved_at") > F.col("counted"))
    .withColumn("level", F.coalesce("on_hand", F.lit(0)) + F.sum("delta").over(running))
)
levels.select(*KEYS, "moved_at", "level").write.mode("overwrite").saveAsTable("s1_out.levels")
low = levels.groupBy(KEYS).agg(F.last("level").alias("level"), F.min("level").alias("lowest")).where("lowest < 0")
low.write.mode("overwrite").saveAsTable("s1_out.low")
