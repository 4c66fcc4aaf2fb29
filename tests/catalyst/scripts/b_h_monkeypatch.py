# table m4.x(id bigint, a string, b string)
"""Methods attached to DataFrame, functions stored on functions."""
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def clean_names(self):
    return self.select([F.col(c).alias(c.upper()) for c in self.columns])


def pipe(self, fn, *args, **kwargs):
    return fn(self, *args, **kwargs)


DataFrame.clean_names = clean_names
DataFrame.pipe = pipe


def joined(df, *cols, into, sep="-"):
    return df.withColumn(into, F.concat_ws(sep, *cols))


spark = SparkSession.builder.getOrCreate()
out = spark.table("m4.x").pipe(joined, "a", "b", into="ab").clean_names()
out.write.mode("overwrite").saveAsTable("m4_out.x")
