"""The witness search: what it runs is what the author wrote, and what it shows is so."""

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from guardian import pipeline
from guardian.engines.contained import Contained
from guardian.engines.witness.functions import UnsupportedError
from guardian.engines.witness.kinds import Kinds
from guardian.engines.witness.questions import question
from guardian.engines.witness.search import FUNCTION, search
from guardian.engines.witness.statements import Tables, select
from guardian.lineage.link import link
from guardian.lineage.schemas import UNKNOWN
from guardian.model.changes import Change, Witness
from guardian.model.definition import Definition
from guardian.render import example
from tests import casebook, test_relations
from tests.truth import claims, generated

PATIENT = partial(search, seconds=60.0)
QUERIES = sorted({
    query
    for pairs in (test_relations.EQUAL, test_relations.DIFFERENT)
    for pair in pairs.values()
    for query in pair
})  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_a_definition_runs_as_its_author_wrote_it(query: str) -> None:
    assert runs_alike(f"{test_relations.SCHEMA}{test_relations.DATA}", query) is not False


TRUTH = Path(__file__).parent / "truth"
TRUE_TABLES = (TRUTH / "tables.sql").read_text(encoding="utf-8")
TRUE_QUERIES = [
    pytest.param(case.text, id=f"{path.stem}: {case.name}")
    for path in sorted((TRUTH / "queries").glob("*.sql"))
    for case in claims.cases(path)
    if case.is_query
]


@pytest.mark.parametrize("query", TRUE_QUERIES)
def test_what_is_run_of_a_query_gives_what_the_query_gives(query: str) -> None:
    assert runs_alike(TRUE_TABLES, query) is not False


def test_most_queries_are_run() -> None:
    tables = f"{test_relations.SCHEMA}{test_relations.DATA}"
    run = sum(runs_alike(tables, query) is not None for query in QUERIES[::3])
    assert run / len(QUERIES[::3]) > 0.9


@pytest.mark.parametrize("seed", range(0, 120, 4))
def test_what_is_run_of_a_nested_query_gives_what_the_query_gives(seed: int) -> None:
    assert runs_alike(generated.TABLES, generated.query(seed).text) is not False


def runs_alike(tables: str, query: str) -> bool | None:
    """Return whether what is run of a query gives the query's own rows; None where nothing is."""
    made = definition(tables, query)
    values = [column.expression for column in made.columns]
    known = Tables(Kinds((made.rows, *values), lambda *_: None))
    try:
        statement = select(made.rows, values, known)
    except UnsupportedError:
        return None
    database = duckdb.connect()
    database.execute(tables)
    for place, (name, columns) in enumerate(known.columns.items()):
        listed = ", ".join(f"{column} AS c{number}" for number, column in enumerate(columns)) or "1"
        database.execute(f"CREATE SCHEMA own{place}")
        database.execute(f"CREATE VIEW own{place}.t{place} AS SELECT {listed} FROM main.{name}")
    path = ",".join(f"own{place}" for place in range(len(known.columns)))
    wanted = database.execute(query).fetchall()
    named = [entry[0] for entry in database.description or ()]
    database.execute(f"SET search_path = '{path or 'main'}'")
    try:
        given = database.execute(statement).fetchall()
    except duckdb.BinderException:
        return None  # DuckDB refuses what it would have to take apart: then nothing is said
    told = len(set(named)) == len(named) == len(values)  # of two columns of one name it has one
    return bag(given) == bag(wanted) if told else None


def definition(tables: str, query: str) -> Definition:
    files = {"schema.sql": tables, "job.sql": f"CREATE TABLE mart.out AS {query}"}
    lowered, _ = pipeline.lower(casebook.InMemory(files), sorted(files))
    return link(lowered).definitions["mart.out"][0]


def bag(rows: Sequence[Sequence[Any]]) -> Counter[Any]:
    return Counter(tuple(map(_value, row)) for row in rows)


def _value(value: Any) -> Any:
    """Return a value without what engines are free in: a division by zero, a sum's last digits."""
    if isinstance(value, Decimal | float):
        return None if value in INFINITE else float(f"{value:.9g}")
    return value


INFINITE = {float("inf"), float("-inf")}


# --- what is shown ----------------------------------------------------------------------------


@pytest.mark.parametrize("pair", test_relations.DIFFERENT.values(), ids=test_relations.DIFFERENT)
def test_every_witness_holds_for_the_authors_own_queries(pair: tuple[str, str]) -> None:
    changes = changes_between(*pair)
    shown = [(change, change.evidence.witness) for change in changes if change.evidence]
    for change, witness in shown:
        if witness is None:
            continue  # then the report says so, and is less sure
        base, head = (outputs(query, witness) for query in pair)
        assert (len(base), len(head)) == (witness.rows_before, witness.rows_after)
        assert witness.before or witness.after
        before, after = (told(rows, witness.columns) for rows in (base, head))
        assert Counter(witness.before) <= before - after
        assert Counter(witness.after) <= after - before
        assert change.confidence == 1.0


