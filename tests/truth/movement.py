"""What moves in a query's result when one source column changes, held against claimed edges."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import duckdb

from tests.truth.changed_data import Source, World
from tests.truth.claims import ROWS, ROWS_KEPT, Claim

Rows: TypeAlias = list[tuple[str, ...]]

ENOUGH = 4  # variants of a column, once everything claimed of it has been seen
FEW = 2  # variants of a column that the query does not mention


@dataclass(slots=True)
class Findings:
    """`missed`: effects without an edge. `unseen`: (target, source) of edges without an effect."""

    missed: list[str] = field(default_factory=list)
    unseen: set[tuple[str, str]] = field(default_factory=set)


def findings(
    world: World,
    run: Callable[[duckdb.DuckDBPyConnection], Rows],
    columns: Sequence[str],
    claimed: Collection[Claim],
    sources: Iterable[Source],
    mentioned: Callable[[str], bool] = lambda _: True,
) -> Findings:
    """Return where `claimed` and what is seen disagree, over every variant of `sources`.

    `run` gives the rows of the query; `columns` are their names. Where the rows stay the same, a
    column that moves must have an edge; where no edge bears on the rows, they must stay. A bag of
    rows is all that is compared: their order is nobody's promise.
    """
    found = Findings()
    base = at(world, "main", run)
    for source in sources:
        targets = _targets(claimed, source)
        seen: set[str] = set()
        schemas = world.variants[source]
        for tried, schema in enumerate(schemas[: None if mentioned(source[1]) else FEW]):
            if tried >= ENOUGH and not targets - seen - {ROWS_KEPT} and targets:
                break
            changed = at(world, schema, run)
            missed = _effects(base, changed, columns, targets, seen)
            if missed:
                found.missed.append(f"{schema}: {missed}")
                break
        name = ".".join(source)
        found.unseen |= {(target, name) for target in targets - seen - {ROWS_KEPT}}
    return found


def at(world: World, schema: str, run: Callable[[duckdb.DuckDBPyConnection], Rows]) -> Rows:
    """Return what the query gives where the tables of `schema` stand before the others."""
    world.database.execute(f"SET search_path = '{schema},main'")
    return run(world.database)


def _targets(claimed: Collection[Claim], source: Source) -> set[str]:
    """Return what `source`, or a field of it, is said to move."""
    name = ".".join(source)
    return {
        target for target, _, origin in claimed if origin == name or origin.startswith(f"{name}.")
    }


def _effects(
    base: Rows, changed: Rows, columns: Sequence[str], targets: set[str], seen: set[str]
) -> str:
    """Add to `seen` what moved as claimed; return what moved though nothing was claimed."""
    moved = [place for place, name in enumerate(columns) if name in targets]
    still = [place for place, name in enumerate(columns) if name not in targets]
    stays = _bag(base, still) == _bag(changed, still)
    if len(base) != len(changed) or not stays:
        if ROWS in targets:
            seen.add(ROWS)
        elif len(base) != len(changed):
            return f"{len(base)} rows became {len(changed)}"
        elif ROWS_KEPT not in targets:
            return f"moved: {_named(base, changed, columns, still)}"
    for place in moved:
        beside = _bag(base, [*still, place]) != _bag(changed, [*still, place])
        alone = _bag(base, [place]) != _bag(changed, [place])
        if (stays and beside) or (ROWS in targets and alone):
            seen.add(columns[place])
    if not still and base != changed:
        seen.add(ROWS)
    return ""


def _bag(rows: Rows, places: Sequence[int]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(row[place] for place in places) for row in rows)


def _named(base: Rows, changed: Rows, columns: Sequence[str], places: Sequence[int]) -> str:
    alone = [columns[place] for place in places if _bag(base, [place]) != _bag(changed, [place])]
    return ", ".join(alone) or "how columns stand together"


def plain(rows: Iterable[Sequence[object]]) -> Rows:
    """Return rows as texts, which compare and count whatever the values are."""
    return [tuple(map(repr, row)) for row in rows]


def of_query(text: str) -> Callable[[duckdb.DuckDBPyConnection], Rows]:
    """Return what runs one query."""
    return lambda database: plain(database.execute(text).fetchall())


def of_script(text: str, target: str) -> Callable[[duckdb.DuckDBPyConnection], Rows]:
    """Return what runs statements, reads what they made of `target`, and takes all of it back."""

    def run(database: duckdb.DuckDBPyConnection) -> Rows:
        database.execute("BEGIN")
        try:
            database.execute(text)
            return plain(database.execute(f"SELECT * FROM {target}").fetchall())
        finally:
            database.execute("ROLLBACK")

    return run


def columns_made(world: World, query: str) -> list[str]:
    """Return the columns that a table made of a query has."""
    return _columns(world, f"CREATE TABLE made AS {query}", "made")


def columns_left(world: World, script: str, target: str) -> list[str]:
    """Return the columns that `target` has once a script has run."""
    return _columns(world, script, target)


def _columns(world: World, script: str, table: str) -> list[str]:
    world.database.execute("SET search_path = 'main'")
    world.database.execute("BEGIN")
    try:
        world.database.execute(script)
        found = world.database.execute(f"DESCRIBE {table}").fetchall()
    finally:
        world.database.execute("ROLLBACK")
    return [str(row[0]).lower() for row in found]


def sources_of(world: World, text: str) -> list[Source]:
    """Return the columns of the tables that a text mentions."""
    words = set(re.findall(r"\w+", text.lower()))
    return [source for source in world.variants if source[0] in words]
