"""Runs a script in DuckDB on made-up rows, and says what it left in its target."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any, TypeAlias

import duckdb
import sqlglot
from sqlglot import exp

Rows: TypeAlias = Counter[tuple[Any, ...]]
ROWS_EACH = 14
TRIES = 2
SHUFFLES = 6
# What may give another result where rows lie in another order.
_HEEDS_ORDER = re.compile(
    r"\b(?:over|limit|fetch|top|sample|tablesample|asof|distinct\s+on|random|uuid|first|last|any_value"
    r"|arbitrary|mode|list|group_concat|histogram|arg_m\w+|m\w+_by|\w+_agg|\w*array\w*|approx\w+"
    r"|window|qualify|update|merge|insert)\b",
    re.IGNORECASE,
)
DAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a target held on each of some data sets, the columns by name; None where it failed."""

    results: tuple[tuple[tuple[str, ...], Rows] | None, ...]

    @property
    def failed(self) -> bool:
        return None in self.results


class Database:
    """The tables of a script with several data sets: the author's own rows, and random ones."""

    def __init__(self, tables: str, text: str, seed: int = 0, tries: int = TRIES) -> None:
        self.tables = tables
        self.first = _connection(tables, 0)
        self.chance = Random(seed)
        self.literals = _literals(text)
        # What the script does not name stays as it is: nobody looks.
        named = set(re.findall(r"\w+", text.lower()))
        found = _kinds(tables).items()
        self.kinds = {table: kind for table, kind in found if table.lower().split(".")[-1] in named}
        own = {table: self._rows(table) for table in self.kinds}
        self.authored = own
        self.data = [own] if any(own.values()) else []
        self.data += [self._made() for _ in range(tries)]
        self.opened = [self._filled_with(data, 1 + n) for n, data in enumerate(self.data)]

    def run(self, script: str, target: str) -> Ran:
        """Return what a script leaves in its target, on each data set."""
        return Ran(tuple(_once(connection, script, target) for connection in self.opened))

    def is_steady(self, script: str, target: str, ran: Ran) -> bool:
        """Return whether a script leaves the same when the rows lie the other way round."""
        orders = [lambda rows: rows[::-1], *[self._shuffled] * SHUFFLES]
        for order in orders if _HEEDS_ORDER.search(script) and not ran.failed else ():
            turned = [{table: order(rows) for table, rows in data.items()} for data in self.data]
            back = (_once(self._filled_with(data, 0), script, target) for data in turned)
            if ran != Ran(tuple(back)):
                return False
        _filled(self.first, self.authored)
        return not ran.failed

    def _shuffled(self, rows: list[Any]) -> list[Any]:
        return self.chance.sample(rows, len(rows))

    def _filled_with(self, data: dict[str, list[Any]], number: int) -> duckdb.DuckDBPyConnection:
        return _filled(_connection(self.tables, number), data)

    # --- data --------------------------------------------------------------------------------------

    def _rows(self, table: str) -> list[Any]:
        return self.first.execute(f"SELECT * FROM {table}").fetchall()

    def _made(self) -> dict[str, list[Any]]:
        return {table: self._random(table, declared) for table, declared in self.kinds.items()}

    def _random(self, table: str, declared: "Declared") -> list[Any]:
        if any(
            kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "JSON"))
            for kind in declared.columns.values()
        ):
            return self._rows(table)
        cells = [self._cells(column, declared) for column in declared.columns]
        rows = list(zip(*cells, strict=True))
        return declared.kept(rows + rows[:2])

    def _cells(self, column: str, declared: "Declared") -> list[Any]:
        kind = declared.columns[column]
        pool = _pool(kind, self.literals.get(column.lower(), []), self.literals.get("", []))
        if (column,) in declared.keys:
            pool = _distinct(pool + [_another(kind, n) for n in range(ROWS_EACH)])[:ROWS_EACH]
            made = iter(self.chance.sample(pool, len(pool)))
        else:
            made = iter(self.chance.choices(pool, k=ROWS_EACH))
        some = 0.0 if column in declared.required else 0.15
        return [None if self.chance.random() < some else next(made) for _ in range(ROWS_EACH)]


@dataclass(slots=True)
class Declared:
    """What a table is declared to hold: its columns with their types, keys, what is never NULL."""

    columns: dict[str, str] = field(default_factory=dict)
    keys: set[tuple[str, ...]] = field(default_factory=set)
    required: set[str] = field(default_factory=set)

    def kept(self, rows: list[Any]) -> list[Any]:
        """Return the rows that keep to the keys: those of earlier rows with NULLs may repeat."""
        names = list(self.columns)
        taken: set[tuple[Any, ...]] = set()
        found = []
        for row in rows:
            held = [(key, *(row[names.index(name)] for name in key)) for key in self.keys]
            if taken.isdisjoint(held):
                found.append(row)
                taken.update(key for key in held if None not in key)
        return found


@lru_cache(64)
def _kinds(tables: str) -> dict[str, Declared]:
    """Return what each table is declared to hold."""
    with duckdb.connect() as connection:
        connection.execute(tables)
        constraints = connection.execute(
            "SELECT schema_name, table_name, constraint_type, constraint_column_names"
            " FROM duckdb_constraints()"
        ).fetchall()
        columns = connection.execute(
            "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns()"
            " WHERE NOT internal ORDER BY table_oid, column_index"
        ).fetchall()
    found: dict[str, Declared] = {}
    for schema, table, column, kind in columns:
        found.setdefault(_named(schema, table), Declared()).columns[column] = kind
    for schema, table, kind, names in constraints:
        declared = found[_named(schema, table)]
        if kind in {"PRIMARY KEY", "UNIQUE"}:
            declared.keys.add(tuple(names))
        if kind in {"PRIMARY KEY", "NOT NULL"}:
            declared.required.update(names)
    return found


