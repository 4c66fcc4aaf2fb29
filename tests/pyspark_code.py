"""Python text, lowered: what the tests of PySpark look at."""

import textwrap
from collections.abc import Mapping

from guardian.languages.python import EXTRACTOR
from guardian.model.plan import Lowered, Operator, Scan, WithColumns
from tests.casebook import InMemory, lineage_of

HEAD = """
from pyspark.sql import SparkSession, DataFrame, Window, functions as F, types as T
spark = SparkSession.builder.getOrCreate()
df = spark.table("raw.t")
"""


def lowered(code: str, others: Mapping[str, str] | None = None, path: str = "job.py") -> Lowered:
    """Return what a Python file says, with other files of the repository beside it."""
    files = {path: textwrap.dedent(code), **(others or {})}
    sources = InMemory({name: textwrap.dedent(text) for name, text in files.items()})
    file = sources.read(path)
    assert file is not None
    return EXTRACTOR.extract(file, sources)


def body(code: str, others: Mapping[str, str] | None = None) -> Lowered:
    """Return what a file says that starts with a session and a frame `df` of `raw.t`."""
    return lowered(HEAD + textwrap.dedent(code), others)


def operator(expression: str, schema: str = "") -> Operator:
    """Return the last operator of a frame expression."""
    found = body(
        f"({expression}).write.saveAsTable('out')", {"schema.sql": schema} if schema else {}
    )
    return found.nodes[found.writes[0].plan]


def column(expression: str) -> object:
    """Return a column expression of the plan."""
    made = operator(f"df.withColumn('x', {expression})")
    assert isinstance(made, WithColumns)
    return made.items[0].expr


def written(found: Lowered) -> list[str]:
    """Return the names of the datasets that are written, in order."""
    return [write.dataset for write in found.writes]


def scanned(found: Lowered) -> set[str]:
    """Return the names of the datasets that are read."""
    return {node.dataset for node in found.nodes if isinstance(node, Scan) and not node.target}


# --- from end to end ---

JOB_HEAD = """
from functools import partial, reduce
from pyspark.sql import DataFrame, SparkSession, Window, functions as F, types as T
spark = SparkSession.builder.getOrCreate()
"""
TABLES = """
CREATE TABLE a (id INT, k STRING, x INT, y INT, at TIMESTAMP);
CREATE TABLE b (id INT, k STRING, z INT, at TIMESTAMP);
CREATE TABLE n (id INT, s STRUCT<p: INT, q: STRING>, m MAP<STRING, INT>, l ARRAY<INT>);
"""
MARKS = {"IDENTITY": "=", "TRANSFORMATION": "~", "AGGREGATION": "+"}


def edges(code: str, others: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Return the value edges (`a.x = o.x`) and the row edges (`JOIN a.id`) of a job, as text."""
    files = {"job.py": JOB_HEAD + textwrap.dedent(code), "tables.sql": TABLES, **(others or {})}
    found = lineage_of(files, "spark").edges
    values = [
        f"{edge.source.dataset}.{edge.source.column} {MARKS[edge.subtype]} "
        f"{edge.target.dataset}.{edge.target.column}"
        for edge in found
        if edge.type == "DIRECT"
    ]
    rows = {
        f"{edge.subtype} {edge.source.dataset}.{edge.source.column}"
        + (f" {edge.target.column}" if edge.target.column else "")
        for edge in found
        if edge.type == "INDIRECT"
    }
    return ", ".join(sorted(values)), ", ".join(sorted(rows))
