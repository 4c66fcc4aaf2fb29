# table g.metrics(run string, loss double, acc double, epoch int, model string)
"""describe, summary, agg with dict, having filters on aliases."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.functions import avg, col, count, max as max_, stddev

spark = SparkSession.builder.getOrCreate()
metrics = spark.table("g.metrics")
per_model = (
    metrics.groupBy("model")
    .agg(avg("loss").alias("loss"), stddev(col("acc")).alias("spread"), max_("acc").alias("best"), count("run").alias("runs"))
    .filter((col("runs") > 1) & (col("best") > 0.5))
)
per_model.write.mode("overwrite").saveAsTable("g_mart.per_model")
quantiles = [0.25, 0.5, 0.75]
q = metrics.groupBy("model", "epoch").agg(F.percentile_approx("loss", quantiles).alias("q"), F.corr("loss", "acc").alias("corr"))
q = q.select("model", "epoch", "corr", *[F.col("q")[i].alias(f"p{int(x * 100)}") for i, x in enumerate(quantiles)])
q.write.mode("overwrite").saveAsTable("g_mart.quantiles")
best = metrics.join(per_model.select("model", "best"), (metrics.model == per_model.model) & (metrics.acc == per_model.best), "left_semi")
best.write.mode("overwrite").saveAsTable("g_mart.best_runs")
