"""What decides the rows that a PySpark job writes, and names across its files."""

from textwrap import dedent

import pytest

from tests.casebook import lineage_of
from tests.pyspark_code import edges

DAYS = 'LAST_DAYS = Window.partitionBy("k").orderBy("at").rangeBetween(-9, 0)\n'
ROWS = [
    (
        'spark.table("a").join(spark.table("b"), ["id"], "left_semi").select("x")',
        "JOIN a.id, JOIN b.id",
    ),
    (
        'spark.table("a").join(spark.table("b"), "id", "left_anti").select("x")',
        "JOIN a.id, JOIN b.id",
    ),
    ('spark.table("a").filter((F.col("x") > 1) & F.col("k").isin("u"))', "FILTER a.k, FILTER a.x"),
    ('spark.table("a").fillna({"k": "-"}).dropna(subset=["k"])', "FILTER a.k"),
    ('spark.table("a").filter(F.lit(True)).filter("1 = 1").select("x")', ""),
    (
        'spark.table("a").join(spark.table("b").select("k", "z"), "k").filter(F.col("k").isNotNull())',
        "FILTER a.k, JOIN a.k, JOIN b.k",
    ),
    ('spark.table("u").select("p").filter(F.col("q") > 0)', "FILTER u.q"),
    ('spark.table("a").groupBy("k").agg(F.max("x").alias("x"))', "GROUP_BY a.k"),
    ('spark.table("a").cube("k", "id").count()', "GROUP_BY a.id, GROUP_BY a.k"),
    ('spark.table("a").select(F.when(F.col("y") > 0, 1).alias("v"))', "CONDITIONAL a.y v"),
    (
        'spark.table("a").select(F.sum("x").over(LAST_DAYS).alias("v"))',
        "WINDOW a.at v, WINDOW a.k v",
    ),
    (
        'spark.table("a").groupBy(F.window("at", "1 day"), "k").count()',
        "GROUP_BY a.at, GROUP_BY a.k",
    ),
]


@pytest.mark.parametrize(("frame", "expected"), ROWS)
def test_rows_are_decided_as_spark_would_have_them(frame: str, expected: str) -> None:
    assert edges(f'{DAYS}{frame}.write.saveAsTable("o")')[1] == expected


def test_a_frame_that_an_unknown_function_makes_is_a_guess() -> None:
    code = """
        from pyspark.sql import SparkSession
        from somewhere import mystery
        spark = SparkSession.builder.getOrCreate()
        mystery(spark.table("a")).write.saveAsTable("o")
    """
    found = lineage_of({"job.py": dedent(code)}, "spark")
    assert [(edge.source.column, edge.confidence < 0.6) for edge in found.edges] == [("*", True)]
    assert ["`mystery` is not known" in item.message for item in found.warnings] == [True]


def test_names_and_files_across_modules() -> None:
    files = {
        "lib/__init__.py": "",
        "lib/session.py": (
            "from pyspark.sql import SparkSession\n"
            "def get_spark(name):\n"
            "    return SparkSession.builder.appName(name).getOrCreate()\n"
        ),
        "lib/views.py": (
            "def prepare(session):\n"
            "    session.table('a').where('x > 1').createOrReplaceTempView('v')\n"
        ),
        "sql/totals.sql": "SELECT k, sum(x) AS total FROM v GROUP BY k\n",
    }
    code = """
        from lib.session import get_spark
        from lib.views import prepare
        session = get_spark("totals")
        prepare(session)
        session.sql(open("sql/totals.sql").read()).write.saveAsTable("o")
    """
    assert edges(code, files) == ("a.k = o.k, a.x + o.total", "FILTER a.x, GROUP_BY a.k")


def test_every_file_of_a_folder_is_run() -> None:
    files = {
        "sql/a.sql": "INSERT OVERWRITE TABLE o_a SELECT x FROM {src}\n",
        "sql/b.sql": "INSERT OVERWRITE TABLE o_b SELECT z FROM b\n",
        "sql/c.txt": "not SQL",
    }
    code = """
        from pathlib import Path
        for path in sorted(Path(__file__).parent.joinpath("sql").glob("*.sql")):
            spark.sql(path.read_text().format(src="a"))
    """
    values = edges(code, files)[0]
    assert "a.x = o_a.x" in values
    assert "b.z = o_b.z" in values
