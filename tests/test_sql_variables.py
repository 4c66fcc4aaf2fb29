"""Variables of SQL scripts: a changed value is a change of what depends on it, a name is none."""

import time
from textwrap import dedent

import pytest

from tests import casebook

COLUMNS = "(a INT, b INT, v INT, d DATE, k VARCHAR(20))"


def tables(dialect: str) -> str:
    """Return the declarations of the tables that all scripts here read."""
    names = ("dbo.t", "dbo.u") if dialect == "tsql" else ("t", "u")
    return "".join(f"CREATE TABLE {name} {COLUMNS};\n" for name in names)


def said(dialect: str, base: str, head: str) -> list[tuple[str, str | None]]:
    """Return the (rule, column) of all changes from one script to another; no warning is made."""
    declared = {"ddl.sql": tables(dialect)}
    report = casebook.difference(
        declared | {"job.sql": dedent(base)}, declared | {"job.sql": dedent(head)}, dialect
    )
    assert [warning.message for warning in report.warnings] == []
    return [(change.rule, change.column) for change in report.changes]


def edges(dialect: str, text: str) -> set[str]:
    """Return the edges of a script as `source -> column (SUBTYPE)`, `*` for all rows."""
    files = {"ddl.sql": tables(dialect), "job.sql": dedent(text)}
    document = casebook.lineage_of(files, dialect)
    assert [warning.message for warning in document.warnings] == []
    return {
        f"{edge.source.dataset.rpartition('.')[2]}.{edge.source.column} -> "
        f"{edge.target.column or '*'} ({edge.subtype})".lower()
        for edge in document.edges
    }


