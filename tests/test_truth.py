"""Column edges held against execution: every query runs on data in which one column changes at a time.

Two questions for each query. Are our edges those that are written beside it? And does DuckDB agree:
does everything that moves have an edge, and everything that has an edge move?
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from guardian.model.lineage import Lineage
from tests.truth import claims, generated, movement, tpcds
from tests.truth.changed_data import World, world
from tests.truth.claims import Case

HERE = Path(__file__).parent / "truth"
TABLES = (HERE / "tables.sql").read_text(encoding="utf-8")
CASES = [
    pytest.param(case, id=f"{path.stem}: {case.name}")
    for path in sorted((HERE / "queries").glob("*.sql"))
    for case in claims.cases(path)
]
RESULT, TARGET = "result", "out.o"


@pytest.fixture(scope="module")
def changed() -> Iterator[World]:
    with duckdb.connect() as database:
        database.execute("SET threads = 1; SET memory_limit = '1GB'")
        database.execute(TABLES)
        yield world(database)


def script(case: Case) -> str:
    return f"CREATE TABLE {RESULT} AS {case.text}" if case.is_query else case.text


def target(case: Case) -> str:
    return RESULT if case.is_query else TARGET


def sure(document: Lineage) -> bool:
    return not document.warnings and all(edge.confidence == 1.0 for edge in document.edges)


@pytest.mark.parametrize("case", CASES)
def test_edges_are_those_beside_the_query(case: Case, changed: World) -> None:
    document = claims.lineage(script(case), TABLES)
    assert claims.written(claims.into(document, target(case))) == claims.written(case.truth)
    assert sure(document)
    if case.is_query:
        assert claims.outputs(document, RESULT) == movement.columns_made(changed, case.text)


@pytest.mark.parametrize("case", CASES)
def test_execution_shows_those_edges_and_no_other(case: Case, changed: World) -> None:
    if case.is_query:
        run, columns = movement.of_query(case.text), movement.columns_made(changed, case.text)
    else:
        run = movement.of_script(case.text, TARGET)
        columns = movement.columns_left(changed, case.text, TARGET)
    found = movement.findings(
        changed, run, columns, case.truth, movement.sources_of(changed, case.text), case.mentions
    )
    assert found.missed == []
    assert found.unseen == {(place, source) for place, _, source in case.unseen}


# --- queries that are put together with their lineage ----------------------------------------------

SEEDS = range(120)
EXECUTED = range(0, 120, 8)


@pytest.fixture(scope="module")
def few() -> Iterator[World]:
    with duckdb.connect() as database:
        database.execute("SET threads = 1; SET memory_limit = '1GB'")
        database.execute(generated.TABLES)
        yield world(database)


def traced(query: generated.Query) -> Lineage:
    return claims.lineage(f"CREATE TABLE {RESULT} AS {query.text}", generated.TABLES)


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_of_a_generated_query(seed: int) -> None:
    """What flows is told exactly; what decides may be less where it can be shown to decide nothing."""
    query = generated.query(seed)
    document = traced(query)
    found = claims.into(document, RESULT)
    of_columns = {claim for claim in found if claim[0] not in {claims.ROWS, claims.ROWS_KEPT}}
    flowing = {claim for claim in query.claims() if claim[1] in generated.RANK}
    assert flowing <= of_columns <= query.claims(), query.text
    assert {source for place, _, source in found if place == claims.ROWS} <= query.rows, query.text
    assert sure(document)


@pytest.mark.parametrize("seed", EXECUTED)
def test_nothing_moves_in_a_generated_query_without_an_edge(seed: int, few: World) -> None:
    query = generated.query(seed)
    found = movement.findings(
        few, movement.of_query(query.text), list(query.columns),
        claims.into(traced(query), RESULT), movement.sources_of(few, query.text),
    )  # fmt: skip
    assert found.missed == [], query.text


# --- TPC-DS ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "text"), tpcds.queries() or [pytest.param(0, "", id="absent")])
def test_every_query_of_tpcds_is_understood(number: int, text: str) -> None:
    if not number:
        pytest.skip(tpcds.HOW_TO_GET)
    document = claims.lineage(f"CREATE TABLE {RESULT} AS {text}", tpcds.tables(text))
    assert document.edges
    assert sure(document)


# --- what is not understood ------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", ["'(k+)+$'", "lambda c: upper(c) = 'K'"])
def test_columns_by_a_choice_that_is_not_made_here(chosen: str) -> None:
    """A pattern that may run for long, a function we do not run: all columns, and less sure."""
    document = claims.lineage(f"CREATE TABLE {RESULT} AS SELECT COLUMNS({chosen}) FROM u", TABLES)
    assert {source for _, _, source in claims.into(document, RESULT)} == {
        "u.k",
        "u.s",
        "u.y",
        "u.z",
    }
    assert all(edge.confidence < 1 for edge in document.edges)
    (warning,) = document.warnings
    assert "COLUMNS" in warning.message
