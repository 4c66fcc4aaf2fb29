"""T-SQL beside its statements: hint comments, how sure an edge is, columns that a list leaves out."""

from pathlib import Path

import pytest

from guardian.model.lineage import Lineage
from tests import casebook

DYNAMIC = "DECLARE @s NVARCHAR(200) = N'INSERT INTO mart.t (id) SELECT id FROM raw.a WHERE y = ' + @n; EXEC (@s);"
HINT = "-- @LINEAGE_INPUTS: raw.a\n-- @LINEAGE_OUTPUTS: mart.t\n"


def lineage(text: str, dialect: str = "tsql") -> Lineage:
    ddl = "CREATE TABLE raw.a (id INT, y INT);\nCREATE TABLE mart.t (id INT);\n"
    return casebook.lineage_of({"ddl.sql": ddl, "job.sql": text}, dialect)


@pytest.mark.parametrize(
    ("comment", "reads", "writes"),
    [
        (HINT, {"raw.a"}, {"mart.t"}),
        (
            "-- @lineage_inputs = [Raw].[A], b;\n-- @Lineage_Output: T",
            {"raw.a", "dbo.b"},
            {"dbo.t"},
        ),
        (
            "/* @LINEAGE_INPUTS: raw.a,\n   raw.b\n   @LINEAGE_OUTPUTS: mart.t */",
            {"raw.a", "raw.b"},
            {"mart.t"},
        ),
        (
            "-- @LINEAGE_INPUTS: raw.a,\n--   [raw].[b c]\n-- @LINEAGE_OUTPUTS: mart.t",
            {"raw.a", "raw.b c"},
            {"mart.t"},
        ),
        ("-- @LINEAGE_INPUTS: raw.a,\n-- @LINEAGE_OUTPUTS: mart.t", {"raw.a"}, {"mart.t"}),
        (
            "-- @LINEAGE_INPUTS: raw.a\n-- @LINEAGE_INPUTS: raw.b\n-- @LINEAGE_OUTPUTS: mart.t",
            {"raw.a", "raw.b"},
            {"mart.t"},
        ),
    ],
)
def test_hints_say_what_is_read_and_written(
    comment: str, reads: set[str], writes: set[str]
) -> None:
    document = lineage(f"{comment}\nEXEC (@text);\n")
    (job,) = document.jobs
    assert (set(job.reads), set(job.writes), document.warnings) == (reads, writes, ())


def test_a_list_ends_where_code_begins() -> None:
    document = lineage("-- @LINEAGE_INPUTS: raw.a,\nDELETE FROM mart.t WHERE id = 1;\n")
    assert [job.reads for job in document.jobs] == [("raw.a",)]


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("INSERT INTO mart.t (id) SELECT id FROM raw.a;", 1.0),
        (DYNAMIC, 0.8),
        (HINT + "EXEC (@text);", 0.6),
        ("INSERT INTO mart.t (id) SELECT id FROM raw.a WHERE ((y = 1;", 0.5),
        (HINT + "INSERT INTO mart.t (id) SELECT id FROM raw.a;", 1.0),
        (HINT + "INSERT INTO mart.t (id) SELECT id FROM raw.a WHERE ((y = 1;", 0.8),
    ],
    ids=["read", "put together", "hint", "searched by name", "hint and read", "hint and searched"],
)
def test_how_sure_a_flow_is(text: str, sure: float) -> None:
    document = lineage(text)
    edges = [edge.confidence for edge in document.edges if edge.target.dataset == "mart.t"]
    flows = [flow.confidence for flow in document.rows if flow.target == "mart.t"]
    assert {*edges, *(flows if not edges else [])} == {sure}


def test_a_hint_that_agrees_makes_an_edge_surer() -> None:
    put_together = "INSERT INTO mart.t (id) SELECT id FROM raw.a WHERE y = "
    text = (
        f"DECLARE @s NVARCHAR(200) = N'{put_together}' + @n;\n"
        + "\n" * 12
        + "EXEC (@s);\n"
        + "\n" * 12
        + HINT
    )
    assert {edge.confidence for edge in lineage(text).edges} == {0.92}


def test_an_insert_with_a_list_does_not_tell_all_columns() -> None:
    listed = lineage("INSERT INTO mart.u (id) SELECT id FROM raw.a;")
    whole = lineage("SELECT id INTO mart.u FROM raw.a;")
    told = [
        next(item.complete for item in document.datasets if item.name == "mart.u")
        for document in (listed, whole)
    ]
    assert told == [False, True]


