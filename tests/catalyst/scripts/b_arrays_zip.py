# table m1.experiments(exp string, params array<string>, scores array<double>, best struct<param:string,score:double>)
"""arrays_zip, higher order functions, flatten, aggregate back."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
exps = spark.table("m1.experiments")
zipped = exps.select("exp", F.explode(F.arrays_zip("params", "scores")).alias("z"), F.col("best.param").alias("best_param"))
rows = zipped.select("exp", F.col("z.params").alias("param"), F.col("z.scores").alias("score"), "best_param")
rows.withColumn("is_best", F.col("param") == F.col("best_param")).write.mode("overwrite").saveAsTable("m1_out.rows")
agg = exps.select(
    "exp",
    F.transform("scores", lambda s: s * 100).alias("pct"),
    F.zip_with("params", "scores", lambda p, s: F.concat(p, F.lit("="), s.cast("string"))).alias("labels"),
    F.expr("filter(scores, x -> x > 0.5)").alias("good"),
    F.array_contains("params", "lr").alias("has_lr"),
    F.aggregate("scores", F.lit(0.0), lambda a, x: a + x, lambda a: a / F.size("scores")).alias("mean"),
)
agg.write.mode("overwrite").saveAsTable("m1_out.agg")
