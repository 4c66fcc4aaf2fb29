"""Databricks' declarative pipelines: tables that functions and flows define, in Python and SQL."""

import pytest

from guardian.languages.python import EXTRACTOR
from guardian.languages.python.values import plain
from tests.casebook import InMemory, lineage_of

TABLES = "CREATE TABLE raw.a (id INT, k STRING, x INT, at TIMESTAMP);\nCREATE TABLE bronze (id INT, k STRING, x INT, at TIMESTAMP);\n"
FLOWS = {
    "a table of a function": (
        "import dlt\n@dlt.table(name='out')\ndef made():\n    return dlt.read('bronze').select('k', F.expr('x + 1 as n'))",
        "k=k x~n",
    ),
    "a view of the pipeline's successor": (
        "from pyspark import pipelines as dp\n@dp.materialized_view\ndef out():\n    return spark.read.table('LIVE.bronze').select('k')",
        "k=k",
    ),
    "a flow that appends": (
        """
import dlt
dlt.create_streaming_table('out')
@dlt.append_flow(target='out')
def flow():
    return spark.readStream.table('bronze').select('x')
""",
        "x=x",
    ),
    "changes without some columns": (
        "import dlt\ndlt.apply_changes(target='out', source='bronze', keys=['id'], sequence_by='at', except_column_list=['at'])",
        "id=id k=k x=x",
    ),
    "a history of changes": (
        """
from pyspark import pipelines as dp
dp.create_auto_cdc_flow(
    target='out', source='bronze', keys=['id'], sequence_by=F.col('at'), column_list=['id'],
    stored_as_scd_type=2,
)
""",
        "id=id at=__start_at at=__end_at",
    ),
    "rows that an expectation drops": (
        "import dlt\n@dlt.table\n@dlt.expect_or_drop('known', 'k is not null')\ndef out():\n    return dlt.read('bronze').select('x', 'k')",
        "x=x k=k",
    ),
}  # fmt: skip
MARKS = {"IDENTITY": "=", "TRANSFORMATION": "~", "AGGREGATION": "+"}
STATEMENTS = {
    "CREATE OR REFRESH STREAMING TABLE out AS SELECT k FROM STREAM(bronze)": "k=k",
    "CREATE OR REFRESH LIVE TABLE out AS SELECT k FROM LIVE.bronze": "k=k",
    "APPLY CHANGES INTO LIVE.out FROM STREAM(LIVE.bronze) KEYS (id) SEQUENCE BY at COLUMNS * EXCEPT (at)":
        "id=id k=k x=x",
    "CREATE FLOW f AS AUTO CDC INTO out FROM STREAM(bronze) KEYS (id) SEQUENCE BY at COLUMNS * EXCEPT (at)":
        "id=id k=k x=x",
    "CREATE FLOW f COMMENT 'once' AS INSERT INTO ONCE out BY NAME SELECT k FROM bronze": "k=k",
}  # fmt: skip


def values_of(files: dict[str, str]) -> tuple[set[str], list[str]]:
    """Return the value edges of the dataset `out`, and the warnings."""
    document = lineage_of(files, "databricks")
    edges = {
        f"{edge.source.column}{MARKS[edge.subtype]}{edge.target.column}"
        for edge in document.edges
        if edge.type == "DIRECT" and edge.target.dataset == "out"
    }
    return edges, [warning.message for warning in document.warnings]


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_of_python_keeps_its_columns(name: str) -> None:
    code, expected = FLOWS[name]
    head = "from pyspark.sql import SparkSession, functions as F\nspark = SparkSession.builder.getOrCreate()\n"
    found = values_of({"job.py": head + code, "tables.sql": TABLES})
    assert found == (set(expected.split()), [])


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_flow_of_sql_keeps_its_columns(statement: str) -> None:
    found = values_of({"job.sql": statement, "tables.sql": TABLES})
    assert found == (set(STATEMENTS[statement].split()), [])


def test_another_notebook_that_is_run_is_no_warning() -> None:
    code = "# Databricks notebook source\nresult = dbutils.notebook.run('other', 60, {'day': '2024'})\n"
    sources = InMemory({"job.py": code})
    file = sources.read("job.py")
    assert file is not None
    found = EXTRACTOR.extract(file, sources)
    assert [plain(warning.message) for warning in found.warnings] == []
