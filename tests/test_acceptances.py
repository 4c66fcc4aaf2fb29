"""Fingerprints and accepted risks: what a change is known by, who accepted it, until when."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import pytest

from guardian import pipeline
from guardian.config import accepted_risks, blocks, parse
from guardian.languages.accepting import acceptances
from guardian.model.acceptance import Acceptance
from guardian.model.changes import Change, Report
from guardian.model.source import SourceFile
from tests import casebook
from tests.casebook import TODAY, InMemory, difference
from tests.conftest import CASES

NET = "INSERT INTO mart.orders\nSELECT id, amount - discount AS net\nFROM raw.orders\n"
GROSS = "INSERT INTO mart.orders\nSELECT id, amount AS net\nFROM raw.orders\n"
WHY = "reason: agreed"


def told(base: str, head: str, dialect: str = "duckdb") -> dict[tuple[str, str | None], str]:
    """Return the fingerprints of what changes in one file, by rule and column."""
    report = difference({"job.sql": base}, {"job.sql": head}, dialect)
    return {(change.rule, change.column): change.fingerprint for change in report.changes}


def accepted(report: Report) -> set[str]:
    """Return the accepted changes as `rule dataset.column`."""
    return {_named(change) for change in report.changes if change.accepted is not None}


def counting(report: Report) -> set[str]:
    """Return the others."""
    return {_named(change) for change in report.changes if change.accepted is None}


def _named(change: Change) -> str:
    return f"{change.rule} {change.dataset}" + (f".{change.column}" if change.column else "")


def configured(*entries: str) -> tuple[Acceptance, ...]:
    """Return what is accepted as `guardian.yml` says it, an entry a line."""
    text = "accepted:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)
    return accepted_risks(parse(text))


# --- fingerprints --------------------------------------------------------------------------------

GROUPED = "INSERT INTO mart.sums SELECT o.day, SUM(o.net) AS net, MAX(o.at) AS last\nFROM raw.orders o GROUP BY o.day"
SUMMED = GROUPED.replace("o.net)", "o.net * 2)")


@pytest.mark.parametrize(
    "head",
    [
        SUMMED.replace("o.net * 2", "2 * o.net"),
        SUMMED.replace("o.", "x.").replace("orders o", "orders AS x"),
        re.sub(r"\s+", " \n ", SUMMED.lower()),
        "-- a comment\n" + SUMMED,
        "WITH o AS (SELECT * FROM raw.orders) " + SUMMED.replace("raw.orders o", "o"),
        "INSERT INTO mart.sums WITH o AS (SELECT * FROM raw.orders) "
        + SUMMED.removeprefix("INSERT INTO mart.sums ").replace("raw.orders o", "o"),
        SUMMED.replace("GROUP", "WHERE o.day > '2024-01-01' GROUP"),
        SUMMED.replace("GROUP", "JOIN raw.days d ON d.day = o.day GROUP"),
        SUMMED.replace("MAX(", "MIN("),
        SUMMED + ";\nINSERT INTO mart.other SELECT 1 AS one",
    ],
)  # fmt: skip
def test_a_fingerprint_survives_what_bears_on_something_else(head: str) -> None:
    key = ("column-logic-changed", "net")
    assert told(GROUPED, head)[key] == told(GROUPED, SUMMED)[key]


@pytest.mark.parametrize(
    "head",
    [
        SUMMED.replace("* 2", "* 3"),
        SUMMED.replace("SUM(o.net * 2)", "SUM(o.gross)"),
        SUMMED.replace("SUM(o.net * 2)", "SUM(DISTINCT o.net)"),
        SUMMED.replace("SUM(o.net * 2)", "o.day + 1"),
    ],
)
def test_another_change_of_the_same_column_is_another_one(head: str) -> None:
    key = ("column-logic-changed", "net")
    assert told(GROUPED, head)[key] != told(GROUPED, SUMMED)[key]


def test_a_fingerprint_is_sixteen_digits_and_moves_with_its_file() -> None:
    here = difference({"a.sql": NET}, {"a.sql": GROSS}).changes
    there = difference({"a.sql": NET}, {"etl/b.sql": GROSS}).changes
    assert re.fullmatch("[0-9a-f]{16}", here[0].fingerprint)
    assert [change.fingerprint for change in here] == [change.fingerprint for change in there]


def test_rows_are_known_by_all_that_decides_them() -> None:
    one, other, both = (
        told(NET, f"{NET}WHERE {condition}")["rows-changed", None]
        for condition in ("a > 1", "b > 1", "a > 1 AND b > 1")
    )
    assert len({one, other, both}) == 3


def test_no_other_change_hides_behind_one_of_its_kind() -> None:
    """Two writes of a dataset tell of their rows once, and a second one alters what that means."""
    second = "INSERT INTO mart.orders SELECT id, 0 AS net FROM raw.returns WHERE b > {}\n"
    base = f"{NET}WHERE a > 1;\n{second.format(1)}"
    one = told(base, base.replace("a > 1", "a > 2"))["rows-changed", None]
    both = told(base, base.replace("a > 1", "a > 2").replace("b > 1", "b > 2"))
    assert both["rows-changed", None] != one


@pytest.mark.parametrize("case", casebook.folders(CASES / "report", "head"), ids=lambda p: p.name)
def test_no_two_changes_of_a_report_share_one(case: Path) -> None:
    found = [
        change.fingerprint for change in casebook.reported(case / "base", case / "head").changes
    ]
    assert len(set(found)) == len(found)
    assert all(re.fullmatch("[0-9a-f]{16}", one) for one in found)


# --- beside the code -----------------------------------------------------------------------------

TWO = (
    "INSERT INTO mart.a\nSELECT id, x{0} AS x\nFROM raw.t;\n"
    "INSERT INTO mart.b\nSELECT id, x{0} AS x\nFROM raw.t"
)
PROCEDURE = (
    "CREATE PROCEDURE dbo.fill AS\nBEGIN\n  INSERT INTO mart.a\n  SELECT id, x{0} AS x FROM raw.t\n"
    "\n  INSERT INTO mart.b\n  SELECT id, x{0} AS x FROM raw.t\nEND\n"
)
SPARK = (
    "from pyspark.sql import SparkSession, functions as F\n"
    "spark = SparkSession.builder.getOrCreate()\n"
    "df = spark.table('raw.t')\n"
    "(df.select('id', (F.col('x'){0}).alias('x'))\n   .write.saveAsTable('mart.a'))\n"
    "(df.select('id', (F.col('x'){0}).alias('x'))\n   .write.saveAsTable('mart.b'))\n"
)
LOGIC = "guardian: accept column-logic-changed, reason: agreed"
A, B = "column-logic-changed mart.a.x", "column-logic-changed mart.b.x"


def placed(text: str, line: int, comment: str) -> str:
    """Return `text` with a comment as its line `line`."""
    lines = text.split("\n")
    return "\n".join([*lines[: line - 1], comment, *lines[line - 1 :]])


def ended(text: str, line: int, comment: str) -> str:
    """Return `text` with a comment at the end of its line `line`."""
    lines = text.split("\n")
    return "\n".join([*lines[: line - 1], f"{lines[line - 1]} {comment}", *lines[line:]])


@pytest.mark.parametrize(
    ("path", "code", "put", "line", "comment", "found"),
    [
        ("job.sql", TWO, placed, 1, f"-- {LOGIC}", {A}),
        ("job.sql", TWO, placed, 2, f"-- {LOGIC}", {A}),
        ("job.sql", TWO, placed, 4, f"-- {LOGIC}", {B}),
        ("job.sql", TWO, ended, 3, f"-- {LOGIC}", {A}),
        ("job.sql", TWO, placed, 6, f"/* {LOGIC} */", {B}),
        ("job.sql", TWO, placed, 4, f"/*\n * guardian: accept column-logic-changed,\n * {WHY}\n */", {B}),
        ("job.sql", TWO, placed, 1, f"-- {LOGIC.upper().replace('ACCEPT', 'Accept')}", {A}),
        ("job.sql", TWO, placed, 1, "-- guardian: accept rows-changed, reason: agreed", set()),
        ("job.sql", TWO, placed, 1, f"-- guardian: accept rows-changed, column-logic-changed, {WHY}", {A}),
        ("job.sql", TWO, placed, 7, f"-- {LOGIC}", {B}),
        ("proc.sql", PROCEDURE, placed, 3, f"-- {LOGIC}", {A}),
        ("proc.sql", PROCEDURE, placed, 4, f"-- {LOGIC}", {A}),
        ("proc.sql", PROCEDURE, placed, 6, f"-- {LOGIC}", {B}),
        ("job.py", SPARK, placed, 4, f"# {LOGIC}", {A}),
        ("job.py", SPARK, placed, 5, f"    # {LOGIC}", {A}),
        ("job.py", SPARK, ended, 5, f"# {LOGIC}", {A}),
        ("job.py", SPARK, placed, 6, f"# {LOGIC}", {B}),
        ("job.py", SPARK, placed, 1, f"# {LOGIC}", set()),
    ],
)  # fmt: skip
def test_a_comment_belongs_to_its_statement(
    path: str,
    code: str,
    put: Callable[[str, int, str], str],
    line: int,
    comment: str,
    found: set[str],
) -> None:
    base, head = ({path: code.format(part)} for part in ("", " + 1"))
    dialect = "tsql" if path == "proc.sql" else "spark"
    report = difference(base, {path: put(head[path], line, comment)}, dialect)
    assert accepted(report) == found
    assert counting(report) == {A, B} - found


def test_in_a_file_of_one_dataset_it_may_stand_anywhere() -> None:
    report = difference({"a.sql": NET}, {"a.sql": f"SELECT 1;\n{GROSS};\n-- {LOGIC}\n"})
    assert accepted(report) == {"column-logic-changed mart.orders.net"}
    assert report.severity == "none"


def test_a_step_on_the_way_to_a_write_has_its_own() -> None:
    code = (
        "df = spark.table('raw.t')\n{0}df = df.withColumn(\n    'x', df.x{1})\n{2}"
        "df = df.withColumn('y', df.y{1})\ndf.write.saveAsTable('mart.a')\ndf.write.saveAsTable('mart.b')"
    )
    base = {"job.py": code.format("", "", "")}
    report = difference(base, {"job.py": code.format(f"# {LOGIC}\n", " + 1", "")}, "spark")
    assert accepted(report) == {A, B}
    assert counting(report) == {A.replace(".x", ".y"), B.replace(".x", ".y")}


def test_a_model_of_dbt_says_it_in_a_template_comment() -> None:
    project = {"dbt_project.yml": "name: shop\nmodel-paths: [models]\n"}
    base = "SELECT id, amount AS net FROM {{ source('raw', 'orders') }}\n"
    head = f"{{#- {LOGIC}, owner: finance -#}}\n{base.replace('amount', 'amount - 1')}"
    report = difference(
        {**project, "models/orders.sql": base}, {**project, "models/orders.sql": head}
    )
    assert [change.accepted and change.accepted.owner for change in report.changes] == ["finance"]


def test_cells_of_notebooks_say_it_in_their_own_language() -> None:
    python = "df = spark.table('raw.t')\n{0}df.selectExpr('x{1} AS x').write.saveAsTable('mart.a')"
    sql = "{0}INSERT OVERWRITE TABLE mart.b\nSELECT x{1} AS x FROM raw.t"
    magic = "\n".join(f"# MAGIC {line}" for line in ("%sql", *sql.split("\n"))).replace("{0}", "")
    export = f"# Databricks notebook source\n{python}\n# COMMAND ----------\n{magic}\n"
    base = {"book.py": export.format("", "")}
    one = export.format(f"# {LOGIC}\n", " + 1")
    assert accepted(difference(base, {"book.py": one}, "spark")) == {A}
    other = export.format("", " + 1").replace("%sql\n", f"%sql\n# MAGIC -- {LOGIC}\n")
    assert accepted(difference(base, {"book.py": other}, "spark")) == {B}

    def notebook(*cells: str) -> str:
        found = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
        return json.dumps({"cells": found}, indent=1)

    before = notebook(python.format("", ""), f"%%sql\n{sql.format('', '')}")
    after = notebook(python.format("", " + 1"), "%%sql\n" + sql.format(f"-- {LOGIC}\n", " + 1"))
    assert accepted(difference({"b.ipynb": before}, {"b.ipynb": after}, "spark")) == {B}


def test_what_is_no_code_accepts_nothing() -> None:
    text = f"# {LOGIC}\n-- {LOGIC}\n"
    for path, found in (("a.yml", 0), ("a.csv", 0), ("a.sql", 2), ("a.py", 2)):
        assert len(acceptances(SourceFile(path, text, ""))[0]) == found


def test_a_macro_ends_a_statement() -> None:
    macro = "{{% macro {}() %}}\n1\n{{%- endmacro -%}}\n"
    text = f"{macro.format('a')}-- {LOGIC}\n{macro.format('b')}"
    [said], _ = acceptances(SourceFile("macros/a.sql", text, ""))
    assert (said.first, said.last) == (5, 7)


def test_a_dataset_that_goes_is_accepted_where_it_was() -> None:
    base = TWO.format("")
    head = base.partition(";\n")[0] + f"\n-- guardian: accept dataset-removed, {WHY}"
    assert accepted(difference({"a.sql": base}, {"a.sql": head})) == {"dataset-removed mart.b"}


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("column-removed", "gives no reason"),
        ("column-removed, reason:", "gives no reason"),
        ("column-removed, because: x", "`because:` where the name of a rule belongs"),
        (", reason: x", "names no rule"),
        ("column-removed, reason: x, until: soon", "`until: soon`, which is no date"),
        ("column-removed, reason: x, until: 2027-02-31", "`until: 2027-02-31`, which is no date"),
        ("column-removed, reason: x, owner: a, owner: b", "gives `owner` twice"),
        ("colum-removed, reason: x", "`colum-removed`, which is no rule: did you mean `column-rem"),
    ],
)
def test_a_malformed_one_is_told_the_form(said: str, problem: str) -> None:
    report = difference({"a.sql": NET}, {"a.sql": f"\n-- guardian: accept {said}\n{NET}"})
    assert not report.changes
    [warning] = report.warnings
    assert (warning.file, warning.line) == ("a.sql", 2)
    assert problem in warning.message


@pytest.mark.parametrize("code", [NET, TWO.format(""), SPARK.format("")])
def test_a_comment_alone_is_no_news(code: str) -> None:
    path, mark = ("a.py", "#") if "import" in code else ("a.sql", "--")
    head = {path: f"{mark} {LOGIC}, until: 2020-01-01\n{code}"}
    report = difference({path: code}, head, "spark")
    assert (report.changes, report.warnings, report.severity) == ((), (), "none")


@pytest.mark.parametrize(
    "text",
    ["-- guardian: accept " * 20_000, "/* guardian: accept x" * 20_000, "'" * 60_000 + "\n-- guardian: accept a",
     "-- guardian: accept a, reason: " + ", owner:" * 20_000, "(" * 60_000 + "# guardian: accept a"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["a.sql", "a.py", "a.ipynb"])
def test_hostile_comments_cost_little(path: str, text: str) -> None:
    accepted, _ = acceptances(SourceFile(path, text, ""))
    assert accepted == ()


def test_what_came_with_the_change_is_marked() -> None:
    noted = f"-- {LOGIC}\n{GROSS}"
    new = difference({"a.sql": NET}, {"a.sql": noted}).changes
    old = difference({"a.sql": f"-- {LOGIC}\n{NET}"}, {"moved/b.sql": noted}).changes
    assert [change.accepted and change.accepted.here for change in (*new, *old)] == [True, False]


# --- in guardian.yml -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ("rule: column-logic-changed", {A, B}),
        ("rule: column-logic-changed, dataset: mart.a", {A}),
        ("rule: column-logic-changed, dataset: 'MART.?'", {A, B}),
        ("rule: column-logic-changed, dataset: '*.b', column: 'x*'", {B}),
        ("rule: column-logic-changed, column: '[x]'", set()),
        ("rule: rows-changed", set()),
    ],
)
def test_entries_mean_changes_by_rule_and_names(entry: str, found: set[str]) -> None:
    base, head = ({"a.sql": TWO.format(part)} for part in ("", " + 1"))
    report = difference(base, head, accepted=configured(f"{entry}, {WHY}"))
    assert accepted(report) == found


def test_entries_mean_changes_by_fingerprint() -> None:
    [change] = difference({"a.sql": NET}, {"a.sql": GROSS}).changes
    known = configured(f"fingerprint: '{change.fingerprint}', {WHY}, owner: finance")
    report = difference({"a.sql": NET}, {"a.sql": GROSS}, accepted=known)
    [change] = report.changes
    assert change.accepted is not None
    assert (change.accepted.where, change.accepted.here) == ("guardian.yml:2", False)
    other = difference(
        {"a.sql": NET}, {"a.sql": GROSS.replace("amount", "amount * 2")}, accepted=known
    )
    assert not accepted(other)


def test_a_pattern_of_columns_leaves_the_dataset_itself_out() -> None:
    base, head = {"a.sql": NET}, {"a.sql": f"{NET}WHERE amount > 0"}
    for column, found in (("*", {"rows-changed mart.orders"}), ("?*", set())):
        known = configured(f"rule: rows-changed, column: '{column}', {WHY}")
        assert accepted(difference(base, head, accepted=known)) == found


# --- the effect ----------------------------------------------------------------------------------


def test_what_is_accepted_counts_for_nothing() -> None:
    downstream = "INSERT INTO mart.kpi SELECT SUM(net) AS net FROM mart.orders"
    base, head = ({"a.sql": one, "b.sql": downstream} for one in (NET, GROSS))
    loud, quiet = (
        difference(base, head),
        difference(base, {**head, "a.sql": f"-- {LOGIC}\n{GROSS}"}),
    )
    assert (loud.severity, loud.impact.datasets) == ("medium", ("mart.kpi",))
    assert (quiet.severity, quiet.impact.datasets) == ("none", ())
    assert quiet.changes[0].severity == "medium"
    assert quiet.changes[0].impact == loud.changes[0].impact
    assert not blocks(parse("fail_on: low"), quiet.severity)
    assert "1 change is accepted" in quiet.narrative.markdown


def test_only_what_is_left_counts() -> None:
    report = difference({"a.sql": TWO.format("")}, {"a.sql": f"-- {LOGIC}\n{TWO.format(' + 1')}"})
    assert (accepted(report), counting(report), report.severity) == ({A}, {B}, "low")
    assert "`mart.b.x`" in report.narrative.markdown.split("\n")[0]


@pytest.mark.parametrize(
    ("until", "left", "valid"),
    [(None, None, True), (date(2026, 6, 1), 0, True), (date(2026, 6, 15), 14, True),
     (date(2026, 6, 16), None, True), (date(2026, 5, 31), None, False)],
)  # fmt: skip
def test_the_last_day_still_counts(until: date | None, left: int | None, valid: bool) -> None:  # noqa: FBT001
    comment = f"-- {LOGIC}, owner: finance" + (f", until: {until}" if until else "")
    report = difference({"a.sql": NET}, {"a.sql": f"{comment}\n{GROSS}"}, today=TODAY)
    first = next(change for change in report.changes if change.rule == "column-logic-changed")
    if valid:
        assert first.accepted is not None
        assert (first.accepted.until, first.accepted.days_left) == (until, left)
        assert report.severity == "none"
        return
    assert first.accepted is None
    [ended_] = [change for change in report.changes if change.rule == "acceptance-expired"]
    assert (ended_.severity, ended_.location.file, ended_.location.line) == ("medium", "a.sql", 1)
    assert ended_.before == "accepted until 2026-05-31 by finance: agreed"
    assert ended_.after == "not accepted: column-logic-changed of mart.orders.net"
    assert report.severity == "medium"


def test_one_that_still_holds_is_enough() -> None:
    head = {"a.sql": f"-- {LOGIC}, until: 2020-01-01\n{GROSS}"}
    report = difference(
        {"a.sql": NET}, head, accepted=configured(f"rule: column-logic-changed, {WHY}")
    )
    assert len(report.changes) == 1
    assert report.severity == "none"


def test_one_that_means_nothing_here_is_not_told() -> None:
    known = configured(
        f"rule: rows-changed, {WHY}", f"rule: rows-changed, {WHY}, until: 2020-01-01"
    )
    report = difference({"a.sql": NET}, {"a.sql": NET + " "}, accepted=known)
    assert (report.changes, report.warnings) == ((), ())


def test_what_a_file_accepts_is_kept_with_it() -> None:
    files = InMemory({"a.sql": f"-- {LOGIC}, until: 2027-01-31\n{NET}"})
    [lowered], _ = pipeline.lower(files, ["a.sql"])
    kept = msgspec.json.decode(msgspec.json.encode(lowered), type=type(lowered))
    assert kept.acceptances == lowered.acceptances
    assert kept.acceptances[0].until == date(2027, 1, 31)
