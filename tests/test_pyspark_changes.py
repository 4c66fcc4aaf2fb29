"""PySpark changed from base to head: what is said of it, and what is rightly not."""

import pytest

from guardian.model.changes import Change
from tests.casebook import difference

HEAD = """
import re
from pyspark.sql import SparkSession, Window, functions as F, types as T
import rules
spark = SparkSession.builder.getOrCreate()
"""
RULES = "SKIP = 'x'\n"
UDF = """
LIMIT = 3
PATTERN = re.compile("a.*")

@F.udf("string")
def clean(value):
    parts = []
    for number, part in enumerate(value.split(",")):
        if PATTERN.match(part) and number < LIMIT:
            parts.append(cut(part, size=4))
    return ",".join(sorted(item for item in parts if item != rules.SKIP))

def cut(text, size):
    return text[:size]

spark.table("t").select(clean("x").alias("c")).write.saveAsTable("o")
"""


def changes(base: str, head: str, rules: str = RULES) -> tuple[Change, ...]:
    """Return what is said of two versions of a job."""
    before = {"job.py": HEAD + base, "rules.py": RULES}
    return difference(before, {"job.py": HEAD + head, "rules.py": rules}, "spark").changes


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("parts", "kept"),
        ("number", "n"),
        ("value", "v"),
        ("clean", "tidy"),
        ("cut(", "shorten("),
        ("size", "length"),
        ("LIMIT", "TOP"),
        ("PATTERN", "WANTED"),
        ("item for item in parts if item", "each for each in parts if each"),
        (
            "    parts = []\n",
            '    """Return it tidied."""\n    parts: list[str] = []  # none yet\n',
        ),
        ("def cut(text, size):", "def cut(text: str, size: int = 4) -> str:\n    '''Cut.'''"),
        ("    return text[:size]", "    pass\n    return (text[:size])"),
        ('@F.udf("string")', "@F.udf(returnType=T.StringType())"),
        ("rules.SKIP", "SKIP"),
    ],
)
def test_a_function_of_python_under_other_names_is_the_same(before: str, after: str) -> None:
    head = UDF.replace(before, after)
    if after == "SKIP":
        head = "from rules import SKIP\n" + head
    if "= 4" in after:
        head = head.replace("(part, size=4)", "(part, size=4)").replace(" = 4)", ")")
    assert head != UDF
    assert changes(UDF, head) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ('"a.*"', '"b.*"'),
        ("size=4", "size=5"),
        ("text[:size]", "text[size:]"),
        ("sorted(", "list("),
        ("number < LIMIT", "number <= LIMIT"),
        ('split(",")', 'split(";")'),
        ('"string"', '"int"'),
    ],
)
def test_a_function_of_python_that_does_something_else_is_told(before: str, after: str) -> None:
    found = changes(UDF, UDF.replace(before, after))
    assert [(change.rule, change.column) for change in found] == [("column-logic-changed", "c")]


def test_a_constant_of_another_module_is_part_of_a_function() -> None:
    assert [change.column for change in changes(UDF, UDF, "SKIP = 'y'\n")] == ["c"]


def test_a_method_is_told_by_its_objects_values() -> None:
    job = """
class Cleaner:
    def __init__(self, limit):
        self.limit = limit
    def cut(self, text):
        return text[:self.limit]
    def run(self):
        shorten = F.udf(self.cut)
        spark.table("t").select(shorten("x").alias("c")).write.saveAsTable("o")
Cleaner(3).run()
"""
    assert (
        changes(job, job.replace("text", "s").replace("self.", "me.").replace("self", "me")) == ()
    )
    assert [change.column for change in changes(job, job.replace("(3)", "(4)"))] == ["c"]


def test_rows_mapped_by_a_lambda_under_other_names_are_the_same() -> None:
    job = 'spark.table("t").rdd.map(lambda r: (r.a, r.b + 1)).toDF(["a", "b"]).write.saveAsTable("o")\n'
    assert changes(job, job.replace("r:", "row:").replace("r.", "row.").replace("row.table", "r.table")) == ()  # fmt: skip
    assert changes(job, job.replace("+ 1", "+ 2"))


def test_an_open_flag_keeps_both_branches() -> None:
    job = """
import sys
df = spark.table("a").select("id")
if "--full" in sys.argv:
    df = df.union(spark.table("b").select("id"))
df.write.saveAsTable("o")
"""
    found = changes(job, job.replace('table("b")', 'table("c")'))
    assert {change.rule for change in found} >= {"input-added", "input-removed"}


def test_an_argument_that_the_code_goes_on_to_read_is_given() -> None:
    job = """
import sys, os
def option(key, default="none"):
    if f"--{key}" in sys.argv:
        return sys.argv[sys.argv.index(f"--{key}") + 1]
    return default
bucket = option("bucket")
spark.table("a").write.parquet(f"s3://{bucket}/o")
"""
    found = changes(job, job.replace('"a"', '"b"'))
    assert {change.dataset for change in found} == {"s3://{bucket}/o"}


