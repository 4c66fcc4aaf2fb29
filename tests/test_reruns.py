"""What makes a rerun differ is told when it comes, and is quiet where a seed or an order is there."""

import pytest

from tests.casebook import difference

HEAD = """
import random, uuid
import numpy as np
from datetime import datetime
from pyspark.sql import SparkSession, Window, functions as F
spark = SparkSession.builder.getOrCreate()
d = spark.table("a")
w = Window.partitionBy("k")
g = d.groupBy("k")
"""
TABLE = {"a.sql": "CREATE TABLE a (id INT PRIMARY KEY, k STRING, x INT, at TIMESTAMP);"}
TOP = "d.withColumn('n', F.row_number().over({})).filter('n = 1').drop('n')"
NEWEST = "SELECT id FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY {}) n FROM a)"


def told(base: str, head: str) -> list[str | None]:
    """Return what makes a rerun of the head differ, and not one of the base."""
    before = {"job.py": f"{HEAD}{base}.write.saveAsTable('o')\n", **TABLE}
    after = {"job.py": f"{HEAD}{head}.write.saveAsTable('o')\n", **TABLE}
    changes = difference(before, after, "spark").changes
    return [change.after for change in changes if change.rule == "nondeterminism-added"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("d.sample(0.1)", "a sample without a seed"),
        ("d.sampleBy('k', {'a': 0.1})", "a sample without a seed"),
        ("d.randomSplit([0.8, 0.2])[0]", "a sample without a seed"),
        ("d.filter(F.rand() < 0.1)", "RAND()"),
        ("d.orderBy(F.rand()).limit(10)", "RAND()"),
        ("d.withColumn('r', F.expr('uuid()'))", "UUID()"),
        ("d.withColumn('r', F.shuffle(F.array('x')))", "SHUFFLE()"),
        ("d.withColumn('r', F.lit(random.random()))", "RANDOM()"),
        ("d.withColumn('r', F.lit(str(uuid.uuid4())))", "UUID4()"),
        ("d.withColumn('r', F.lit(np.random.rand()))", "RAND()"),
        ("d.withColumn('r', F.monotonically_increasing_id())", "MONOTONICALLY_INCREASING_ID()"),
        ("d.limit(5)", "LIMIT without ORDER BY"),
        ("d.dropDuplicates(['k'])", "one row for each key, without an order"),
        (TOP.format("w.orderBy(F.lit(1))"), "one row for each key, without an order"),
        (TOP.format("w.orderBy('k')"), "one row for each key, without an order"),
        ("d.withColumn('f', F.first('x').over(w))", "FIRST_VALUE without ORDER BY"),
        ("g.agg(F.first('x').alias('x'))", "FIRST() of rows in no order"),
        ("g.agg(F.any_value('x').alias('x'))", "ANY_VALUE() of rows in no order"),
        ("g.agg(F.collect_set('x').alias('x'))", "COLLECT_SET() of rows in no order"),
        ("d.groupBy(F.datediff(F.current_date(), 'at').alias('age')).count()",
         "CURRENT_DATE() in a key"),
        ("d.withColumn('h', F.md5(F.concat('k', F.now().cast('string'))))",
         "CURRENT_TIMESTAMP() in a key"),
        ("spark.sql('SELECT id FROM a LIMIT 3')", "LIMIT without ORDER BY"),
        ("spark.sql('SELECT id FROM a TABLESAMPLE (10 PERCENT)')", "a sample without a seed"),
        (f"spark.sql('{NEWEST.format('(SELECT NULL)')} WHERE n = 1')",
         "one row for each key, without an order"),
        (f"spark.sql('{NEWEST.format('(SELECT NULL)')}'.replace('id FROM (', 'id, n FROM ('))",
         "ROW_NUMBER without ORDER BY"),
    ],
)  # fmt: skip
def test_it_is_told_when_it_comes(code: str, kind: str) -> None:
    assert told("d", code) == [kind]
    assert told(code, code.replace("'x'", "'id'")) == []


@pytest.mark.parametrize(
    "code",
    [
        "d.sample(0.1, 42)",
        "d.sample(False, 0.1, seed=1)",
        "d.sampleBy('k', {'a': 0.1}, seed=3)",
        "d.randomSplit([0.8, 0.2], 42)[0]",
        "d.withColumn('r', F.rand(seed=3))",
        "d.orderBy('id').limit(5)",
        "d.limit(0)",
        "d.filter(F.col('at') < F.current_date())",
        "d.withColumn('loaded_at', F.current_timestamp()).distinct()",
        "d.dropDuplicates()",
        "d.dropDuplicates(['id', 'k'])",
        TOP.format("w.orderBy('at', 'id')"),
        "d.withColumn('f', F.first('x').over(w.orderBy('at')))",
        "d.withColumn('f', F.rank().over(w.orderBy('at')))",
        "d.withColumn('loaded_at', F.current_timestamp())",
        "d.withColumn('loaded_at', F.lit(datetime.now()))",
        "g.agg(F.max('x').alias('x'), F.any_value('k').alias('l'))",
        "g.agg(F.sort_array(F.collect_list('x')).alias('x'))",
        "g.agg(F.collect_set('x').alias('x')).withColumn('x', F.size('x'))",
        "spark.sql('SELECT count(*) AS n FROM a LIMIT 1')",
        "spark.sql('SELECT id FROM a TABLESAMPLE (10 PERCENT) REPEATABLE (7)')",
        "spark.sql('SELECT k, string_agg(x) WITHIN GROUP (ORDER BY x) s FROM a GROUP BY k')",
        "spark.sql('SELECT id FROM a WHERE EXISTS (SELECT 1 FROM a b WHERE b.k = a.k LIMIT 1)')",
        f"spark.sql('{NEWEST.format('at DESC, id')} WHERE n = 1')",
    ],
)
def test_it_is_quiet_where_a_seed_or_an_order_is_there(code: str) -> None:
    assert told("d", code) == []


def test_a_seed_set_before_makes_a_draw_the_same() -> None:
    assert told("d", "random.seed(7)\nd.withColumn('r', F.lit(random.random()))") == []


def test_it_is_located_where_it_is_written() -> None:
    head = (
        f"{HEAD}x = (\n    d\n    .filter('x > 1')\n    .withColumn(\n        'r', F.rand())\n)\n"
    )
    write = "x.select('id', 'r').write.saveAsTable('o')\n"
    before = {"job.py": head.replace("rand()", "rand(1)") + write}
    (change,) = (
        change
        for change in difference(before, {"job.py": head + write}, "spark").changes
        if change.rule == "nondeterminism-added"
    )
    assert change.location is not None
    assert change.location.line == head.count("\n", 0, head.index("'r', F")) + 1
