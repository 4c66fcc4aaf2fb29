# table web.hits(visitor string, ts timestamp, page string, referrer string, bytes bigint)
"""Sessions by a gap of thirty minutes."""
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

GAP = 30 * 60
spark = SparkSession.builder.getOrCreate()
hits = spark.table("web.hits").where(F.col("visitor").isNotNull())
by_visitor = Window.partitionBy("visitor").orderBy("ts")
up_to_now = by_visitor.rowsBetween(Window.unboundedPreceding, Window.currentRow)

marked = (
    hits.withColumn("prev_ts", F.lag("ts", 1).over(by_visitor))
    .withColumn("gap", F.col("ts").cast("long") - F.col("prev_ts").cast("long"))
    .withColumn("is_new", F.when(F.col("gap").isNull() | (F.col("gap") > GAP), F.lit(1)).otherwise(F.lit(0)))
    .withColumn("session_no", F.sum("is_new").over(up_to_now))
    .withColumn("session_id", F.concat_ws("-", "visitor", F.col("session_no").cast("string")))
)
sessions = marked.groupBy("visitor", "session_id").agg(
    F.min("ts").alias("started"),
    F.max("ts").alias("ended"),
    F.count("*").alias("pages"),
    F.first("referrer", ignorenulls=True).alias("entry_referrer"),
    F.collect_list("page").alias("path"),
    F.sum("bytes").alias("bytes"),
)
sessions = sessions.withColumn("seconds", F.unix_timestamp("ended") - F.unix_timestamp("started"))
sessions.write.mode("overwrite").saveAsTable("web_mart.sessions")
marked.groupBy("session_id").agg(F.expr("max_by(page, ts)").alias("exit_page")).write.saveAsTable("web_mart.exits")
