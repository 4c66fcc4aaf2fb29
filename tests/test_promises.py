"""What readers are promised, and what a change upstream makes of it."""

import pytest

from tests.casebook import difference
from tests.test_conformance import contract, sql

PAID = "CASE kind WHEN 1 THEN 'card' WHEN 2 THEN 'cash' END"
CRYPTO = "CASE kind WHEN 1 THEN 'card' WHEN 2 THEN 'cash' WHEN 3 THEN 'crypto' END"
ALLOWED = "v: enum: [{value: card}, {value: cash}, {value: other}]"


def promised(
    reader: str, columns: str = ALLOWED, before: str = PAID, after: str = CRYPTO
) -> list[tuple[str, str, str]]:
    """Return the promises that break downstream when the source of `reader` is made otherwise."""
    files = {
        "contracts/m.odcs.yaml": contract(columns, "m"),
        "m.sql": f"CREATE TABLE m AS {reader}",
    }
    old, new = (
        {**files, "j.sql": sql(f"SELECT id, {value} AS v FROM r")} for value in (before, after)
    )
    report = difference(old, new)
    return [(one.dataset, one.column, one.text) for one in report.impact.promises]


BROKEN = [("m", "v", "one of card, cash, other; crypto is written now")]


@pytest.mark.parametrize(
    "reader",
    [
        "SELECT v FROM t",
        "SELECT COALESCE(v, 'other') AS v FROM t",
        "SELECT CASE WHEN v = 'card' THEN 'card' ELSE v END AS v FROM t",
        "SELECT CASE WHEN n > 3 THEN v ELSE 'other' END AS v FROM t",
        "SELECT MAX(v) AS v FROM t GROUP BY id",
        "SELECT x.v FROM (SELECT id, v FROM t WHERE id > 0) AS x LEFT JOIN y ON y.id = x.id",
        "SELECT v FROM t UNION ALL SELECT 'card' FROM y",
    ],
)
def test_a_new_value_that_a_reader_is_promised_not_to_meet(reader: str) -> None:
    """The constant of a new branch is followed to the contract of whoever passes it on."""
    assert promised(reader) == BROKEN


@pytest.mark.parametrize(
    "reader",
    [
        "SELECT CASE v WHEN 'card' THEN 'card' WHEN 'cash' THEN 'cash' ELSE 'other' END AS v FROM t",
        "SELECT CASE WHEN v IN ('card', 'cash') THEN v ELSE 'other' END AS v FROM t",
        "SELECT CASE WHEN NOT (v = 'card' OR v = 'cash') THEN 'other' ELSE v END AS v FROM t",
        "SELECT CASE v WHEN 'crypto' THEN 'other' ELSE v END AS v FROM t",
        "SELECT CONCAT('paid by ', v) AS v FROM t",
        "SELECT 'card' AS v FROM t WHERE v = 'crypto'",
    ],
)
def test_a_new_value_that_a_reader_handles(reader: str) -> None:
    """A reader that lists what it knows, and has a branch for the rest, breaks nothing."""
    assert promised(reader) == []


def test_a_reader_that_sorts_a_new_value_wrongly() -> None:
    """What a CASE makes of it is what counts."""
    reader = "SELECT CASE WHEN v = 'card' THEN 'card' WHEN v = 'cash' THEN 'cash' ELSE '?' END AS v FROM t"
    assert promised(reader) == [("m", "v", "one of card, cash, other; ? is written now")]


def test_a_null_that_a_reader_is_promised_not_to_meet() -> None:
    """NULL goes on through what passes it, and ends where it is filled."""
    null = {"columns": "v: required: true", "before": "COALESCE(w, 1)", "after": "NULLIF(w, 1)"}
    assert promised("SELECT v + 0 AS u, v FROM t", **null) == [
        ("m", "v", "not null; NULL is written now")
    ]
    assert promised("SELECT COALESCE(v, 0) AS v FROM t", **null) == []


def test_a_promise_two_jobs_away_makes_a_change_worse() -> None:
    """It is named with its file and line, in the reason that people read."""
    files = {
        "contracts/m.odcs.yaml": contract(ALLOWED, "m"),
        "l.sql": "CREATE TABLE l AS SELECT v AS w FROM t",
        "m.sql": "CREATE TABLE m AS SELECT UPPER(LOWER(w)) AS x, w AS v FROM l",
    }
    before, after = (
        {**files, "j.sql": sql(f"SELECT {value} AS v FROM r")} for value in (PAID, CRYPTO)
    )
    (change,) = difference(before, after).changes
    assert (change.severity, change.impact.promises[0].file) == ("high", "contracts/m.odcs.yaml")
    assert change.impact.promises[0].line == 9
    assert "`m.v: one of card, cash, other; crypto is written now`" in change.because
