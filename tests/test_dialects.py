"""Which dialect each file of a repository is read in, where the configuration does not say."""

from collections.abc import Mapping

import pytest

from guardian.config import Config, Override, Sql
from guardian.dialects import guess
from guardian.languages import marks
from guardian.languages.sql import Script, run_script
from guardian.model.plan import PlanBuilder, Scan
from guardian.sources.files import Selection

BIGQUERY = "SELECT a FROM `p.d.t`"
TSQL = "SELECT TOP 3 * FROM dbo.x"
SPARK = "INSERT OVERWRITE TABLE t SELECT 1"


def spoken(files: Mapping[str, str], path: str) -> str:
    """Return the dialect that a file is read in."""
    found = guess(tuple(sorted(files)), files.get)
    return Selection(Config(sql=found.sql)).dialect(path)


@pytest.mark.parametrize(
    ("files", "path", "dialect"),
    [
        # endings
        ({"a/b.hql": "SELECT 1"}, "a/b.hql", "spark"),
        ({"a/b.hql": "SELECT 1", "c.sql": BIGQUERY}, "a/b.hql", "spark"),
        ({"a/b.hql": "SELECT 1", "c.sql": BIGQUERY}, "c.sql", "bigquery"),
        ({"x.bq": "SELECT 1", "y.pgsql": "SELECT 1", "z.tsql": ""}, "y.pgsql", "postgres"),
        # words in the names of folders
        ({"postgres/a.sql": "SELECT 1", "bigquery/a.sql": "SELECT 1"}, "postgres/a.sql", "postgres"),
        ({"postgres/a.sql": "SELECT 1", "bigquery/a.sql": "SELECT 1"}, "bigquery/a.sql", "bigquery"),
        ({"etl/concepts_duckdb/x/a.sql": "SELECT 1"}, "etl/concepts_duckdb/x/a.sql", "duckdb"),
        ({"mysql_to_snowflake/a.sql": "SELECT 1"}, "mysql_to_snowflake/a.sql", ""),
        ({"mysql/a.sql": "SELECT 1", "b.sql": TSQL}, "b.sql", "tsql"),
        # files that contradict the folder's name
        (
            {f"d/snowflake_migration/{n}.sql": BIGQUERY for n in range(3)},
            "d/snowflake_migration/0.sql",
            "bigquery",
        ),
        # an inner folder speaks for itself once some of its files do
        (
            {**{f"e/{n}.sql": SPARK for n in range(9)}, **{f"e/in/{n}.sql": TSQL for n in range(3)}},
            "e/in/0.sql",
            "tsql",
        ),
        ({**{f"e/{n}.sql": SPARK for n in range(9)}, "e/in/0.sql": TSQL}, "e/in/0.sql", "spark"),
        # a file's name counts where its text agrees
        ({"a.sql": BIGQUERY, "b.sql": BIGQUERY, "oracle_ddl.sql": "x VARCHAR2(3)", "c.sql": BIGQUERY,
          "d.sql": BIGQUERY}, "oracle_ddl.sql", "oracle"),
        ({"a.sql": BIGQUERY, "oracle_names.sql": "SELECT 1"}, "oracle_names.sql", "bigquery"),
        # macros of a dbt project lie in folders that are named after adapters
        (
            {"dbt_project.yml": "", "profiles.yml": "  type: snowflake", "macros/postgres/a.sql": ""},
            "macros/postgres/a.sql",
            "snowflake",
        ),
    ],
)  # fmt: skip
def test_each_file_is_read_in_a_dialect_of_its_own(
    files: dict[str, str], path: str, dialect: str
) -> None:
    assert spoken(files, path) == dialect


