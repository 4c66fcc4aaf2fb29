# table t.texts(id bigint, title string, body string, lang string, score double)
"""Functions of Python's own as UDFs."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.functions import pandas_udf, udf
from pyspark.sql.types import ArrayType, IntegerType, StringType, StructField, StructType


@udf(returnType=IntegerType())
def vowels(text):
    return sum(1 for c in text if c in "aeiou")


def slug(title, lang):
    return f"{lang}-{title}".lower()


slug_udf = F.udf(slug, StringType())
tokens = udf(lambda s: s.split(), ArrayType(StringType()))
pair = udf(lambda s: (s, len(s)), StructType([StructField("text", StringType()), StructField("size", IntegerType())]))


spark = SparkSession.builder.getOrCreate()
spark.udf.register("shout", lambda s: s.upper() + "!", StringType())
texts = spark.table("t.texts")
out = (
    texts.withColumn("vowels", vowels("body"))
    .withColumn("slug", slug_udf(F.col("title"), F.col("lang")))
    .withColumn("tokens", tokens(F.col("body")))
    .withColumn("pair", pair("title"))
    .withColumn("loud", F.expr("shout(title)"))
    .select("id", "vowels", "slug", "tokens", "pair.text", F.col("pair.size").alias("n"), "loud")
)
out.where(F.col("vowels") > 3).write.mode("overwrite").saveAsTable("t_out.texts")
texts.createOrReplaceTempView("texts")
spark.sql("select id, shout(lang) as lang from texts order by score").write.mode("overwrite").saveAsTable("t_out.langs")
