"""Pairs of small queries whose results differ are told; counted are those that are not."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, TypeAlias

import duckdb

from tests import casebook
from tests.judge.judging import Failure, Verdict
from tests.judge.small_queries import TABLES, Maker, neighbour

# What a query gives on each of the data sets, in order.
Results: TypeAlias = tuple[tuple[str, ...], ...]
Pair: TypeAlias = tuple[str, str, bool]  # two queries, and whether they give the same
KIND = "neighbours of small queries"
NEIGHBOURS = 12
MOST_ROWS = 500
AT_ONCE = 200  # so many pairs are one revision and the next


class Data:
    """Three databases with rows by chance: NULLs, repeats, ties and keys without a partner."""

    def __init__(self) -> None:
        self.opened = [self._filled(Random(seed)) for seed in range(3)]

    def results(self, query: str) -> Results | None:
        """Return what a query gives, None where it fails or gives a lot."""
        found = []
        for connection in self.opened:
            try:
                rows = connection.execute(query).fetchall()
            except duckdb.Error:
                return None
            if len(rows) > MOST_ROWS:
                return None
            found.append(tuple(sorted(map(repr, rows))))
        return tuple(found)

    @staticmethod
    def _filled(chance: Random) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        connection.execute(f"SET threads = 1; {TABLES}")

        def one_of(*values: Any) -> Any:
            return chance.choice((None, *values))

        rows: dict[str, list[tuple[Any, ...]]] = {
            "t": [
                (
                    number, one_of(0, 1, 2, 3), one_of(-1, 0, 1, 2, 3), chance.choice((0, 1, 2)),
                    one_of("", "a", "b", "A", "ab", "a "), one_of("true", "false"),
                    one_of("2024-01-01", "2023-12-31", "2024-12-31", "2025-01-01"),
                    one_of("2024-01-01 00:00:00", "2024-01-01 10:00:00", "2023-12-31 23:59:59"),
                    one_of(0.0, 0.5, 1.0, 1e16), one_of("0.10", "1.00", "2.50"),
                )
                for number in range(14)
            ],
            "u": [(one_of(0, 1, 1, 3), one_of(0, 1, 2), chance.choice((0, 1))) for _ in range(9)],
            "d": [(0, one_of(1, 2)), (1, None), (3, 2)],
            "q": [(0, 1), (1, None), (None, 2), (None, 2), (None, None)],
            "c": [(0, 1, 1), (1, 1, one_of(0, 2)), (1, 0, 2), (0, 0, 2), (2, 1, 1)],
            "w": [(0, 1, 1), (1, None, None), (1, None, None), (None, None, 2), (None, None, 2), (0, 0, 2)],
        }  # fmt: skip
        for table, listed in rows.items():
            marks = ", ".join("?" * len(listed[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", listed)
        return connection


def pairs(seed: int, count: int) -> Iterator[Pair]:
    """Yield pairs of queries that run, one word or a few apart."""
    chance, data = Random(seed), Data()
    maker = Maker(chance)
    made = 0
    while made < count:
        base = maker.query()
        expected = data.results(base)
        near, seen = base, {base}
        for _ in range(NEIGHBOURS if expected is not None else 0):
            head = neighbour(near, chance)
            found = data.results(head) if head not in seen else None
            seen.add(head)
            if found is not None:
                near = head if chance.random() < 0.3 else near
                made += 1
                yield base, head, found == expected


def judge(seed: int, count: int, verdict: Verdict) -> None:
    """Count the pairs that differ, and that are told."""
    waiting: list[Pair] = []
    for pair in pairs(seed, count):
        waiting.append(pair)
        if len(waiting) == AT_ONCE:
            _judge(waiting, verdict)
            waiting = []
    _judge(waiting, verdict)


def _judge(found: Sequence[Pair], verdict: Verdict) -> None:
    base, head = (
        "\n".join(f"CREATE TABLE o{number} AS {pair[side]};" for number, pair in enumerate(found))
        for side in (0, 1)
    )
    report = casebook.difference(
        {"tables.sql": TABLES, "job.sql": base}, {"tables.sql": TABLES, "job.sql": head}
    )
    told = {change.dataset for change in report.changes}
    tally = verdict.tallies[KIND]
    for number, (before, after, same) in enumerate(found):
        verdict.runs += 1
        tally.runs += 1
        tally.proven += not same
        if not same and f"o{number}" not in told:
            verdict.failures.append(Failure("MISSED", KIND, "small", before, after))
        elif not same:
            tally.right += 1