def test_what_was_assumed_is_told_once_for_each_dialect() -> None:
    files = {f"{n}/postgres/a.sql": "SELECT 1" for n in range(5)}
    found = guess(tuple(sorted(files)), files.get)
    assert found.sql == Sql(
        "", (Override(tuple(f"/{n}/postgres/**" for n in range(5)), "postgres"),)
    )
    assert found.reasons == (
        "postgres in `0/postgres/`, `1/postgres/`, `2/postgres/` and 2 more (the folder's name)",
    )


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("\\copy t FROM 'x.csv'", "postgres"),
        ("DELIMITER //", "mysql"),
        ("WHENEVER SQLERROR EXIT 1", "oracle"),
        ("!set variable_substitution=true", "snowflake"),
        ("SELECT 1 WHERE _PARTITIONTIME > x", "bigquery"),
        ("SET hive.exec.dynamic.partition=true;", "spark"),
        ("SELECT 1", ""),
    ],
)
def test_marks(text: str, dialect: str) -> None:
    assert marks.spoken(text) == dialect


def read(text: str, dialect: str) -> Script:
    script = Script(PlanBuilder(), dialect, "job.sql", "job.sql")
    run_script(text, script)
    return script


def test_a_statement_in_another_dialect_is_read_as_that_and_said_to_be() -> None:
    script = read(
        "INSERT INTO a SELECT x FROM b;\n"
        "INSERT INTO c SELECT SAFE_CAST(d AS INT64) FROM `p.q.r`, UNNEST(z) AS d WITH OFFSET;",
        "postgres",
    )
    scans = [node.dataset for node in script.builder.nodes if isinstance(node, Scan)]
    assert scans == ["b", "p.q.r"]
    assert [(write.dataset, write.confidence) for write in script.writes] == [("a", 1), ("c", 0.7)]
    (warning,) = script.warnings
    assert warning.line == 2
    assert "read as bigquery, not as postgres" in warning.message
    assert "set `sql.dialect: bigquery` for this path in `guardian.yml`" in warning.message
    assert not script.failed


def test_without_a_dialect_common_ones_are_tried() -> None:
    script = read("INSERT INTO a SELECT x FROM `b`", "")
    assert [write.dataset for write in script.writes] == ["a"]
    (warning,) = script.warnings
    assert "read as spark, not as SQL" in warning.message


def test_a_text_whose_words_another_dialect_tells_apart_is_read_as_that() -> None:
    script = read(
        "INSERT INTO a SELECT 'it\\'s' AS x, b FROM `p.q.r`;\nINSERT INTO c SELECT b FROM a",
        "postgres",
    )
    assert [write.dataset for write in script.writes] == ["a", "c"]
    assert [write.confidence for write in script.writes] == [0.7, 0.7]
    (warning,) = script.warnings
    assert "read as bigquery, not as postgres" in warning.message


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO a SELECT FROM WHERE b (",
        "CREATE TABLE a AS SELECT coalesce(b, 0 AS c FROM d WHERE e IN (1)",
        "CREATE TABLE a (b int, c",
    ],
)
def test_a_broken_statement_stays_broken(text: str) -> None:
    script = read(text, "postgres")
    assert script.failed
    assert not script.declarations
    assert "could not be read as postgres" in script.warnings[0].message


def test_a_variable_that_stands_for_a_clause_is_left_out_and_said_to_be() -> None:
    script = read("INSERT INTO a SELECT x FROM b AS c\n:condition\nGROUP BY x", "postgres")
    assert [(write.dataset, write.confidence) for write in script.writes] == [("a", 0.7)]
    (warning,) = script.warnings
    assert warning.message == "parsed after cleaning: what `:condition` adds is not known"


def test_a_template_in_front_of_a_statement_that_names_its_table_is_no_warning() -> None:
    script = read("{{ header }}\nCREATE TABLE a AS SELECT x FROM b", "bigquery")
    assert [(write.dataset, write.confidence) for write in script.writes] == [("a", 0.7)]
    assert not script.warnings


def test_what_a_table_says_of_its_storage_is_left_out_without_a_word() -> None:
    script = read(
        "CREATE TABLE a (b NUMBER(9), c VARCHAR2(3)) PARTITION BY RANGE (b)\n"
        "(PARTITION p1 VALUES LESS THAN (5), PARTITION p2 VALUES LESS THAN (9))",
        "oracle",
    )
    assert [column.name for column in script.declarations[0].columns] == ["B", "C"]
    assert not script.warnings