def test_a_rename_is_located_where_it_is_written() -> None:
    job = """
df = spark.table("t").groupBy("k").agg(
    F.sum("x").alias("total"),
)
df.withColumnRenamed(
    "total",
    "spend",
).write.saveAsTable("o")
"""
    found = changes(job, job.replace('"spend"', '"total_spend"'))
    assert [(change.rule, change.location.line) for change in found] == [("column-renamed", 12)]


def test_a_column_out_of_a_list_is_told_by_its_own_text() -> None:
    job = """
counts = [
    F.sum(F.col(name)).alias(f"{name}_count")
    for name in ("a", "b")
]
spark.table("t").groupBy("k").agg(F.min("d").alias("d"), *counts).write.saveAsTable("o")
"""
    (found,) = changes(job, job.replace('"b")', '"b", "c")'))
    assert (found.rule, found.column, found.location.line) == ("column-added", "c_count", 8)
    assert "agg(" not in (found.after or "")


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ('df.fillna(0, ["x", "y"])', 'df.na.fill({"x": 0, "y": 0})'),
        ('df.withColumn("x", F.col("y")).withColumn("w", F.lit(1))', 'df.withColumn("w", F.lit(1)).withColumn("x", F.col("y"))'),
        ('df.filter("x > 1").filter("y > 2")', 'df.where((F.col("y") > 2) & (F.col("x") > 1))'),
        ('df.select([F.trim(c).alias(c) for c in df.columns])', 'df.select(*[F.trim(F.col(n)).alias(n) for n in df.columns])'),
        ('df.dropDuplicates(["k"])', 'df.drop_duplicates(["k"])'),
        ('df.withColumnRenamed("x", "a").withColumnRenamed("y", "b")', 'df.withColumnsRenamed({"x": "a", "y": "b"})'),
        ('df.groupBy("k").agg(F.sum("x").alias("s"))', 'df.groupby(df.k).agg(F.expr("sum(x) as s"))'),
        ('df.selectExpr("stack(2, x, y) as v")', 'df.select(F.expr("stack(2, x, y)").alias("v"))'),
        ('df.repartition(8).cache()', 'df.coalesce(1)'),
    ],
)  # fmt: skip
def test_two_ways_to_write_the_same_are_no_change(base: str, head: str) -> None:
    job = 'df = spark.table("t").select("k", "x", "y")\n{}.write.saveAsTable("o")\n'
    assert changes(job.format(base), job.format(head)) == ()


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("df.fillna(0)", "df.fillna(1)"),
        ('df.replace("", "x")', 'df.replace("", "y")'),
        ("df.dropna()", 'df.dropna("all")'),
        ("df.select([F.trim(c).alias(c) for c in df.columns])", "df.select([F.lower(c).alias(c) for c in df.columns])"),
        ("df", "df.dropDuplicates()"),
    ],
)  # fmt: skip
def test_a_change_of_columns_that_nobody_tells_is_not_silent(base: str, head: str) -> None:
    job = 'df = spark.table("t")\n{}.write.saveAsTable("o")\n'
    assert changes(job.format(base), job.format(head))


@pytest.mark.parametrize("option", ["versionAsOf", "timestampAsOf"])
def test_another_version_of_a_table_is_other_rows(option: str) -> None:
    job = (
        f'spark.read.format("delta").option("{option}", "12").load("s3://b/t")'
        '.write.saveAsTable("o")\n'
    )
    (found,) = changes(job, job.replace("12", "14"))
    assert found.rule == "rows-changed"
    assert "12" in (found.before or "")
    assert "14" in (found.after or "")


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ('spark.read.csv("s3://p", header=True)', 'spark.read.csv("s3://p")'),
        ('spark.read.option("sep", ",").csv("s3://p")', 'spark.read.option("delimiter", ";").csv("s3://p")'),
        ('spark.read.parquet("s3://p")', 'spark.read.json("s3://p")'),
        ('spark.table("t").orderBy(F.desc("a")).dropDuplicates(["k"])', 'spark.table("t").orderBy("a").dropDuplicates(["k"])'),
    ],
)  # fmt: skip
def test_other_rows_are_read_or_kept(base: str, head: str) -> None:
    job = '{}.select("a").write.saveAsTable("o")\n'
    assert [change.rule for change in changes(job.format(base), job.format(head))] == [
        "rows-changed"
    ]


def test_a_reader_says_the_same_in_several_ways() -> None:
    base = 'spark.read.csv("s3://p", header=True, sep=",").select("a").write.saveAsTable("o")\n'
    head = base.replace(
        'csv("s3://p", header=True, sep=",")',
        'format("csv").options(header="true").option("multiLine", False).load("s3://p")',
    )
    assert changes(base, head) == ()


def test_the_number_of_buckets_is_how_a_table_is_written() -> None:
    job = 'spark.table("t").write.bucketBy(4, "a").saveAsTable("o")\n'
    found = changes(job, job.replace("4", "8"))
    assert [(change.rule, change.before, change.after) for change in found] == [
        ("write-changed", "buckets 4", "buckets 8")
    ]