# A script in which `10` may become `20`: the rows of `o` change, and nothing else.
VALUES: list[tuple[str, str]] = [
    ("tsql", "DECLARE @m INT = 10\nINSERT INTO o SELECT a FROM t WHERE v > @m"),
    ("tsql", "DECLARE @m INT\nSET @m = 10\nINSERT INTO o SELECT a FROM t WHERE v > @M"),
    ("tsql", "DECLARE @m INT, @n INT = 10; SELECT @m = @n; INSERT o SELECT a FROM t WHERE v > @m"),
    ("tsql", "DECLARE @m INT = 5; SET @m += 10; INSERT INTO o SELECT a FROM t WHERE v > @m"),
    ("tsql", "CREATE PROC p @m INT = 10 AS INSERT INTO o SELECT a FROM t WHERE v > @m"),
    ("tsql", "CREATE PROC p (@x DATE, @m INT = 10) AS BEGIN INSERT o SELECT a FROM t WHERE v > @m END"),
    ("tsql", ":setvar m 10\nINSERT INTO o SELECT a FROM t WHERE v > $(m)"),
    ("bigquery", "DECLARE m INT64 DEFAULT 10; INSERT INTO o (a) SELECT a FROM t WHERE v > m"),
    ("bigquery", "DECLARE m, n INT64; SET m = 10; INSERT INTO o (a) SELECT a FROM t WHERE v > m"),
    ("bigquery", "DECLARE m, n INT64; SET (m, n) = (10, 3); INSERT INTO o (a) SELECT a FROM t WHERE v > m"),
    ("snowflake", "SET m = 10; INSERT INTO o SELECT a FROM t WHERE v > $m"),
    ("snowflake", "SET (m, n) = (10, 1); INSERT INTO o SELECT a FROM t WHERE v > $m"),
    ("snowflake", "BEGIN LET m INT := 10; INSERT INTO o SELECT a FROM t WHERE v > :m; END;"),
    ("snowflake", "DECLARE m INT DEFAULT 1; n INT; BEGIN m := 10; INSERT INTO o SELECT a FROM t WHERE v > :m; END;"),
    ("snowflake", "CREATE PROCEDURE p() RETURNS INT LANGUAGE SQL AS $$ DECLARE m INT DEFAULT 10; BEGIN INSERT INTO o SELECT a FROM t WHERE v > :m; RETURN 1; END $$;"),
    ("spark", "SET m=10; INSERT INTO o SELECT a FROM t WHERE v > ${m}"),
    ("spark", "SET hivevar:m=10; INSERT INTO o SELECT a FROM t WHERE v > ${hivevar:m}"),
    ("hive", "SET hiveconf:m = 10;\nINSERT INTO o SELECT a FROM t WHERE v > ${hiveconf:m}"),
    ("hive", "SET c = v > 10 AND k = 'x';\nINSERT INTO o SELECT a FROM t WHERE ${c}"),
    ("databricks", "DECLARE OR REPLACE VARIABLE m INT DEFAULT 10; INSERT INTO o SELECT a FROM t WHERE v > m"),
    ("databricks", "DECLARE VARIABLE m INT; SET VAR m = 10; INSERT INTO o SELECT a FROM t WHERE v > m"),
    ("postgres", "\\set m 10\nINSERT INTO o SELECT a FROM t WHERE v > :m"),
    ("postgres", "\\set m '10'\nINSERT INTO o SELECT a FROM t WHERE k > :'m'"),
    ("postgres", "SET my.least = 10; INSERT INTO o SELECT a FROM t WHERE k > current_setting('my.least')"),
    ("postgres", "DO $$ DECLARE n date; m int := 10; BEGIN INSERT INTO o SELECT a FROM t WHERE v > m; END $$;"),
    ("postgres", "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE m int := 1; BEGIN m := 10; INSERT INTO o SELECT a FROM t WHERE v > m; END $$;"),
    ("postgres", "CREATE FUNCTION f(m int DEFAULT 10) RETURNS void AS $$ INSERT INTO o SELECT a FROM t WHERE v > m $$ LANGUAGE sql;"),
    ("mysql", "SET @m = 10; INSERT INTO o SELECT a FROM t WHERE v > @m"),
    ("mysql", "SET @n := 1, @m := 10; INSERT INTO o SELECT a FROM t WHERE v > @m"),
    ("mysql", "CREATE PROCEDURE p() BEGIN DECLARE m INT DEFAULT 10; INSERT INTO o SELECT a FROM t WHERE v > m; END;"),
    ("duckdb", "SET VARIABLE m = 10; INSERT INTO o SELECT a FROM t WHERE v > getvariable('m')"),
    ("oracle", "DEFINE m = 10\nINSERT INTO o SELECT a FROM t WHERE v > &m;\n"),
    ("oracle", "DECLARE m NUMBER := 10; BEGIN INSERT INTO o SELECT a FROM t WHERE v > m; END;\n/\n"),
    ("oracle", "CREATE OR REPLACE PROCEDURE p IS m NUMBER := 10; BEGIN INSERT INTO o SELECT a FROM t WHERE v > m; END;\n/\n"),
    ("duckdb", "{% set m = 10 %}\nINSERT INTO o SELECT a FROM t WHERE v > {{ m }}"),
    # The value is decided by a branch, a loop, a query.
    ("tsql", "DECLARE @m INT = 1, @f INT = 2\nIF @f = 2 SET @m = 10\nINSERT o SELECT a FROM t WHERE v > @m"),
    ("tsql", "CREATE PROC p @f INT AS DECLARE @m INT\nIF @f = 2 SET @m = 1 ELSE BEGIN SET @m = 10 END\nINSERT o SELECT a FROM t WHERE v > @m"),
    ("tsql", "DECLARE @m INT = 1\nIF EXISTS (SELECT 1 FROM u WHERE v = 10) SET @m = 2\nINSERT o SELECT a FROM t WHERE v > @m"),
    ("tsql", "DECLARE @i INT = 0\nWHILE @i < 10 BEGIN INSERT o SELECT a FROM t WHERE v = @i; SET @i = @i + 1 END"),
    ("tsql", "DECLARE @i INT = 0\nWHILE @i < 5 BEGIN INSERT o SELECT a FROM t WHERE v = @i; SET @i += 10 END"),
    ("tsql", "DECLARE @m INT\nBEGIN TRY SET @m = 10 END TRY BEGIN CATCH SET @m = 3 END CATCH\nINSERT o SELECT a FROM t WHERE v = @m"),
    ("tsql", "DECLARE @m INT\nBEGIN TRY SET @m = 3 END TRY BEGIN CATCH SET @m = 10 END CATCH\nINSERT o SELECT a FROM t WHERE v = @m"),
    ("tsql", "DECLARE @m INT\nSELECT @m = MAX(v) FROM u WHERE b > 10\nINSERT o SELECT a FROM t WHERE v > @m"),
    ("tsql", "DECLARE @m INT = 10\nSELECT @m = v FROM u WHERE k = 'least'\nINSERT o SELECT a FROM t WHERE v > @m"),
    ("bigquery", "DECLARE m INT64 DEFAULT 1; IF EXISTS (SELECT 1 FROM u) THEN SET m = 10; ELSEIF TRUE THEN SET m = 2; END IF; INSERT INTO o (a) SELECT a FROM t WHERE v > m"),
    ("bigquery", "DECLARE i INT64 DEFAULT 0; WHILE i < 10 DO INSERT INTO o (a) SELECT a FROM t WHERE v = i; SET i = i + 1; END WHILE;"),
    ("postgres", "DO $$ DECLARE i int := 0; BEGIN LOOP i := i + 10; EXIT WHEN i > 99; INSERT INTO o SELECT a FROM t WHERE v = i; END LOOP; END $$;"),
    ("snowflake", "EXECUTE IMMEDIATE $$ BEGIN LET m := (SELECT MAX(v) FROM u WHERE b > 10); INSERT INTO o SELECT a FROM t WHERE v > :m; END $$;"),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "script"), VALUES)
