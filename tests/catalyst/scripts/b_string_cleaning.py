# table ext.contacts(id bigint, name string, phone string, email string, address string, website string, vat string)
"""Cleaning of strings by rules in a table of functions."""
import re

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F


def squeeze(c: Column) -> Column:
    return F.trim(F.regexp_replace(c, r"\s+", " "))


def digits(c):
    return F.regexp_replace(c, "[^0-9]", "")


def null_if_blank(c):
    return F.when(F.length(F.trim(c)) == 0, F.lit(None)).otherwise(c)


RULES = {
    "name": [squeeze, F.initcap],
    "phone": [digits],
    "email": [F.trim, F.lower, null_if_blank],
    "vat": [lambda c: F.upper(digits(c))],
}

spark = SparkSession.builder.getOrCreate()
contacts = spark.table("ext.contacts")
for column, rules in RULES.items():
    expression = F.col(column)
    for rule in rules:
        expression = rule(expression)
    contacts = contacts.withColumn(column, expression)

contacts = contacts.withColumns(
    {
        "domain": F.lower(F.regexp_extract(F.col("website"), r"(?:https?://)?(?:www\.)?([^/]+)", 1)),
        "street": F.trim(F.split(F.col("address"), ",").getItem(0)),
        "city": F.trim(F.split(F.col("address"), ",").getItem(1)),
    }
)
snake = {c: re.sub(r"[^a-z]+", "_", c.lower()) for c in contacts.columns}
contacts = contacts.select([F.col(c).alias(f"contact_{n}") for c, n in snake.items()])
contacts.write.mode("overwrite").saveAsTable("clean.contacts")
