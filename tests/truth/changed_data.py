"""The base tables, and a copy of one with one column changed, many times over.

Each copy lies in a schema of its own. With that schema first on the search path a query reads the
changed column and everything else as it was.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import duckdb

Cells: TypeAlias = list[Any]
Source: TypeAlias = tuple[str, str]  # table, column


@dataclass(frozen=True, slots=True)
class World:
    """A database, and for each column of its tables the schemas in which that column differs."""

    database: duckdb.DuckDBPyConnection
    variants: Mapping[Source, Sequence[str]]
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)


def world(database: duckdb.DuckDBPyConnection, *, pool: Mapping[str, Cells] | None = None) -> World:
    """Return the tables of schema `main` with their variants; `pool` are more values by type."""
    variants: dict[Source, list[str]] = {}
    columns: dict[str, list[str]] = {}
    for table, column, kind, unique in _columns(database):
        columns.setdefault(table, []).append(column)
        cells = [
            row[0] for row in database.sql(f'SELECT "{column}" FROM main."{table}"').fetchall()
        ]
        more = (pool or {}).get(kind, [])
        for number, changed in enumerate(
            _changes(cells, kind, more, f"{table}.{column}", unique=unique)
        ):
            schema = f"{table}_{column}_{number}"
            _copy(database, schema, table, column, kind, changed)
            variants.setdefault((table, column), []).append(schema)
    return World(database, variants, columns)


def _columns(database: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, bool]]:
    keys = database.sql(
        "SELECT table_name, unnest(constraint_column_names) FROM duckdb_constraints()"
        " WHERE constraint_type = 'PRIMARY KEY'"
    ).fetchall()
    found = database.sql(
        "SELECT table_name, column_name, data_type FROM duckdb_columns()"
        " WHERE schema_name = 'main' AND NOT internal ORDER BY table_name, column_index"
    ).fetchall()
    return [(table, column, kind, (table, column) in keys) for table, column, kind in found]


def _copy(
    database: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    column: str,
    kind: str,
    cells: Cells,
) -> None:
    database.execute(f'CREATE SCHEMA "{schema}"')
    database.execute(
        f'CREATE TABLE "{schema}"."{table}" AS SELECT * REPLACE'
        f' (($cells::{kind}[])[row_number() OVER (ORDER BY rowid)] AS "{column}")'
        f' FROM main."{table}" ORDER BY rowid',
        {"cells": cells},
    )


# --- how a column changes -------------------------------------------------------------------------

ANEW: Mapping[str, Callable[[int], Any]] = {
    "INTEGER": lambda number: 1000 + number,
    "BIGINT": lambda number: 1000 + number,
    "VARCHAR": lambda number: f"new{number}",
}
ROUNDS = 4


def _changes(cells: Cells, kind: str, more: Cells, name: str, *, unique: bool) -> Iterator[Cells]:
    """Yield the column's cells otherwise: moved about, exchanged, made the same, emptied, new."""
    chance = random.Random(name)  # noqa: S311 - no secret
    yield cells[1:] + cells[:1]
    yield cells[::-1]
    if kind in ANEW:
        yield [None if cell is None else ANEW[kind](place) for place, cell in enumerate(cells)]
    if unique:
        for _ in range(ROUNDS):
            yield chance.sample(cells, len(cells))
            changed = list(cells)
            changed[chance.randrange(len(cells))] = ANEW[kind](chance.randrange(99))
            yield changed
        return
    values = _distinct([*cells, *more])
    yield [None] * len(cells)
    yield _relabelled(cells, values)
    yield [values[-1]] * len(cells)
    yield _by_rank(cells)
    for _ in range(ROUNDS):
        yield chance.sample(cells, len(cells))
        yield _some(cells, values, 1, chance)
        yield _some(cells, values, len(cells) // 2, chance)
        if kind in ANEW:
            yield _some(cells, [ANEW[kind](chance.randrange(99))], 1, chance)


def _distinct(cells: Cells) -> Cells:
    """Return the different values, NULL among them."""
    found: Cells = []
    for cell in (None, *cells):
        if cell not in found:
            found.append(cell)
    return found


def _relabelled(cells: Cells, values: Cells) -> Cells:
    """Return every value exchanged for another one: equal cells stay equal, NULL stays NULL."""
    known = values[1:]
    return [None if cell is None else known[(known.index(cell) + 1) % len(known)] for cell in cells]


def _by_rank(cells: Cells) -> Cells:
    """Return the cells in order, so that ties and gaps lie elsewhere."""
    return sorted(cells, key=lambda cell: (cell is None, str(cell)))


def _some(cells: Cells, values: Cells, count: int, chance: random.Random) -> Cells:
    changed = list(cells)
    for place in chance.sample(range(len(cells)), count):
        changed[place] = chance.choice([value for value in values if value != cells[place]])
    return changed