def test_a_changed_value_changes_the_rows_that_depend_on_it(dialect: str, script: str) -> None:
    assert "10" in script
    assert said(dialect, script, script.replace("10", "20")) == [("rows-changed", None)]
    assert said(dialect, script, script) == []


# Pairs that mean the same.
SAME: list[tuple[str, str, str]] = [
    ("tsql", "DECLARE @m INT = 10; INSERT o SELECT a FROM t WHERE v > @m", "INSERT o SELECT a FROM t WHERE v > 10"),
    ("tsql", "DECLARE @m DECIMAL(9, 2) = 10; INSERT o SELECT a FROM t WHERE v > @m", "INSERT o SELECT a FROM t WHERE v > 10"),
    ("tsql", "DECLARE @d DATE = '2024-01-01'; INSERT o SELECT a FROM t WHERE d > @d", "INSERT o SELECT a FROM t WHERE d > '2024-01-01'"),
    ("tsql", "DECLARE @m INT = 10; INSERT o SELECT a FROM t WHERE v > @m", "DECLARE @least INT\nSET @LEAST = 10\nINSERT o SELECT a FROM t WHERE v > @Least"),
    ("tsql", "DECLARE @m INT = 1, @x INT = 3; SET @m = 10; INSERT o SELECT a FROM t WHERE v > @m", "DECLARE @m INT = 10, @x INT = 4; INSERT o SELECT a FROM t WHERE v > @m"),
    ("tsql", "CREATE PROC p @since DATE AS INSERT o SELECT a FROM t WHERE d > @since", "CREATE PROC p @from_date DATE AS INSERT o SELECT a FROM t WHERE d > @from_date"),
    ("tsql", "CREATE PROC p @since DATE = '2024-01-01' AS INSERT o SELECT a FROM t WHERE d > @since", "CREATE PROC p @from_date DATE = '2024-01-01', @debug BIT = 0 AS INSERT o SELECT a FROM t WHERE d > @from_date"),
    ("tsql", "CREATE PROC p @m INT = NULL AS IF @m IS NULL SET @m = 5\nINSERT o SELECT a FROM t WHERE v > @m", "CREATE PROC p @m INT = NULL AS SET @m = ISNULL(@m, 5)\nINSERT o SELECT a FROM t WHERE v > @m"),
    ("tsql", "DECLARE @m INT; SELECT @m = MAX(v) FROM u; INSERT o SELECT a FROM t WHERE v > @m", "INSERT o SELECT a FROM t WHERE v > (SELECT MAX(v) FROM u)"),
    ("tsql", "DECLARE @m INT; SET @m = (SELECT MAX(t.v) FROM u t); INSERT o SELECT t.a FROM t WHERE t.v > @m", "INSERT o SELECT a FROM t WHERE v > (SELECT MAX(v) FROM u)"),
    ("tsql", "DECLARE @i INT = 0; WHILE @i < 9 BEGIN INSERT o SELECT a FROM t WHERE v = @i; SET @i = @i + 1 END", "DECLARE @n INT = 0; WHILE @n < 9 BEGIN INSERT o SELECT a FROM t WHERE v = @n; SET @n += 1 END"),
    ("tsql", "DECLARE @m INT = 10; IF @m IS NULL BEGIN RETURN END; INSERT o SELECT a FROM t WHERE v > @m", "DECLARE @m INT = 10; INSERT o SELECT a FROM t WHERE v > @m"),
    ("tsql", "DECLARE @s INT = 1; INSERT o SELECT a FROM t WHERE v > 3; SET @s = 2", "INSERT o SELECT a FROM t WHERE v > 3"),
    ("bigquery", "DECLARE m INT64 DEFAULT 10; INSERT INTO o (a) SELECT a FROM t WHERE v > m", "INSERT INTO o (a) SELECT a FROM t WHERE v > 10"),
    ("bigquery", "DECLARE m INT64 DEFAULT 10; INSERT INTO o (a) SELECT a FROM t WHERE v > m", "DECLARE least INT64; SET least = 10; INSERT INTO o (a) SELECT a FROM t WHERE v > least"),
    ("bigquery", "DECLARE m DEFAULT (SELECT MAX(v) FROM u); INSERT INTO o (a) SELECT a FROM t WHERE v > m", "INSERT INTO o (a) SELECT a FROM t WHERE v > (SELECT MAX(v) FROM u)"),
    # A column goes before a variable of its name.
    ("bigquery", "DECLARE b INT64 DEFAULT 10; INSERT INTO o (a) SELECT a FROM t WHERE v > b", "DECLARE b INT64 DEFAULT 20; INSERT INTO o (a) SELECT a FROM t WHERE v > b"),
    ("snowflake", "SET m = 10; INSERT INTO o SELECT a FROM t WHERE v > $m", "SET Least = 10; INSERT INTO o SELECT a FROM t WHERE v > $LEAST"),
    ("spark", "SET m=10; INSERT INTO o SELECT a FROM t WHERE v > ${m}", "INSERT INTO o SELECT a FROM t WHERE v > 10"),
    ("spark", "SET m=2024; INSERT INTO o SELECT a FROM t WHERE k = '${m}-01'", "INSERT INTO o SELECT a FROM t WHERE k = '2024-01'"),
    ("spark", "SET c=a, b; INSERT INTO o SELECT ${c} FROM t", "INSERT INTO o SELECT a, b FROM t"),
    ("spark", "SET spark.sql.shuffle.partitions=10; INSERT INTO o SELECT a FROM t", "SET spark.sql.shuffle.partitions=20; INSERT INTO o SELECT a FROM t"),
    ("postgres", "\\set m 10\nINSERT INTO o SELECT a FROM t WHERE v > :m", "\\set n 10\n\\set m :n\nINSERT INTO o SELECT a FROM t WHERE v > :m"),
    ("postgres", "\\set x '\\'new\\''\nINSERT INTO o SELECT a FROM t WHERE k = :x", "INSERT INTO o SELECT a FROM t WHERE k = 'new'"),
    ("postgres", "SELECT max(v) AS m FROM u \\gset\nINSERT INTO o SELECT a FROM t WHERE v > :m", "SELECT max(v) AS n FROM u \\gset\nINSERT INTO o SELECT a FROM t WHERE v > :n"),
    ("postgres", "DO $$ DECLARE m int; BEGIN SELECT max(v) INTO m FROM u; INSERT INTO o SELECT a FROM t WHERE v > m; END $$;", "INSERT INTO o SELECT a FROM t WHERE v > (SELECT max(v) FROM u)"),
    ("mysql", "SELECT max(v) INTO @m FROM u; INSERT INTO o SELECT a FROM t WHERE v > @m", "SELECT @n := max(v) FROM u; INSERT INTO o SELECT a FROM t WHERE v > @n"),
    ("oracle", "DEFINE m = 10\nINSERT INTO o SELECT a FROM t WHERE v > &m;\n", "INSERT INTO o SELECT a FROM t WHERE v > 10;\n"),
    ("duckdb", "SET VARIABLE m = 10; INSERT INTO o SELECT a FROM t WHERE v > getvariable('m')", "INSERT INTO o SELECT a FROM t WHERE v > 10"),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "one", "other"), SAME)
