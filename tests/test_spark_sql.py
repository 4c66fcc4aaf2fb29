"""`spark.sql` with arguments, and what one statement sets for those behind it."""

import pytest

from tests.casebook import difference
from tests.pyspark_code import edges

READ = "spark.sql('SELECT x FROM {}'{}).write.saveAsTable('{}')"


@pytest.mark.parametrize(
    ("code", "flows"),
    [
        (READ.format("IDENTIFIER(:t)", ", args={'t': 'a'}", "o"), "a.x = o.x"),
        (READ.format("a WHERE id = ?", ", args=[3]", "o"), "a.x = o.x"),
        ("spark.sql('SELECT IDENTIFIER(:c) AS q FROM a', {'c': 'x'}).write.saveAsTable('o')",
         "a.x = o.q"),
        ("d = spark.table('a')\nspark.sql('SELECT x FROM {d}', d=d).write.saveAsTable('o')",
         "a.x = o.x"),
        ("spark.sql('USE g')\n" + READ.format("t", "", "o"), "g.t.x = g.o.x"),
        ("spark.catalog.setCurrentDatabase('g')\n" + READ.format("t", "", "h.o"), "g.t.x = h.o.x"),
        ("spark.sql('USE default')\n" + READ.format("t", "", "o"), "t.x = o.x"),
        ("spark.sql('USE g')\nspark.table('t').select('x').write.parquet('out')", "g.t.x = out.x"),
        (("spark.sql('DECLARE VARIABLE n INT DEFAULT 5')\n"
         "spark.sql('SELECT x + n AS q FROM a').write.saveAsTable('o')"), "a.x ~ o.q"),
    ],
)  # fmt: skip
def test_sql_is_read_with_what_it_is_given(code: str, flows: str) -> None:
    assert edges(code)[0] == flows


def test_an_argument_that_changes_is_a_change() -> None:
    head = "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"
    code = head + READ.format("a WHERE x > :m", ", args={'m': 3}", "o")
    (change,) = difference({"job.py": code}, {"job.py": code.replace("3", "4")}, "spark").changes
    assert (change.rule, change.before, change.after) == ("rows-changed", "x > 3", "x > 4")
    assert not difference({"job.py": code}, {"job.py": head + READ.format(
        "a WHERE x > 3", "", "o")}, "spark").changes  # fmt: skip
