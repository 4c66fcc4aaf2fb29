"""What the interpreter follows in Python, what it refuses, and how long it takes."""

import time

import pytest

from guardian.model.plan import (
    Call,
    Constant,
    Filter,
    Lowered,
    Project,
    Ref,
    Symbol,
    WithColumns,
)
from tests.casebook import difference, lineage_of
from tests.pyspark_code import body, column, lowered, scanned, written

# --- Python ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "datasets"),
    [
        ("name = 'a' + '.' + 'b'", ["a.b"]),
        ("name = 'a.{}'.format('b')", ["a.b"]),
        ("name = 'a.%s' % 'b'", ["a.b"]),
        ("name = '.'.join(['a', 'b'])", ["a.b"]),
        ("name = {'x': {'y': 'a.b'}}['x']['y']", ["a.b"]),
        ("from functools import partial\nname = partial(lambda x, y: x + y, 'a')('.b')", ["a.b"]),
        ("import os\nname = os.environ['SCHEMA'] + '.b'", ["{SCHEMA}.b"]),
        ("import os\nname = os.getenv('SCHEMA', 'dev') + '.b'", ["dev.b"]),
        ("import sys\nschema = sys.argv[1]\nname = f'{schema}.b'", ["{schema}.b"]),
        ("name = unknown_call()", ["{name}"]),
        ("class C:\n    A = 'a.b'\nclass D(C): pass\nname = D().A", ["a.b"]),
        ("from enum import Enum\nclass E(Enum):\n    A = 'a.b'\nname = E.A.value", ["a.b"]),
        ("import json\nname = json.loads('{\"t\": \"a.b\"}')['t']", ["a.b"]),
        ("name = next(x for x in ['a', 'a.b'] if '.' in x)", ["a.b"]),
        ("name, _ = ('a.b', 1)", ["a.b"]),
        ("from pathlib import Path\nname = str(Path('s3://b') / 'c')", ["s3://b/c"]),
        ("def gen():\n    yield 'a.b'\nname = list(gen())[0]", ["a.b"]),
        ("match 'x':\n    case 'y': name = 'no'\n    case _: name = 'a.b'", ["a.b"]),
    ],
)
def test_names_are_followed_through_python(code: str, datasets: list[str]) -> None:
    assert written(body(f"{code}\ndf.write.saveAsTable(name)")) == datasets


def test_a_decided_branch_is_taken_alone_and_an_open_one_both_ways() -> None:
    decided = body("if 1 > 2: df.write.saveAsTable('a')\nelse: df.write.saveAsTable('b')")
    assert written(decided) == ["b"]
    undecided = body(
        """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--mode", default="full")
        mode = parser.parse_args().mode
        if mode == "full":
            df = df.withColumn("x", F.lit(1))
        if mode == "full":
            df = df.withColumn("y", F.lit(1))
        df.write.saveAsTable("out")
        """
    )
    # The two tests are one condition: both hold, or neither.
    assert len(undecided.writes) == 2
    assert sum(isinstance(node, WithColumns) for node in undecided.nodes) == 2


def test_a_guard_that_raises_opens_no_path() -> None:
    found = body(
        """
        import sys
        table = sys.argv[1]
        if table not in allowed():
            raise ValueError(table)
        try:
            df.write.saveAsTable("out")
        except Exception as error:
            print(error)
            raise
        """
    )
    assert len(found.writes) == 1


def test_classes_decorators_and_modules_are_followed() -> None:
    found = lowered(
        """
        from pkg.base import Job
        from pkg import names as n
        class Orders(Job):
            target = n.TARGET
            def transform(self):
                return super().transform().filter("a > 1")
        if __name__ == "__main__":
            Orders().run()
        """,
        {
            "pkg/__init__.py": "",
            "pkg/names.py": "SCHEMA = 'gold'\nTARGET = f'{SCHEMA}.orders'\n",
            "pkg/base.py": """
                from functools import wraps
                from pyspark.sql import SparkSession
                def logged(function):
                    @wraps(function)
                    def inner(*args, **kwargs):
                        return function(*args, **kwargs)
                    return inner
                class Job:
                    target = None
                    def __init__(self):
                        self.spark = SparkSession.builder.getOrCreate()
                    @property
                    def source(self):
                        return self.spark.table("raw.orders")
                    def transform(self):
                        return self.source
                    @logged
                    def run(self, mode="overwrite"):
                        self.transform().write.mode(mode).saveAsTable(self.target)
                """,
        },
        path="jobs/orders.py",
    )
    assert written(found) == ["gold.orders"]
    assert scanned(found) == {"raw.orders"}
    assert {path for path, _ in found.files_read} >= {"pkg/base.py", "pkg/names.py"}
    assert found.writes[0].at.file == "pkg/base.py"


