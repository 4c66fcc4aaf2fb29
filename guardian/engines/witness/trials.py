"""Runs two statements over made-up rows until their results differ, then makes the rows few.

Called in a child process only: DuckDB in memory, without files, network or extensions.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

import duckdb
import msgspec

from guardian.engines.witness.questions import (
    PATIENCE,
    Answer,
    Domain,
    Found,
    Input,
    Question,
    Table,
    Target,
)
from guardian.engines.witness.statements import PARAMETERS

Row: TypeAlias = tuple[str, ...]  # literals, one for each column
Data: TypeAlias = list[list[Row]]  # of each table, the parameters' one behind them
Result: TypeAlias = list[tuple[Any, ...]]
Order: TypeAlias = Callable[[list[Row]], list[Row]]

SIZES = (3, 8, 25)
MOST_TRIES = 200
MOST_RESULT = 5_000
MORE_ORDERS = 3
FEWEST_TRIES = 20  # with rows in a result, before it is said that nothing was found
NULL = "NULL"
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1, "memory_limit": "256MB", "enable_external_access": False,
    "autoinstall_known_extensions": False, "autoload_known_extensions": False,
    "temp_directory": "", "preserve_insertion_order": True,
}  # fmt: skip


def answer(asked: Any) -> Any:
    """Return an `Answer` to a `Question`, both as plain JSON values; nothing to nothing."""
    if asked is None:
        return None
    start = time.process_time()
    made = _Trials(msgspec.convert(asked, Question)).run()
    spent = time.process_time() - start
    return msgspec.to_builtins(msgspec.structs.replace(made, seconds=spent))


class _Trials:
    """One database, one question."""

    def __init__(self, asked: Question) -> None:
        self.asked = asked
        self.database = duckdb.connect(":memory:", config=SETTINGS)
        self.database.execute("SET lock_configuration = true")
        self.errors: tuple[type[Exception], ...] = (duckdb.Error,)
        self.random = random.Random(asked.seed)  # noqa: S311 - reproducible, no secret
        self.choice = 0
        self.tables = (*asked.tables, Table(PARAMETERS, asked.parameters))
        self.loaded: Data | None = None
        self.pools: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.last: tuple[Data, tuple[Result, Result] | None] | None = None

    def run(self) -> Answer:
        """Return what is found within the budget."""
        deadline = time.process_time() + self.asked.seconds
        timer = threading.Timer(self.asked.seconds * PATIENCE, self.database.interrupt)
        timer.daemon = True
        timer.start()
        try:
            failed = self._prepared()
            return Answer(failed=failed) if failed else self._searched(deadline)
        finally:
            timer.cancel()
            self.database.close()

    def _searched(self, deadline: float) -> Answer:
        open_targets = list(self.asked.targets)
        found: list[Found] = []
        tries = made = 0
        unsteady: set[Target] = set()
        while open_targets and made < MOST_TRIES and time.process_time() < deadline:
            data = self._made(SIZES[made % len(SIZES)])
            made += 1
            tries += self._tells(data)
            for target in list(open_targets):
                if not self._differs(target, data):
                    continue
                if not self._proven(target, data):
                    unsteady.add(target)
                    continue
                told = self._told(target, self._shrunk(target, data, deadline))
                if told is not None:
                    found.append(told)
                    open_targets.remove(target)
        few = tries < FEWEST_TRIES
        undecided = tuple(target for target in open_targets if few or target in unsteady)
        return Answer(tuple(found), tries, undecided=undecided)

    # --- tables --------------------------------------------------------------------------------

    def _prepared(self) -> str:
        """Create the tables so that both statements can be bound; return why that cannot be."""
        most = max(
            (len(item.domains) for table in self.tables for item in table.columns), default=1
        )
        reason = ""
        for self.choice in range(most):
            for place, table in enumerate(self.tables):
                columns = [
                    f"c{number} {self._domain(item).type}"
                    if table.dataset != PARAMETERS
                    else f"p{number} {self._domain(item).type}"
                    for number, item in enumerate(table.columns)
                ]
                name = self._name(place)
                listed = ", ".join(columns) or "nothing INTEGER"
                self.database.execute(f"CREATE OR REPLACE TABLE {name} ({listed})")
            try:
                self.database.execute(f"PREPARE base AS {self.asked.base}")
                self.database.execute(f"PREPARE head AS {self.asked.head}")
            except self.errors as error:
                reason = str(error)[:300]
            else:
                return ""
        return reason or "nothing to run"

    def _name(self, place: int) -> str:
        return PARAMETERS if place == len(self.asked.tables) else f"t{place}"

    def _domain(self, item: Input) -> Domain:
        return item.domains[min(self.choice, len(item.domains) - 1)]

    def _made(self, size: int) -> Data:
        self.pools = {}
        data = [self._rows(table, self.random.randint(1, size)) for table in self.asked.tables]
        return [*data, self._rows(self.tables[-1], 1)]

    def _rows(self, table: Table, size: int) -> list[Row]:
        rows: list[Row] = []
        taken: list[set[Row]] = [set() for _ in table.keys]
        for _ in range(size):
            row = tuple(self._value(item, table) for item in table.columns) or ("1",)
            keys = [tuple(row[place] for place in key) for key in table.keys]
            if any(key in known for key, known in zip(keys, taken, strict=True)):
                continue
            for key, known in zip(keys, taken, strict=True):
                if NULL not in key:
                    known.add(key)
            rows.append(row)
        return rows

    def _value(self, item: Input, table: Table) -> str:
        nullable = not item.required and table.dataset != PARAMETERS
        if nullable and self.random.random() < 0.15:
            return NULL
        return self.random.choice(self._pool(self._domain(item).values))

    def _pool(self, values: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of a domain's values that this try draws from.

        Of few there are repeats and matches, of many there are rows without either.
        """
        if values not in self.pools:
            size = self.random.randint(min(2, len(values)), len(values))
            self.pools[values] = tuple(self.random.sample(values, size))
        return self.pools[values]

    # --- running -------------------------------------------------------------------------------

    def _load(self, data: Data) -> None:
        for place, rows in enumerate(data):
            if self.loaded is not None and self.loaded[place] == rows:
                continue
            name = self._name(place)
            self.database.execute(f"DELETE FROM {name}")
            if rows:
                values = ", ".join(f"({', '.join(row)})" for row in rows)
                self.database.execute(f"INSERT INTO {name} VALUES {values}")
        self.loaded = [list(rows) for rows in data]

    def _results(self, data: Data) -> tuple[Result, Result] | None:
        """Return what both statements give, None where one cannot be run on these rows."""
        if self.last is None or self.last[0] is not data:
            self.last = data, self._run(data)
        return self.last[1]

    def _run(self, data: Data) -> tuple[Result, Result] | None:
        try:
            self._load(data)
            base = self.database.execute("EXECUTE base").fetchmany(MOST_RESULT + 1)
            head = self.database.execute("EXECUTE head").fetchmany(MOST_RESULT + 1)
        except self.errors:
            self.loaded = None
            return None
        if max(len(base), len(head)) > MOST_RESULT:
            return None
        return _plain(base), _plain(head)

    def _tells(self, data: Data) -> bool:
        """Return whether one of the results has a row: of none there is nothing to learn."""
        results = self._results(data)
        return results is not None and any(results)

    def _differs(self, target: Target, data: Data) -> bool:
        results = self._results(data)
        return results is not None and self._apart(target, *results)

    def _apart(self, target: Target, base: Result, head: Result) -> bool:
        """Return whether two results differ in what the target is about."""
        alike = self.asked.alike
        same_rows = _bag(base, alike) == _bag(head, alike) and len(base) == len(head)
        if target.kind == "rows":
            return not same_rows
        if not same_rows:
            return False  # its rows are another matter
        places = (*alike, target.place)
        return _bag(base, places) != _bag(head, places)

    def _proven(self, target: Target, data: Data) -> bool:
        """Return whether the results differ in whatever order the rows are read.

        Where ties are broken arbitrarily a result is one of several: the other revision must give
        one result alone, and none of these.
        """
        orders: tuple[Order, ...] = (list, _reversed, *(self._shuffled,) * MORE_ORDERS)
        seen: tuple[list[Result], list[Result]] = ([], [])
        for order in orders:
            results = self._results([order(rows) for rows in data])
            if results is None or not self._apart(target, *results):
                return False
            for known, result in zip(seen, results, strict=True):
                known.append(result)
        places = range(len(self.asked.names))
        steady = [all(_bag(one, places) == _bag(side[0], places) for one in side) for side in seen]
        if not any(steady):
            return False
        return all(self._apart(target, base, head) for base in seen[0] for head in seen[1])

    def _shuffled(self, rows: list[Row]) -> list[Row]:
        return self.random.sample(rows, len(rows))

    # --- making it small -----------------------------------------------------------------------

    def _shrunk(self, target: Target, data: Data, deadline: float) -> Data:
        """Return as few rows as still show the difference, within the budget."""
        for place in range(len(data) - 1):
            step = max(1, len(data[place]) // 2)
            while step:
                start = 0
                while start < len(data[place]) and time.process_time() < deadline:
                    fewer = [*data]
                    fewer[place] = data[place][:start] + data[place][start + step :]
                    if self._differs(target, fewer) and self._proven(target, fewer):
                        data = fewer
                    else:
                        start += step
                step //= 2
        return data

    def _told(self, target: Target, data: Data) -> Found | None:
        """Return the difference as it is shown, None where it can no longer be run in time."""
        results = self._results(data)
        if results is None:
            return None
        places = tuple(range(len(self.asked.names))) if target.kind == "rows" else (target.place,)
        gone, new = _only(results[0], results[1], places), _only(results[1], results[0], places)
        if not gone and not new:
            # The same values, which have only changed rows: told with what the rows have alike.
            places = (*places, *self.asked.alike)
            gone, new = _only(results[0], results[1], places), _only(results[1], results[0], places)
        return Found(
            target,
            tuple(
                (
                    table.dataset,
                    tuple(item.name for item in table.columns),
                    tuple(tuple(map(_shown, row)) for row in rows),
                )
                for table, rows in zip(self.asked.tables, data, strict=False)
                if table.columns
            ),
            tuple(
                (item.name, _shown(value))
                for item, value in zip(self.asked.parameters, data[-1][0], strict=False)
            ),
            tuple(self.asked.names[place] for place in places),
            gone,
            new,
            len(results[0]),
            len(results[1]),
        )


MOST_SHOWN = 3


def _only(one: Result, other: Result, places: Sequence[int]) -> tuple[tuple[str | None, ...], ...]:
    """Return the first few rows that `one` has more often than `other`."""
    rest = _bag(one, places) - _bag(other, places)
    rows = sorted(rest.elements(), key=repr)[:MOST_SHOWN]
    return tuple(tuple(None if value is None else str(value) for value in row) for row in rows)


def _bag(rows: Result, places: Sequence[int]) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row[place] for place in places) for row in rows)


def _plain(rows: Sequence[tuple[Any, ...]]) -> Result:
    return [tuple(map(_value, row)) for row in rows]


def _value(value: Any) -> Any:
    """Return a value that compares as it should: numbers of one size are one, whatever type."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return int(value) if value.is_integer() and abs(value) < EXACT else _rounded(value)
        case Decimal():
            normal = value.normalize()
            return int(normal) if normal == normal.to_integral_value() else _rounded(float(value))
        case _:
            return str(value)


EXACT = 1e15  # floats below it are exact where they are whole


def _rounded(value: float) -> float:
    """Return a float without the digits that depend on the order of a sum."""
    return float(f"{value:.9g}")


def _shown(literal: str) -> str | None:
    """Return a literal as a person reads it."""
    if literal == NULL:
        return None
    _, quote, rest = literal.partition("'")
    return rest[:-1].replace("''", "'") if quote else literal


def _reversed(rows: list[Row]) -> list[Row]:
    return rows[::-1]
