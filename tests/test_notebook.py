"""Notebooks: cells of `.ipynb` files and of Databricks exports as one program."""

import json
from collections.abc import Mapping

import pytest

from guardian.languages import notebook, python, sql
from guardian.model.plan import Filter, Lowered, Scan
from tests.casebook import InMemory


def lowered(path: str, text: str, others: Mapping[str, str] | None = None) -> Lowered:
    """Return what a notebook says, by the extractor that claims it."""
    sources = InMemory({path: text, **(others or {})})
    file = sources.read(path)
    assert file is not None
    extractors = (notebook.EXTRACTOR, python.EXTRACTOR, sql.EXTRACTOR)
    extractor = next(item for item in extractors if item.claims(path, sources))
    return extractor.extract(file, sources)


def ipynb(*cells: str) -> str:
    """Return a notebook with these code cells, as Jupyter writes it."""
    return json.dumps(
        {
            "cells": [
                {"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells
            ],
            "metadata": {"language_info": {"name": "python"}},
        },
        indent=1,
    )


def written(found: Lowered) -> list[tuple[str, int]]:
    """Return the datasets that are written, with the line of each write."""
    return [(write.dataset, write.at.line) for write in found.writes]


def line_of(text: str, part: str) -> int:
    """Return the line of the file on which `part` stands first."""
    return text[: text.index(part)].count("\n") + 1


def test_cells_share_names_views_and_session() -> None:
    text = ipynb(
        "%pip install x\n!ls\ndf = spark.table('raw.a')\ndf.createOrReplaceTempView('v')",
        "%%sql\nINSERT INTO gold.b\nSELECT k FROM v\nWHERE k > 1",
        "%%time\ndf.select('k').write.saveAsTable('gold.c')",
        "%%bash\nrm -rf /",
    )
    found = lowered("n.ipynb", text)
    assert written(found) == [
        ("gold.b", line_of(text, "INSERT INTO")),
        ("gold.c", line_of(text, "gold.c")),
    ]
    assert not found.warnings
    rows = next(node for node in found.nodes if isinstance(node, Filter))
    assert rows.at is not None
    assert rows.at.line == line_of(text, "WHERE k")


def test_a_cell_that_does_not_parse_is_one_warning() -> None:
    text = ipynb("x = (", "spark.table('a').write.saveAsTable('b')")
    found = lowered("n.ipynb", text)
    assert [name for name, _ in written(found)] == ["b"]
    assert [warning.line for warning in found.warnings] == [line_of(text, "x = (")]


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": 3}', "[" * 100_000])
def test_a_broken_notebook_is_a_diagnostic(text: str) -> None:
    found = lowered("n.ipynb", text)
    assert found.failed
    assert len(found.warnings) == 1


EXPORT = """# Databricks notebook source
dbutils.widgets.text("db", "main")
db = dbutils.widgets.get("db")

# COMMAND ----------

# MAGIC %md
# MAGIC # A title with 'quotes

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE OR REPLACE TEMP VIEW v AS
# MAGIC SELECT id FROM raw.a

# COMMAND ----------

 %sql
INSERT INTO $db.b SELECT id FROM v

# COMMAND ----------

# MAGIC %run ./shared/setup

# COMMAND ----------

save(spark.table("v"), f"{db}.c")
"""
SETUP = "# Databricks notebook source\ndef save(df, name):\n    df.write.saveAsTable(name)\n"


def test_databricks_python_exports() -> None:
    found = lowered("etl/job.py", EXPORT, {"etl/shared/setup.py": SETUP})
    assert written(found) == [("main.b", 19), ("main.c", 3)]
    assert {node.dataset for node in found.nodes if isinstance(node, Scan)} == {"raw.a"}
    assert found.writes[1].at.file == "etl/shared/setup.py"
    assert not found.warnings


def test_a_missing_notebook_is_a_warning() -> None:
    found = lowered("etl/job.py", EXPORT)
    assert [warning.line for warning in found.warnings] == [23]


def test_databricks_sql_exports() -> None:
    text = (
        "-- Databricks notebook source\nCREATE OR REPLACE TEMP VIEW v AS SELECT a FROM raw.x\n\n"
        "-- COMMAND ----------\n\n-- MAGIC %py\n"
        "-- MAGIC spark.table('v').write.saveAsTable('gold.y')\n"
        "\n-- COMMAND ----------\n\nINSERT INTO gold.z SELECT a FROM v\n"
    )
    assert written(lowered("a.sql", text)) == [("gold.y", 7), ("gold.z", 11)]


def test_a_plain_sql_file_is_no_notebook() -> None:
    assert lowered("a.sql", "SELECT 1").language == "sql"
    assert lowered("a.sql", "-- Databricks notebook source\nSELECT 1").language == notebook.LANGUAGE
    assert not lowered("a.scala", "object Source").warnings


FABRIC = """\
# Fabric notebook source

# METADATA ********************

# META {
# META   "kernel_info": {
# META     "name": "synapse_pyspark"
# META   }
# META }

# MARKDOWN ********************

# # It's a title, not code

# PARAMETERS CELL ********************

since = "2024"

# CELL ********************

from notebookutils import mssparkutils
df = spark.read.table("lake.a").filter(f"d > '{since}'")
df.createOrReplaceTempView("v")
mssparkutils.notebook.run("other", 90, {"since": since})

# METADATA ********************

# META {
# META   "language": "python"
# META }

# CELL ********************

# MAGIC %%sql
# MAGIC INSERT INTO lake.b
# MAGIC SELECT k FROM v
"""


def test_a_notebook_that_fabric_keeps_as_python() -> None:
    found = lowered("b.Notebook/notebook-content.py", FABRIC)
    assert written(found) == [("lake.b", line_of(FABRIC, "INSERT INTO"))]
    assert found.warnings == ()
    assert {node.dataset for node in found.nodes if isinstance(node, Scan)} == {"lake.a"}


EXPORTS = {
    "a title at the margin over code that lost its magic": (
        "n.py",
        "# COMMAND ----------\n\n# DBTITLE 1,Load\n %python\n\n if x:\n   pass\n spark.table('a').write.saveAsTable('b')\n",
    ),
    "a title of an SQL export over Python": (
        "n.sql",
        "-- COMMAND ----------\n\n-- DBTITLE 1,Load\n\n %python\n import os\n spark.table('a').write.saveAsTable('b')\n",
    ),
    "a cell of Python among Scala": (
        "n.scala",
        "// COMMAND ----------\n\nval x = 1\n\n// COMMAND ----------\n\n// MAGIC %python\n// MAGIC spark.table('a').write.saveAsTable('b')\n",
    ),
    "a shell's word without a mark": (
        "n.py", "pip install x\nspark.table('a').write.saveAsTable('b')\n"
    ),
    "nothing behind the last line": (
        "n.py", "spark.table('a').write.saveAsTable('b')\n# COMMAND ----------"
    ),
    "SQL with words behind its magic and lines that go on": (
        "n.py", "# MAGIC %sql # load it\n# MAGIC CREATE TABLE b AS \\\n# MAGIC SELECT k FROM a\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_as_people_keep_them(name: str) -> None:
    path, body = EXPORTS[name]
    mark = {"py": "#", "sql": "--", "scala": "//"}[path.rpartition(".")[2]]
    found = lowered(path, f"{mark} Databricks notebook source\n{body}")
    assert [dataset for dataset, _ in written(found)] == ["b"]
    assert found.warnings == ()


NAMES = {
    "IDENTIFIER(:catalog || '.raw.' || :table)": "{catalog}.raw.{table}",
    "IDENTIFIER(concat(:catalog, '.raw.t'))": "{catalog}.raw.t",
    "IDENTIFIER('raw.t')": "raw.t",
    "IDENTIFIER(:name)": "{name}",
    "${db}.t": "{db}.t",
    "$db.t": "{db}.t",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_an_expression_makes(name: str) -> None:
    text = f"-- Databricks notebook source\nINSERT OVERWRITE {name}\nSELECT k FROM a\n"
    found = lowered("n.sql", text)
    assert [dataset for dataset, _ in written(found)] == [NAMES[name]]
    assert found.warnings == ()


def test_a_widget_s_default_is_part_of_such_a_name() -> None:
    text = (
        "# Databricks notebook source\ndbutils.widgets.text('db', 'dev')\n\n# COMMAND ----------\n\n"
        "# MAGIC %sql\n# MAGIC INSERT INTO IDENTIFIER(:db || '.t') SELECT k FROM a\n"
    )
    assert [dataset for dataset, _ in written(lowered("n.py", text))] == ["dev.t"]


def test_a_list_of_columns_that_a_variable_completes_declares_none() -> None:
    text = (
        "-- Databricks notebook source\nCREATE OR REPLACE TABLE b (\n  ${columns},\n  n INT COMMENT '(x'\n"
        "  ${constraints}\n)\nTBLPROPERTIES (${props});\nINSERT INTO b SELECT k FROM a\n"
    )
    found = lowered("n.sql", text)
    assert found.warnings == ()
    assert [declared.columns for declared in found.declarations] in ([], [()])