def _named(schema: str, table: str) -> str:
    return table if schema == "main" else f"{schema}.{table}"


_KEY = re.compile(r",\s*(?:PRIMARY KEY|UNIQUE) ?\([^)]*\)| (?:PRIMARY KEY|UNIQUE)")


@lru_cache(64)
def _connection(tables: str, _: int) -> duckdb.DuckDBPyConnection:
    """Return one of the databases that hold these tables, each number another one.

    One `Database` uses them at a time.
    """
    connection = duckdb.connect()
    connection.execute("SET threads = 1; SET memory_limit = '500MB'")
    # Rows keep what is declared by how they are made; a key that was deleted may still be held.
    connection.execute(_KEY.sub("", tables))
    return connection


def _filled(
    connection: duckdb.DuckDBPyConnection, data: dict[str, list[Any]]
) -> duckdb.DuckDBPyConnection:
    for table, rows in data.items():
        connection.execute(f"DELETE FROM {table}")
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            values = ", ".join([f"({marks})"] * len(rows))
            flat = [cell for row in rows for cell in row]
            connection.execute(f"INSERT INTO {table} VALUES {values}", flat)
    return connection


def _once(
    connection: duckdb.DuckDBPyConnection, script: str, target: str
) -> tuple[tuple[str, ...], Rows] | None:
    """Return what a script leaves in its target, the columns by name; then undo it."""
    connection.execute("BEGIN")
    try:
        connection.execute(script)
        found = connection.execute(f"SELECT * FROM {target}")
        named = [str(entry[0]).lower() for entry in found.description or ()]
        order = sorted(range(len(named)), key=lambda place: named[place])
        rows = Counter(tuple(plain(row[n]) for n in order) for row in found.fetchall())
        return tuple(named[place] for place in order), rows
    except duckdb.Error:
        return None
    finally:
        connection.execute("ROLLBACK")


def _distinct(cells: list[Any]) -> list[Any]:
    return list(dict.fromkeys(cells))


def _another(kind: str, number: int) -> Any:
    return number if "INT" in kind else f"k{number}"


def _pool(kind: str, near: list[Any], far: list[Any]) -> list[Any]:
    """Return values of a type: some usual ones, and those around what the script compares with."""
    numbers = [value for value in near if isinstance(value, int | Decimal)]
    texts = [value for value in near if isinstance(value, str)]
    match kind:
        case _ if "INT" in kind:
            around = [n + step for n in map(int, numbers) for step in (-1, 0, 1)]
            return [*[n for n in around if abs(n) < 2**31] * 2, 0, 1, 1, 2, 2, 3, 5, 7]
        case _ if kind.startswith(("DECIMAL", "DOUBLE", "FLOAT")):
            top = 10 ** (_digits(kind) - 1)
            around = [n + step for n in map(int, numbers) for step in (-1, 0, 1) if abs(n) < top]
            return [*around, Decimal("0.5"), Decimal("1.25"), 0, 1, 2, 3, 7, 40]
        case "BOOLEAN":
            return [True, False]
        case "DATE":
            told = [
                day + timedelta(days=step)
                for day in map(_date, texts)
                if day
                for step in (-1, 0, 1, 31)
            ]
            return told or [DAY + timedelta(days=step) for step in (0, 1, 1, 31, 33, 60)]
        case _ if kind.startswith("TIMESTAMP"):
            return [datetime(2024, 1, 1, 10) + timedelta(hours=step) for step in (0, 1, 30, 700)]  # noqa: DTZ001
        case _:
            others = [value for value in far if isinstance(value, str)]
            return [
                *texts * 3,
                *(f"{text}x" for text in texts[:1]),
                *others[:4],
                "a",
                "A",
                "b",
                "ab",
                "a b",
                "",
            ]


def _digits(kind: str) -> int:
    found = re.match(r"DECIMAL\((\d+),(\d+)\)", kind)
    return int(found[1]) - int(found[2]) if found else 9


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _literals(text: str) -> dict[str, list[Any]]:
    """Return the constants that a script compares each column with, "" for all of them."""
    found: dict[str, list[Any]] = {"": []}
    try:
        trees = sqlglot.parse(text, read="duckdb")
    except sqlglot.errors.SqlglotError:
        return found
    for tree in trees:
        for literal in tree.find_all(exp.Literal) if tree is not None else ():
            value = literal.this if literal.is_string else _number(str(literal.this))
            found[""].append(value)
            above = literal.find_ancestor(exp.Predicate, exp.Case)
            for column in above.find_all(exp.Column) if above is not None else ():
                found.setdefault(column.name.lower(), []).append(value)
    return found


def _number(text: str) -> int | Decimal:
    return int(text) if text.isdigit() else Decimal(text)


def plain(value: Any) -> Any:
    """Return a value that can be compared: numbers by their first nine digits."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float | Decimal):
        return ("number", f"{float(value):.9g}")  # apart from a text that looks like one
    return repr(value) if isinstance(value, list | dict) else value