def test_most_differences_are_shown() -> None:
    pairs = list(test_relations.DIFFERENT.values())[::3]
    found = [change for pair in pairs for change in changes_between(*pair)]
    shown = [change for change in found if change.evidence and change.evidence.witness]
    assert len(shown) / len(found) > 0.75


def changes_between(base: str, head: str) -> list[Change]:
    found = casebook.difference(
        test_relations.files(base), test_relations.files(head), search=PATIENT
    ).changes
    return [change for change in found if change.rule in {"rows-changed", "column-logic-changed"}]


def outputs(query: str, witness: Witness) -> list[dict[str, str | None]]:
    database = duckdb.connect()
    database.execute(
        re.sub(r", PRIMARY KEY \(.*?\)|PRIMARY KEY|NOT NULL|UNIQUE", "", test_relations.SCHEMA)
    )
    for item in witness.inputs:
        listed = ", ".join(item.columns)
        marks = ", ".join("?" * len(item.columns))
        for row in item.rows:
            database.execute(f"INSERT INTO {item.dataset} ({listed}) VALUES ({marks})", row)
    result = database.execute(query)
    names = [entry[0] for entry in result.description or ()]
    return [dict(zip(names, map(text, row), strict=True)) for row in result.fetchall()]


def text(value: object) -> str | None:
    if isinstance(value, Decimal | float):
        shown = float(f"{value:.9g}")
        return str(int(shown) if shown.is_integer() else shown)
    return None if value is None else str(value)


def told(rows: list[dict[str, str | None]], columns: Sequence[str]) -> Counter[Any]:
    return Counter(tuple(row[column] for column in columns) for row in rows)


def test_the_same_definitions_are_told_by_the_same_rows() -> None:
    pair = test_relations.DIFFERENT["another grain"]
    assert changes_between(*pair) == changes_between(*pair)


def test_a_change_that_no_rows_show_is_less_sure() -> None:
    (change,) = changes_between(
        "SELECT id FROM t WHERE upper(s) <> 'B'", "SELECT id FROM t WHERE upper(lower(s)) <> 'B'"
    )
    assert change.evidence is not None
    assert change.evidence.witness is None
    assert change.evidence.tries >= 20
    assert change.confidence < 0.5
    assert example.sentence(change) == f"no difference found in {change.evidence.tries} tries"


def test_ties_that_are_broken_arbitrarily_are_no_difference() -> None:
    first = "SELECT k, id FROM t QUALIFY row_number() OVER (PARTITION BY k ORDER BY x) = 1"
    other = "SELECT k, id FROM t QUALIFY row_number() OVER (PARTITION BY k ORDER BY x, 1 + 0) = 1"
    for change in changes_between(first, other):
        assert change.evidence is None or change.evidence.witness is None


@pytest.mark.parametrize(
    ("base", "head", "sentence"),
    [
        (
            "SELECT x FROM t",
            "SELECT coalesce(x, 0) AS x FROM t",
            "with `t` `(x = NULL)`: `x` is `NULL` before, `0` after",
        ),
        (
            "SELECT id FROM t WHERE x > 100",
            "SELECT id FROM t WHERE x >= 100",
            "no row before, 1 row after; `(id = {id})` only after",
        ),
    ],
)
def test_a_witness_is_told_in_a_sentence(base: str, head: str, sentence: str) -> None:
    (change,) = changes_between(base, head)
    evidence = change.evidence
    assert evidence is not None
    assert evidence.witness is not None
    number = next(
        (
            row[item.columns.index("id")]
            for item in evidence.witness.inputs
            for row in item.rows
            if "id" in item.columns
        ),
        "",
    )
    assert sentence.format(id=number) in example.sentence(change)


# --- safety -----------------------------------------------------------------------------------


def test_what_runs_has_no_files_and_no_settings(tmp_path: Any) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    made = definition(test_relations.SCHEMA, "SELECT id FROM t")
    asked = question(
        made, made, lambda one, other: one is other, [], lambda _: UNKNOWN, rows=True, seconds=1.0
    )
    with Contained(FUNCTION) as child:
        for statement in (
            f"SELECT a AS v0 FROM read_csv('{secret}')",
            f"SELECT * FROM '{secret}'",
            "SELECT getenv('HOME') AS v0",
        ):
            altered = msgspec.structs.replace(asked, base=statement)
            answer = child.ask(msgspec.to_builtins(altered))
            assert answer["failed"], statement


def test_a_statement_that_never_ends_is_cut_off() -> None:
    made = definition(test_relations.SCHEMA, "SELECT id FROM t")
    asked = question(
        made, made, lambda one, other: one is other, [], lambda _: UNKNOWN, rows=True, seconds=0.2
    )
    endless = "SELECT count(*) AS v0 FROM range(1000000000) a, range(1000000000) b"
    with Contained(FUNCTION) as child:
        answer = child.ask(msgspec.to_builtins(msgspec.structs.replace(asked, base=endless)))
    assert not answer["found"]
    assert answer["tries"] == 0
