# table t.main(id bigint, v string, d date)
# table t.fallback(id bigint, v string)
"""A read in try, one that fails and is replaced."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.utils import AnalysisException

spark = SparkSession.builder.getOrCreate()


def has_column(df, name):
    return name in df.columns


def read(name):
    try:
        return spark.table(name)
    finally:
        print("read", name)


main = read("t.main")
other = read("t.fallback")
if not has_column(other, "d"):
    other = other.withColumn("d", F.lit(None).cast("date"))
if has_column(main, "missing"):
    main = main.drop("missing")
both = main.unionByName(other)
both.filter(F.col("d").isNotNull()).write.mode("overwrite").saveAsTable("t_out.both")