def test_what_means_the_same_is_no_change(dialect: str, one: str, other: str) -> None:
    assert said(dialect, one, other) == []
    assert said(dialect, other, one) == []


def test_the_latest_value_counts_at_each_use() -> None:
    base = """
        DECLARE @m INT = 10
        INSERT INTO o SELECT a FROM t WHERE v > @m
        SET @m = 5
        INSERT INTO p SELECT a FROM t WHERE v > @m
        """
    declared = {"ddl.sql": tables("tsql")}
    report = casebook.difference(
        declared | {"job.sql": dedent(base)},
        declared | {"job.sql": dedent(base).replace("= 5", "= 6")},
        "tsql",
    )
    assert [(change.rule, change.dataset) for change in report.changes] == [
        ("rows-changed", "dbo.p")
    ]


def test_a_value_that_is_written_changes_its_column_alone() -> None:
    base = "DECLARE @rate DECIMAL(5, 2) = 0.25\nINSERT INTO o SELECT a, v * @rate AS fee FROM t"
    assert said("tsql", base, base.replace("0.25", "0.50")) == [("column-logic-changed", "fee")]


EDGES: list[tuple[str, str, set[str]]] = [
    (
        "tsql",
        """
        DECLARE @m INT, @x INT
        SELECT @m = MAX(v), @x = MIN(b) FROM u WHERE k = 'y'
        INSERT INTO o SELECT a, @x AS x FROM t WHERE d > @m
        """,
        {
            "t.a -> a (identity)", "u.b -> x (aggregation)", "t.d -> * (filter)",
            "u.v -> * (filter)", "u.k -> * (filter)", "u.k -> x (conditional)",
        },
    ),
    (
        "bigquery",
        "DECLARE m DEFAULT (SELECT MAX(v) FROM u); INSERT INTO o (a) SELECT a FROM t WHERE v > m",
        {"t.a -> a (identity)", "t.v -> * (filter)", "u.v -> * (filter)"},
    ),
    (
        "tsql",
        """
        DECLARE c CURSOR FOR SELECT a, b FROM u
        DECLARE @a INT, @b INT
        OPEN c
        FETCH NEXT FROM c INTO @a, @b
        WHILE @@FETCH_STATUS = 0
        BEGIN
            INSERT INTO o (x) VALUES (@b)
            FETCH NEXT FROM c INTO @a, @b
        END
        """,
        {"u.b -> x (transformation)"},
    ),
    (
        "postgres",
        """
        DO $$ DECLARE r record; BEGIN
        FOR r IN SELECT a, b FROM u LOOP
            INSERT INTO o (x) SELECT t.a + r.b FROM t WHERE t.v = r.a;
        END LOOP; END $$;
        """,
        {
            "t.a -> x (transformation)", "u.b -> x (transformation)", "t.v -> * (filter)",
            "u.a -> * (filter)",
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "text", "expected"), EDGES)
def test_what_a_variable_holds_is_a_source_of_what_uses_it(
    dialect: str, text: str, expected: set[str]
) -> None:
    assert edges(dialect, text) == expected


def test_a_value_that_varies_is_told_with_less_confidence() -> None:
    text = """
        DECLARE @m INT = (SELECT MIN(v) FROM u)
        WHILE @m < 9 BEGIN INSERT o SELECT a FROM t WHERE b > @m; SET @m = @m + 1 END
        """
    files = {"ddl.sql": tables("tsql"), "job.sql": dedent(text)}
    found = {
        edge.source.column: edge.confidence for edge in casebook.lineage_of(files, "tsql").edges
    }
    assert found["a"] == 1.0
    assert 0 < found["v"] < 1.0


NAMES: list[tuple[str, str, set[str], set[str]]] = [
    ("spark", "USE sales; INSERT INTO o SELECT a FROM x JOIN raw.y USING (a)", {"sales.x", "raw.y"}, {"sales.o"}),
    ("spark", "USE one; INSERT INTO o SELECT a FROM x; USE two; INSERT INTO o SELECT a FROM x", {"one.x", "two.x"}, {"one.o", "two.o"}),
    ("hive", "USE default; INSERT INTO o SELECT a FROM x", {"x"}, {"o"}),
    ("spark", "USE ${env}_sales; INSERT INTO o SELECT a FROM x", {"{env}_sales.x"}, {"{env}_sales.o"}),
    ("databricks", "USE CATALOG main; USE SCHEMA silver; INSERT INTO o SELECT a FROM x", {"main.silver.x"}, {"main.silver.o"}),
    ("databricks", "USE sales; CACHE TABLE c AS SELECT a FROM x; INSERT INTO o SELECT a FROM c", {"sales.x"}, {"sales.o"}),
    ("snowflake", "USE ROLE loader; USE WAREHOUSE wh; USE SCHEMA mart; INSERT INTO o SELECT a FROM x", {"MART.X"}, {"MART.O"}),
    ("snowflake", "USE DATABASE prod; USE SCHEMA mart; INSERT INTO o SELECT a FROM raw.x", {"RAW.X"}, {"PROD.MART.O"}),
    ("postgres", "SET search_path TO mart, public; INSERT INTO o SELECT a FROM x", {"mart.x"}, {"mart.o"}),
    ("postgres", "SET search_path = public; INSERT INTO o SELECT a FROM x", {"x"}, {"o"}),
    ("postgres", "SET search_path = mart; CREATE TEMP TABLE x AS SELECT a FROM y; INSERT INTO o SELECT a FROM x", {"mart.y"}, {"mart.o"}),
    ("postgres", "SET search_path = mart; WITH c AS (SELECT a FROM x) INSERT INTO o SELECT a FROM c", {"mart.x"}, {"mart.o"}),
    ("oracle", "ALTER SESSION SET CURRENT_SCHEMA = mart; INSERT INTO o SELECT a FROM x;", {"MART.X"}, {"MART.O"}),
    ("mysql", "USE shop; INSERT INTO o SELECT a FROM x", {"shop.x"}, {"shop.o"}),
    ("duckdb", "USE memory.mart; INSERT INTO o SELECT a FROM x", {"memory.mart.x"}, {"memory.mart.o"}),
    ("tsql", "USE [sales]\nGO\nINSERT INTO o SELECT a FROM dbo.x", {"dbo.x"}, {"dbo.o"}),
    ("tsql", "USE master\nGO\nUSE sales\nGO\nINSERT INTO o SELECT a FROM x", {"dbo.x"}, {"dbo.o"}),
    ("tsql", "USE a\nGO\nSELECT a INTO #x FROM x\nUSE b\nGO\nINSERT INTO s.o SELECT a FROM #x", {"a.dbo.x"}, {"b.s.o"}),
    ("spark", "SET db=prod; INSERT INTO ${db}.o SELECT a FROM ${db}.x_${part}", {"prod.x_{part}"}, {"prod.o"}),
    ("postgres", "\\set s mart\nINSERT INTO :s.o SELECT a FROM :\"s\".x", {"mart.x"}, {"mart.o"}),
    ("tsql", ":setvar db sales\nINSERT INTO $(db).dbo.o SELECT a FROM [$(db)].dbo.x", {"sales.dbo.x"}, {"sales.dbo.o"}),
    ("oracle", "DEFINE s = mart\nINSERT INTO &s..o SELECT a FROM &&s..x;\n", {"MART.X"}, {"MART.O"}),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "text", "reads", "writes"), NAMES)
