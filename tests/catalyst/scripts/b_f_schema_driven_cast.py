# table p2.raw(id string, price string, qty string, active string, created string, tags array<string>)
"""Casts by a StructType, columns checked against it, errors kept apart."""
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, DoubleType, IntegerType, LongType, StringType, StructField, StructType, TimestampType

TARGET = StructType(
    [
        StructField("id", LongType()),
        StructField("price", DoubleType()),
        StructField("qty", IntegerType()),
        StructField("active", BooleanType()),
        StructField("created", TimestampType()),
        StructField("origin", StringType()),
    ]
)


def apply_schema(df: DataFrame, schema: StructType) -> DataFrame:
    columns = {field.name: F.col(field.name).cast(field.dataType) for field in schema.fields if field.name in df.columns}
    df = df.withColumns(columns)
    for field in schema:
        if field.name not in df.columns:
            df = df.withColumn(field.name, F.lit(None).cast(field.dataType))
    return df.select(*schema.fieldNames())


spark = SparkSession.builder.getOrCreate()
raw = spark.table("p2.raw")
typed = apply_schema(raw, TARGET)
bad = F.lit(False)
for field in TARGET.fields[:2]:
    bad = bad | (F.col(field.name).isNotNull() & F.expr(f"try_cast({field.name} as {field.dataType.simpleString()})").isNull())
raw.filter(bad).select("id", "price").write.mode("overwrite").saveAsTable("p2_out.rejected")
typed.withColumn("value", F.col("price") * F.col("qty")).write.mode("overwrite").saveAsTable("p2_out.typed")
