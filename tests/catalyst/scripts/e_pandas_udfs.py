# table raw.t(id bigint, v double, name string)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
from pyspark.sql.functions import pandas_udf
import pandas as pd
@pandas_udf(T.DoubleType())
def plus(a: pd.Series, b: pd.Series) -> pd.Series:
    return a + b
@pandas_udf("struct<first:string,last:string>")
def parts(n: pd.Series) -> pd.DataFrame:
    return n.str.split(" ", expand=True)
t = spark.table("raw.t")
t.select("id", plus("v", F.lit(1.0)).alias("v1"), parts("name").alias("p")).select("id", "v1", "p.first", F.col("p.last").alias("surname")).write.saveAsTable("out.t")