def test_names_are_those_that_the_script_has_set(
    dialect: str, text: str, reads: set[str], writes: set[str]
) -> None:
    document = casebook.lineage_of({"job.sql": text}, dialect)
    assert [warning.message for warning in document.warnings] == []
    assert {name for job in document.jobs for name in job.reads} == reads
    assert {name for job in document.jobs for name in job.writes} == writes


# Dynamic SQL whose text the script tells, put together in each dialect's way.
DYNAMIC: list[tuple[str, str, set[str]]] = [
    ("tsql", "CREATE PROC p @f INT AS DECLARE @s NVARCHAR(99)\nIF @f = 1 SET @s = N'INSERT o SELECT a FROM x' ELSE SET @s = N'INSERT o SELECT a FROM y'\nEXEC(@s)", {"dbo.x", "dbo.y"}),
    ("tsql", "DECLARE @n INT; EXEC sp_executesql N'SELECT @c = MAX(v) FROM x WHERE v < @top', N'@c INT OUTPUT, @top INT', @c = @n OUTPUT, @top = 5; INSERT o (a) SELECT a FROM y WHERE v > @n", {"dbo.x", "dbo.y"}),
    ("bigquery", "DECLARE n STRING DEFAULT 'd.x'; EXECUTE IMMEDIATE FORMAT('INSERT INTO o (a) SELECT a FROM %s', n);", {"d.x"}),
    ("snowflake", "BEGIN LET s := 'INSERT INTO o SELECT a FROM ' || 'x'; EXECUTE IMMEDIATE :s; END;", {"X"}),
    ("postgres", "DO $$ DECLARE n text := 'x'; BEGIN EXECUTE format('INSERT INTO o SELECT a FROM %I', n); END $$;", {"x"}),
    ("mysql", "SET @s = CONCAT('INSERT INTO o SELECT a FROM ', 'x'); PREPARE st FROM @s; EXECUTE st;", {"x"}),
    ("oracle", "DECLARE s VARCHAR2(99) := 'INSERT INTO o SELECT a FROM x'; BEGIN EXECUTE IMMEDIATE s; END;\n/\n", {"X"}),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "text", "reads"), DYNAMIC)
