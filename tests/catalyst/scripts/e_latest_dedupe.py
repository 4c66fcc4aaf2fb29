# table raw.c(id bigint, email string, updated timestamp, deleted boolean)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
def latest(df: DataFrame, keys, by) -> DataFrame:
    w = Window.partitionBy(*keys).orderBy(F.desc(by), F.desc_nulls_last("id"))
    return df.withColumn("_rn", F.row_number().over(w)).filter("_rn = 1").drop("_rn")
def mask(df, cols):
    for c in cols:
        df = df.withColumn(c, F.sha2(F.lower(F.trim(c)), 256))
    return df
(spark.table("raw.c").transform(latest, ["id"], "updated").transform(lambda d: mask(d, ["email"])).filter(~F.col("deleted")).select("id", "email").write.saveAsTable("out.c"))