CALLS = """CREATE PROCEDURE dbo.write_log AS INSERT INTO mart.log (id) SELECT 1;
GO
CREATE PROCEDURE dbo.load_a AS INSERT INTO mart.t (id) SELECT id FROM raw.a;
GO
CREATE PROCEDURE dbo.audit AS DELETE FROM mart.log WHERE id = 3;
GO
CREATE PROCEDURE dbo.main @day DATE AS
BEGIN
  EXEC dbo.write_log;
  EXEC @status = [dbo].[load_a] @day = @day;
  EXECUTE audit;
  EXEC sp_updatestats;
END
"""


def test_a_procedure_calls_others(tmp_path: Path) -> None:
    (tmp_path / "job.sql").write_text(CALLS)
    called = []
    for more in ("", "  ignore_calls: [dbo.audit]\n"):
        (tmp_path / "guardian.yml").write_text(f"version: 1\nsql:\n  dialect: tsql\n{more}")
        jobs = {job.id: job.calls for job in casebook.scanned(tmp_path).jobs}
        called.append(jobs["job.sql#dbo.main"])
        assert jobs["job.sql#dbo.load_a"] == ()
    audit, load, log = (f"job.sql#dbo.{name}" for name in ("audit", "load_a", "write_log"))
    assert called == [(audit, load), (load, log)]


SINCE = "INSERT INTO t (id) SELECT id FROM o WHERE dt {}"
DIVIDED = """DECLARE @x {}; SELECT @x = MAX(k) FROM dbo.o;
INSERT INTO dbo.t (id, amount) SELECT id, amount / @x FROM dbo.o"""
CALLED = """CREATE FUNCTION dbo.f (@a int) RETURNS int AS BEGIN RETURN {} END
GO
INSERT INTO dbo.t (id) SELECT dbo.f(id) FROM dbo.o"""
DECLARED = "CREATE TABLE dbo.o (id int, amount int, k int, dt date); CREATE TABLE dbo.t (id int, amount int);"


@pytest.mark.parametrize(
    ("dialect", "text", "before", "after", "said"),
    [
        ("tsql", "UPDATE {} dbo.o SET amount = 1 WHERE k = 2", "TOP (10)", "TOP (20)",
         ("rows-changed", None, "LIMIT 10", "LIMIT 20")),
        ("tsql", "DELETE {} FROM dbo.o WHERE k = 2", "TOP (10)", "TOP (10) PERCENT",
         ("rows-changed", None, "LIMIT 10", "LIMIT 10 percent")),
        ("tsql", "INSERT {} INTO dbo.t (id) SELECT id FROM dbo.o", "TOP (5)", "TOP (6)",
         ("rows-changed", None, "LIMIT 5", "LIMIT 6")),
        ("mysql", "DELETE FROM o WHERE k = 2 ORDER BY id LIMIT {}", "10", "20",
         ("rows-changed", None, "LIMIT 10", "LIMIT 20")),
        ("tsql", DIVIDED, "INT", "DECIMAL(9, 2)",
         ("column-logic-changed", "amount", "amount / (SELECT MAX(k) …)",
          "amount / CAST((SELECT MAX(k) …) AS decimal(9,2))")),
        ("tsql", CALLED, "@a + 1", "@a + 2",
         ("column-logic-changed", "id", "CAST(id + 1 AS int)", "CAST(2 + id AS int)")),
    ],
)  # fmt: skip
def test_what_a_change_is_said_to_be(
    dialect: str, text: str, before: str, after: str, said: tuple[str, ...]
) -> None:
    assert said in _said(dialect, text, before, after)


@pytest.mark.parametrize(
    ("dialect", "text", "written"),
    [
        ("tsql", f"CREATE PROC p @From_date date AS {SINCE} @from_date", "@From_date"),
        ("bigquery", "INSERT INTO t (id) SELECT id FROM o WHERE dt {} @from_date", "@from_date"),
        ("spark", "INSERT INTO t SELECT id FROM o WHERE dt {} '${{from_date}}'", "${from_date}"),
        ("oracle", f"CREATE PROCEDURE p (from_date DATE) AS BEGIN {SINCE} from_date; END;", "from_date"),
    ],
)  # fmt: skip
def test_parameters_are_called_as_their_author_calls_them(
    dialect: str, text: str, written: str
) -> None:
    ((_, _, before, after),) = _said(dialect, text, ">", ">=")
    column = "DT" if dialect == "oracle" else "dt"
    assert (before, after) == (f"{column} > {written}", f"{column} >= {written}")


def _said(
    dialect: str, text: str, before: str, after: str
) -> list[tuple[str, str | None, str | None, str | None]]:
    tables = {"ddl.sql": DECLARED} if dialect == "tsql" else {}
    base, head = ({**tables, "q.sql": text.format(part)} for part in (before, after))
    changes = casebook.difference(base, head, dialect).changes
    return [(change.rule, change.column, change.before, change.after) for change in changes]
