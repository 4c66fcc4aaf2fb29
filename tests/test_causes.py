"""A change made elsewhere than in its job is told once, with the place that makes it."""

import pytest

from guardian import verdict
from guardian.causes import first_line_apart
from guardian.render import Format, Page
from guardian.render.markdown import MARKDOWN
from guardian.render.terminal import RICH
from tests import casebook

RATES = '"""What a unit costs."""\n\n# reviewed each year\nRATE = {rate}\n'
JOB = """from pyspark.sql import SparkSession, functions as F
from lib.rates import RATE
spark = SparkSession.builder.getOrCreate()
spark.table("raw.{name}").withColumn("cost", F.col("n") * RATE).write.saveAsTable("mart.{name}")
"""
NAMES = ("beds", "staff", "vans")


def jobs(rate: str, **own: str) -> dict[str, str]:
    """Return three jobs that share a rate, some with text of their own behind them."""
    made = {f"jobs/{name}.py": JOB.format(name=name) + own.get(name, "") for name in NAMES}
    return {"lib/__init__.py": "", "lib/rates.py": RATES.format(rate=rate), **made}


def test_a_constant_that_many_jobs_use() -> None:
    report = casebook.difference(jobs("2"), jobs("3"), "spark")
    assert [(change.dataset, change.column) for change in report.changes] == [
        (f"mart.{name}", "cost") for name in NAMES
    ]
    assert {
        (change.cause.file, change.cause.line) for change in report.changes if change.cause
    } == {("lib/rates.py", 4)}
    ((first, alike),) = verdict.gathered(report.changes)
    assert (first.dataset, len(alike)) == ("mart.beds", 2)
    assert "in 3 datasets, because `lib/rates.py:4` changed" in verdict.sentence(report)


@pytest.mark.parametrize("form", [MARKDOWN, RICH], ids=lambda form: form.name)
def test_it_is_shown_once(form: Format) -> None:
    report = casebook.difference(jobs("2"), jobs("3"), "spark")
    text = form.render(report, Page(width=200, color=False))
    told = text.replace("`", "")
    assert "lib/rates.py:4 changed; the same for mart.staff.cost and mart.vans.cost" in told
    assert told.count("mart.vans") == 1


def test_a_job_that_changed_itself_has_no_other_cause() -> None:
    report = casebook.difference(jobs("2"), jobs("3", vans="x = 1\n"), "spark")
    told = {change.dataset: change.cause is not None for change in report.changes}
    assert told == {"mart.beds": True, "mart.staff": True, "mart.vans": False}


def test_one_input_for_another_is_one_finding() -> None:
    job = "CREATE TABLE mart.t AS SELECT id, sum(n) AS n FROM {} GROUP BY id"
    report = casebook.difference(
        {"t.sql": job.format("raw.visits")}, {"t.sql": job.format("raw.visits_v2")}
    )
    assert {change.rule for change in report.changes} == {"input-added", "input-removed"}
    ((first, others),) = verdict.gathered(report.changes)
    assert first.message == "`mart.t` is now made from `raw.visits_v2` instead of `raw.visits`."
    assert [change.rule for change in others] == ["input-removed"]


def test_a_name_given_at_run_time_is_another_table_in_each_job() -> None:
    table = "CREATE TABLE ${target} (a STRING, b STRING, c STRING)"
    jobs = {
        "one.hql": "INSERT INTO ${{target}} SELECT id, name{} FROM raw.x",
        "two.hql": "INSERT INTO ${{target}} SELECT k, v{} FROM raw.y",
    }
    before, after = (
        {"table.hql": table, **{path: text.format(more) for path, text in jobs.items()}}
        for more in ("", ", n")
    )
    report = casebook.difference(before, after, "spark")
    assert [(change.rule, change.column, change.job) for change in report.changes] == [
        ("column-added", "n", "one.hql"),
        ("column-added", "n", "two.hql"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            "GROUP BY id, LPAD(day, 2, '0')",
            "GROUP BY id",
            ("LPAD(DAY, 2, '0')", "GROUP BY ID"),
        ),
        ("WHERE day = :d", "WHERE day > :d", ("DAY = :d", "DAY > :d")),
        (
            "WHERE regexp_substr(day, '^a', 1, 2) IS NULL",
            "WHERE regexp_substr(day, '^b', 1, 2) IS NULL",
            ("^a", "^b"),
        ),
    ],
    ids=["padded", "a parameter last", "no inner options"],
)
def test_a_clause_reads_as_people_write_it(before: str, after: str, told: tuple[str, str]) -> None:
    job = "CREATE TABLE t AS SELECT id, count(*) AS n FROM x {}"
    grouped = "" if "GROUP" in before else " GROUP BY id"
    report = casebook.difference(
        {"t.sql": job.format(before + grouped)}, {"t.sql": job.format(after + grouped)}, "snowflake"
    )
    rows = next(change for change in report.changes if change.rule == "rows-changed")
    for text, part in zip((rows.before, rows.after), told, strict=True):
        assert text is not None
        assert part in text
        assert "true" not in text


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("a\nb\nc\n", "a\nB\nc\n", 2),
        ("a\n# one\nb\n", "a\n# two\nB\n", 3),
        ("a\n# one\nb\n", "a\n# two\nb\n", 2),
        ("a\nb\nc\n", "a\nc\n", 2),
        ("a\n", "a\n\n\nb\n", 4),
        ("", "a\n", 1),
        ("a\n", "", 1),
    ],
)
def test_the_first_line_apart(before: str, after: str, line: int) -> None:
    assert first_line_apart(before, after) == line
