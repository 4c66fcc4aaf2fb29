# table raw.docs(doc_id string, meta struct<author:struct<name:string,email:string>,lang:string,created:timestamp>, items array<struct<sku:string,qty:int,price:double>>, labels map<string,string>)
"""Flattening recursively over the schema."""
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StructType


def flatten_structs(df: DataFrame, sep: str = "_") -> DataFrame:
    flat = [f.name for f in df.schema.fields if not isinstance(f.dataType, StructType)]
    nested = [f.name for f in df.schema.fields if isinstance(f.dataType, StructType)]
    if not nested:
        return df
    exploded = df.select(
        *flat,
        *[F.col(f"{n}.{c}").alias(f"{n}{sep}{c}") for n in nested for c in df.select(f"{n}.*").columns],
    )
    return flatten_structs(exploded, sep)


def explode_arrays(df):
    for f in df.schema.fields:
        if isinstance(f.dataType, ArrayType):
            df = df.withColumn(f.name, F.explode_outer(f.name))
    return df


spark = SparkSession.builder.getOrCreate()
docs = spark.table("raw.docs")
flatten_structs(docs.drop("items")).write.mode("overwrite").saveAsTable("flat.docs")
flatten_structs(explode_arrays(docs.select("doc_id", "items"))).write.mode("overwrite").saveAsTable("flat.items")