def test_a_library_that_others_import_is_no_job_but_a_lone_entry_is() -> None:
    library = """
        from pyspark.sql import DataFrame
        def save(df: DataFrame, name: str):
            df.write.saveAsTable(f"gold.{name}")
    """
    assert not lowered(library).writes
    entry = """
        def main(spark, table):
            spark.table("raw.a").write.saveAsTable("gold.a")
            spark.table(table).write.saveAsTable("gold.b")
    """
    assert written(lowered(entry)) == ["gold.a", "gold.b"]
    assert written(lowered(entry, {"tests/test_job.py": "from job import main\nmain()\n"}))
    assert not lowered(entry, {"other.py": "from job import main\nmain(spark, 't')\n"}).writes


def test_configuration_files_of_the_repository_are_read() -> None:
    found = body(
        """
        import yaml
        with open("conf/job.yml") as stream:
            for target in yaml.safe_load(stream)["targets"]:
                df.write.saveAsTable(target["name"])
        """,
        {"conf/job.yml": "targets:\n- name: a.b\n- name: c.d\n"},
    )
    assert written(found) == ["a.b", "c.d"]


def test_sql_in_a_string_points_at_its_own_lines() -> None:
    found = body(
        '''
        query = """
            SELECT a,
                   b
            FROM raw.s
        """
        spark.sql(query).write.saveAsTable("out")
        '''
    )
    project = found.nodes[found.writes[0].plan]
    assert isinstance(project, Project)
    assert [item.at.line for item in project.items if item.at] == [7, 8]


def test_run_time_values_are_symbols() -> None:
    found = body(
        "import sys\nday = sys.argv[1]\ndf.filter(F.col('d') == day).write.saveAsTable('o')"
    )
    rows = found.nodes[found.writes[0].plan]
    assert isinstance(rows, Filter)
    assert rows.condition == Call("eq", (Ref("d"), Symbol("day")))
    assert column("F.lit('x')") == Constant("string", "x")


# --- bad and hostile input ------------------------------------------------------------------------


def test_a_file_that_does_not_parse_is_one_diagnostic() -> None:
    found = lowered("import pyspark\nx = (\n")
    assert found.failed
    assert [warning.line for warning in found.warnings] == [2]


def test_a_file_without_spark_says_nothing() -> None:
    assert lowered("import json\nprint(json.dumps({}))\n") == Lowered(
        path="job.py", language="pyspark"
    )


