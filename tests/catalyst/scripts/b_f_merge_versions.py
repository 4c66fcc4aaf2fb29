# table n2.v1(id bigint, fullname string, amount int)
# table n2.v2(id bigint, first string, last string, amount double, note string)
"""Two versions of a source lined up: lit(None) columns, casts, select by target columns."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

TARGET = {"id": "bigint", "first": "string", "last": "string", "amount": "double", "note": "string", "version": "int"}


def align(df, version):
    df = df.withColumn("version", F.lit(version))
    missing = [c for c in TARGET if c not in df.columns]
    for c in missing:
        df = df.withColumn(c, F.lit(None).cast(TARGET[c]))
    return df.select([F.col(c).cast(t).alias(c) for c, t in TARGET.items()])


spark = SparkSession.builder.getOrCreate()
v1 = spark.table("n2.v1")
parts = F.split(v1.fullname, " ", 2)
v1 = v1.withColumn("first", parts.getItem(0)).withColumn("last", parts.getItem(1)).drop("fullname")
both = align(v1, 1).union(align(spark.table("n2.v2"), 2))
both.write.mode("overwrite").saveAsTable("n2_out.people")
both.dropDuplicates(["first", "last"]).select(F.concat("first", F.lit(" "), "last").alias("name")).write.saveAsTable("n2_out.names")
