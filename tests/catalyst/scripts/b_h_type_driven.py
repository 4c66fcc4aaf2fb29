# table k4.mixed(id bigint, title string, price decimal(10,2), qty int, ratio double, created timestamp, day date, ok boolean, tags array<string>, geo struct<lat:double,lon:double>)
"""Columns treated by their types."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

spark = SparkSession.builder.getOrCreate()
mixed = spark.table("k4.mixed")


def by_type(df, *kinds):
    return [f.name for f in df.schema.fields if isinstance(f.dataType, kinds)]


numbers = by_type(mixed, T.NumericType)
texts = by_type(mixed, T.StringType)
times = by_type(mixed, T.TimestampType, T.DateType)
out = mixed.select(
    *[F.round(c, 1).alias(c) for c in numbers if c != "id"],
    *[F.upper(c).alias(c) for c in texts],
    *[F.date_format(c, "yyyy").alias(f"{c}_year") for c in times],
    *[F.col(f.name).cast("string") for f in mixed.schema if isinstance(f.dataType, T.BooleanType)],
)
out.write.mode("overwrite").saveAsTable("k4_out.by_type")
flat = mixed
for field in mixed.schema.fields:
    match field.dataType:
        case T.StructType():
            for inner in field.dataType.fields:
                flat = flat.withColumn(f"{field.name}_{inner.name}", F.col(f"{field.name}.{inner.name}"))
            flat = flat.drop(field.name)
        case T.ArrayType():
            flat = flat.withColumn(field.name, F.concat_ws(",", field.name))
        case _:
            continue
flat.write.mode("overwrite").saveAsTable("k4_out.flat")
nulls = mixed.select([F.count(F.when(F.col(c).isNull(), c)).alias(c) for c, t in mixed.dtypes if not t.startswith(("array", "struct"))])
nulls.write.mode("overwrite").saveAsTable("k4_out.nulls")
