"""Code that needs a newer Python than ours, or an older one: read where it can be, else said so."""

import pytest

from guardian.languages.python import newer_syntax
from tests.casebook import lineage_of

HEAD = """from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
"""
WRITE = ".write.saveAsTable('o')\n"


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ('t = {"n": "a"}\nspark.sql(f"SELECT x FROM {t["n"]}")', 4),
        ("n = 'a'\nspark.sql(f'''SELECT x FROM {\n    n  # the table\n}\nWHERE x > 1''')", 4),
        ("n = 'a'\nspark.sql(f'SELECT {','.join(['x', 'x AS y'])} FROM {n!s:>{1}}')", 4),
        ("n = 'a'\nspark.sql(f\"SELECT x FROM {f\"{f\"{n}\"}\"}\")", 4),
        ("n = 'a'\nspark.sql(t'SELECT x FROM {n}')", 4),
        (("type Name = str\ndef read[T: (str, int)](name: T):\n    return spark.table(name)\n"
         "read('a').select('x')"), 6),
        (("class Job[\n    T,\n]:\n    def run[S](self):\n        return spark.table('a')\n"
         "Job().run().select('x')"), 8),
        ("try:\n    d = spark.table('a')\nexcept ValueError, KeyError:\n    d = None\nd.select('x')",
         7),
    ],
)  # fmt: skip
def test_newer_syntax_is_read(code: str, line: int) -> None:
    files = {"job.py": HEAD + code + WRITE, "a.sql": "CREATE TABLE a (x INT, z INT);"}
    found = lineage_of(files, "spark")
    assert found.warnings == ()
    (edge,) = (edge for edge in found.edges if edge.target.column == "x")
    assert (edge.source.dataset, edge.source.column) == ("a", "x")
    assert edge.location.line == line


@pytest.mark.parametrize(
    "code",
    [
        'print "starting"',
        "exec 'x = 1'",
        "raise ValueError, 'x'",
    ],
)
def test_python_2_is_one_warning_that_says_so(code: str) -> None:
    found = lineage_of({"job.py": f"{HEAD}{code}\nspark.sql('SELECT x FROM a'){WRITE}"}, "spark")
    (warning,) = found.warnings
    assert "Python 2" in warning.message
    assert warning.line == 3


def test_what_is_no_python_is_refused_at_its_line() -> None:
    (warning,) = lineage_of({"job.py": HEAD + "def f(:\n    pass\n"}, "spark").warnings
    assert (warning.line, "not valid Python" in warning.message) == (3, True)


@pytest.mark.parametrize("text", ['f"{', "f'{'", "x = f'''{a", 'f"{' * 5000, "t'{" + "[" * 900])
def test_unfinished_strings_end(text: str) -> None:
    assert newer_syntax.parsed(text, "job.py") is None
    assert not newer_syntax.is_python_2(text)
