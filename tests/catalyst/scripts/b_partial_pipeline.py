# table n.notes(note_id bigint, author string, body string, tags string, created timestamp)
"""A pipeline as a list of partials, folded."""
from functools import partial, reduce

from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def add_column(df, name, expression):
    return df.withColumn(name, expression)


def drop_nulls(df, *, columns):
    return df.dropna(subset=columns)


def split_to_array(df, column, sep=",", into=None):
    return df.withColumn(into or column, F.split(F.col(column), sep))


def compose(*steps):
    return lambda df: reduce(lambda acc, step: step(acc), steps, df)


pipeline = compose(
    partial(drop_nulls, columns=["body"]),
    partial(split_to_array, column="tags", into="tag_list"),
    partial(add_column, name="words", expression=F.size(F.split("body", r"\s+"))),
    partial(add_column, name="created_on", expression=F.to_date("created")),
    lambda df: df.drop("body"),
)
spark = SparkSession.builder.getOrCreate()
notes = pipeline(spark.table("n.notes"))
notes.write.mode("overwrite").saveAsTable("n_mart.notes")
tags = notes.select("author", F.explode("tag_list").alias("tag")).groupBy("tag").agg(F.countDistinct("author").alias("authors"))
tags.sort(F.desc("authors")).limit(100).write.mode("overwrite").saveAsTable("n_mart.top_tags")
