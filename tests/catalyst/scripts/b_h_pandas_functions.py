# table g4.points(grp string, x double, y double, t timestamp)
"""mapInPandas, applyInPandas, pandas UDFs: inputs connected to all outputs."""
import pandas as pd
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.functions import pandas_udf


@pandas_udf("double")
def scaled(x: pd.Series) -> pd.Series:
    return (x - x.mean()) / x.std()


def fit(frame):
    return frame


def explode_rows(frames):
    for frame in frames:
        yield frame


spark = SparkSession.builder.getOrCreate()
points = spark.table("g4.points").select("grp", "x", "y")
points.withColumn("x_scaled", scaled("x")).drop("y").write.mode("overwrite").saveAsTable("g4_out.scaled")
fitted = points.filter("x > 0").groupBy("grp").applyInPandas(fit, schema="grp string, slope double, n bigint")
fitted.write.mode("overwrite").saveAsTable("g4_out.fitted")
mapped = points.mapInPandas(explode_rows, "grp string, z double")
mapped.groupBy("grp").agg(F.max("z").alias("z")).write.mode("overwrite").saveAsTable("g4_out.mapped")