def test_dynamic_sql_is_read_as_far_as_its_text_is_known(
    dialect: str, text: str, reads: set[str]
) -> None:
    document = casebook.lineage_of({"job.sql": text}, dialect)
    assert [warning.message for warning in document.warnings] == []
    assert {name for job in document.jobs for name in job.reads} == reads


def test_dynamic_sql_whose_text_is_not_known_is_a_warning() -> None:
    text = "CREATE PROCEDURE p(s STRING) BEGIN EXECUTE IMMEDIATE s; END;"
    document = casebook.lineage_of({"job.sql": text}, "bigquery")
    (warning,) = document.warnings
    assert warning.message.startswith("dynamic SQL whose text is not known")


# Values that would grow without end if each use were written out.
GROWING: list[tuple[str, str]] = [
    ("tsql", "DECLARE @a VARCHAR(MAX) = 'x'\n" + "SET @a = @a + @a\n" * 60),
    ("tsql", "DECLARE @a INT = 1\n" + "SET @a = (SELECT MAX(v) + @a * @a FROM u)\n" * 60),
    ("tsql", "DECLARE @a INT = 1\n" + "WHILE @a < 9 BEGIN SET @a += 1\n" * 20 + "END\n" * 20),
    ("spark", "SET a=x;" + "SET a=${a}${a};" * 60 + "INSERT INTO o SELECT '${a}' FROM t;"),
]


@pytest.mark.parametrize(("dialect", "text"), GROWING)
def test_values_do_not_grow_without_end(dialect: str, text: str) -> None:
    use = "INSERT INTO p SELECT a FROM t WHERE v = @a" if dialect == "tsql" else ""
    started = time.process_time()
    casebook.lineage_of({"job.sql": text + use}, dialect)
    assert time.process_time() - started < 10