@pytest.mark.parametrize(
    "code",
    [
        "while True:\n    df = df.withColumn('x', F.lit(1))",
        "def f(n): return f(n + 1)\nf(0)",
        "x = 'a'\nfor i in range(100): x = x + x",
        "x = [1]\nfor i in range(100): x = x + x",
        "x = 2\nfor i in range(100): x = x ** 60",
        "x = 'a'.ljust(10 ** 12)",
        "x = f'{1:1000000000000}'",
        "x = '%1000000000000d' % 1",
        "x = [i for i in range(10**9) for j in range(10**9) for k in range(10**9)]",
        "x = ('a' * 1000000).replace('a', 'b' * 1000000)",
        "class A(A): pass\nA().x.y.z",
        "import job\njob.df.write",
        "c = F.col('a')\nfor i in range(5000): c = c | (F.col('a') == i)\ndf.filter(c).write.save('x')",
        "df" + ".withColumn('a', F.lit(1))" * 1500,
        "raise SystemExit",
        "import re\nx = re.sub('(a+)+$', '', 'a' * 60 + 'b')",
        "import re\nx = re.findall('(?:a|a)(?:a|a)' * 40 + 'b', 'a' * 90)",
        "import re\nx = re.search('a*a*a*a*a*a*b', 'a' * 5000)",
        "import itertools\nx = list(itertools.product(range(999), repeat=9))",
        "import itertools\nx = list(itertools.permutations(range(40), 4))",
        "T = {str(i): (lambda: df.write.save('x')) for i in range(5000)}\nT[spark.conf.get('a')]()",
        "class A:\n    a: 'B'\nclass B:\n    a: 'A'\n    b: A\n    c: A\ndef main(a: A, b: B): a.a.b",
        "class A:\n    def __getattr__(self, n): return getattr(self, n + n)\nA().x",
        "class A:\n    def __add__(self, o): return self + o\nx = A() + A()",
        "class A:\n    def __str__(self): return f'{self}'\nx = str(A())",
        "x = '{0}'.format('a' * 999999)\nfor i in range(50): x = '{0}{0}'.format(x)",
        "def f(x):\n    return "
        + " + ".join(["x"] * 20000)
        + "\ndf.select(F.udf(f)('a')).write.save('x')",
        "def f(x):\n    return ["
        + ", ".join(["x"] * 100000)
        + "]\nfor i in range(400): df = df.select(F.udf(f)('a'))",
        "spark.createDataFrame([], 'a int').select(df.colRegex('`(a+)+$`')).write.save('x')",
        "df.select(F.col(None), F.lit(), F.when()).write.saveAsTable(5)",
        "spark.sql(3).write.saveAsTable(None)\nF.expr('((').alias(3)\ndf.join(1, 2, 3)",
    ],
)
def test_hostile_code_ends_in_time(code: str) -> None:
    started = time.process_time()
    body(code)
    assert time.process_time() - started < 10


def test_deep_nesting_is_refused() -> None:
    found = lowered("import pyspark\nx = " + "(" * 5000 + ")" * 5000)
    assert found.failed


# --- from end to end ------------------------------------------------------------------------------

JOB = """
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.getOrCreate()
orders = spark.table("raw.orders")
paid = orders.filter(F.col("status") == "paid")
paid.withColumn("net", F.col("amount") - F.coalesce(F.col("discount"), F.lit(0))) \\
    .select("order_id", "net").write.mode("overwrite").saveAsTable("silver.orders")
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("paid", "settled"),
        ("\nspark =", "\n# a comment\n\nspark ="),
        ('F.coalesce(F.col("discount"), F.lit(0))', 'F.expr("NVL(discount, 0)")'),
        ('orders.filter(F.col("status") == "paid")', "orders.where(\"status = 'paid'\")"),
        ("functions as F", "functions as F, Window"),
    ],
)
def test_a_rewrite_that_changes_nothing_is_no_change(before: str, after: str) -> None:
    head = JOB.replace(before, after).replace('"settled"', '"paid"')
    assert head != JOB
    assert not difference({"job.py": JOB}, {"job.py": head}, "spark").changes


def test_a_constant_in_another_module_changes_the_column_that_uses_it() -> None:
    job = JOB.replace("F.lit(0)", "F.lit(rules.FLOOR)") + "\n"
    job = "import rules\n" + job
    report = difference(
        {"job.py": job, "rules.py": "FLOOR = 0\n"},
        {"job.py": job, "rules.py": "FLOOR = 1\n"},
        "spark",
    )
    assert [(change.rule, change.column) for change in report.changes] == [
        ("column-logic-changed", "net")
    ]


def test_lineage_passes_through_a_helper() -> None:
    lineage = lineage_of(
        {
            "job.py": "from lib import io\nio.save(io.load('raw.a').select('x'), 'gold.a')\n",
            "lib/__init__.py": "",
            "lib/io.py": (
                "from pyspark.sql import SparkSession\n"
                "spark = SparkSession.builder.getOrCreate()\n"
                "def load(name): return spark.table(name)\n"
                "def save(df, name): df.write.saveAsTable(name)\n"
            ),
        },
        "spark",
    )
    assert [(job.id, job.reads, job.writes) for job in lineage.jobs] == [
        ("job.py", ("raw.a",), ("gold.a",))
    ]
