"""Small queries over tables with and without keys, and neighbours of theirs, one word apart."""

import re
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TypeAlias

# The numbers that each table, under its alias, offers to a query.
Scope: TypeAlias = Mapping[str, Sequence[str]]

TABLES = """
CREATE TABLE t (id INT NOT NULL PRIMARY KEY, k INT, x INT, nn INT NOT NULL, s VARCHAR, p BOOLEAN,
                day DATE, made TIMESTAMP, f DOUBLE, m DECIMAL(9, 2));
CREATE TABLE u (k INT, y INT, z INT NOT NULL);
CREATE TABLE d (k INT NOT NULL PRIMARY KEY, n INT);
CREATE TABLE q (k INT UNIQUE, n INT);
CREATE TABLE c (a INT, b INT, n INT, PRIMARY KEY (a, b));
CREATE TABLE w (a INT, b INT, n INT, UNIQUE (a, b));
"""
COLUMNS: dict[str, Sequence[str]] = {
    "t": ("id", "k", "x", "nn"), "u": ("k", "y", "z"), "d": ("k", "n"), "q": ("k", "n"),
    "c": ("a", "b", "n"), "w": ("a", "b", "n"),
}  # fmt: skip
_SMALL = ("u", "d", "q", "c", "w")
_OF_T = (
    "length(t.s)", "(t.f * 2)", "(t.m + 1)", "CAST(t.p AS INT)", "year(t.day)", "(t.x // 2)",
    "(t.x % 2)", "CAST(t.f AS INT)", "CAST(t.m AS INT)", "lower(t.s)", "concat(t.s, 'x')",
    "(t.s || 'x')", "greatest(t.x, t.k)", "least(t.x, t.k)", "date_trunc('month', t.day)",
)  # fmt: skip
_TESTS_OF_T = (
    "t.day >= '2024-01-01'", "t.day > DATE '2023-12-31'", "year(t.day) = 2024", "t.p", "NOT t.p",
    "t.day BETWEEN '2024-01-01' AND '2024-12-31'", "coalesce(t.p, FALSE)", "t.p IS NOT FALSE",
    "t.s <> ''", "coalesce(t.s, '') <> ''", "t.s LIKE 'a%'", "t.s LIKE 'a'", "t.s = 'a'",
    "t.s ILIKE 'a'", "lower(t.s) = 'a'", "trim(t.s) = 'a'", "t.f > 0", "t.f >= 1", "t.m > 1",
    "t.made >= '2024-01-01'", "CAST(t.made AS DATE) = '2024-01-01'", "t.x + 1 > 1", "t.x * 2 > 2",
    "t.x // 2 > 0", "t.x / 2 > 0", "- t.x < 0",
)  # fmt: skip
_AGGREGATES = (
    "sum({})", "max({})", "min({})", "count({})", "avg({})", "count(DISTINCT {})", "count(*)",
    "sum(DISTINCT {})", "sum({}) FILTER (WHERE {condition})", "count(*) FILTER (WHERE {condition})",
)  # fmt: skip
_WINDOWS = (
    "sum({}) OVER ()", "sum({}) OVER (PARTITION BY {})", "count(*) OVER (PARTITION BY {}, {})",
    "min({}) OVER (PARTITION BY {})", "rank() OVER (PARTITION BY {} ORDER BY {} DESC)",
    "rank() OVER (PARTITION BY {} ORDER BY {} NULLS FIRST)", "dense_rank() OVER (ORDER BY {})",
    "sum({}) OVER (PARTITION BY {} ORDER BY {})", "max({}) OVER (ORDER BY {} ROWS UNBOUNDED PRECEDING)",
)  # fmt: skip
# What is put in another's place, by the word; often to the same effect, often not.
_SWAPS = [
    pair.split(" for ")
    for pair in """
LEFT JOIN for JOIN|JOIN for LEFT JOIN|FULL JOIN for LEFT JOIN|LEFT JOIN for RIGHT JOIN|>= for >|> for >=
<= for <|< for <=|1 for 0|0 for 1|2 for 1|max( for sum(|min( for max(|sum( for count(|count( for sum(
OR for AND|AND for OR|UNION for UNION ALL|UNION ALL for UNION|IN for NOT IN|NOT IN for IN|<> for =
EXISTS for NOT EXISTS|SELECT DISTINCT for SELECT|SELECT for SELECT DISTINCT|.x for .k|.k for .x|.id for .k
.k for .id|.k for .y|.y for .z|.nn for .x|.x for .nn|.b for .a|.a for .b|.a for .n| q for  d| d for  q
q. for d.|d. for q.| w for  c| c for  w|w. for c.|c. for w.|0 for NULL|INTERSECT for EXCEPT|UNION for EXCEPT
EXCEPT for EXCEPT ALL|INTERSECT for INTERSECT ALL|nullif( for coalesce(|IS NOT NULL for IS NULL
IS NOT DISTINCT FROM for =|= for IS NOT DISTINCT FROM|'2023-12-31' for '2024-01-01'|2025 for 2024
count(1) for count(*)|count(t.x) for count(*)|- for +|row_number() for rank()|rank() for row_number()
WHERE NOT for WHERE|LIKE for ILIKE|// for /| for DESC| for NULLS FIRST| for DISTINCT""".strip()
    .replace("\n", "|")
    .split("|")
]


class Maker:
    """Makes queries by chance; each gives two columns, `a` and `b`."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def query(self, depth: int = 0) -> str:
        """Return a query."""
        scope, source = self._source(depth)
        chance = self.chance.random()

        def value() -> str:
            return self._column(scope)

        where = f" WHERE {self._condition(scope)}" if self.chance.random() < 0.5 else ""
        rest = f"FROM {source}{where}"
        if chance < 0.36:
            return f"SELECT {self._value(scope)} AS a, {self._value(scope)} AS b {rest}"
        if chance < 0.5:
            return f"SELECT DISTINCT {value()} AS a, {value()} AS b {rest}"
        if chance < 0.74:
            return self._grouped(scope, rest)
        if chance < 0.79:
            return f"SELECT {self._aggregate(scope)} AS a, count(*) AS b {rest}"
        if chance < 0.86:
            window = self._filled(self.chance.choice(_WINDOWS), value)
            return f"SELECT {value()} AS a, {window} AS b {rest}"
        if chance < 0.93 and depth < 2:
            both = ("UNION ALL", "UNION", "EXCEPT", "INTERSECT", "EXCEPT ALL", "INTERSECT ALL")
            one, other = self.query(depth + 1), self.query(depth + 1)
            kind = self.chance.choice(both)
            return f"SELECT a, b FROM ({one}) m1 {kind} SELECT a, b FROM ({other}) m2"
        order = ", ".join(f"{alias}.{name}" for alias, names in scope.items() for name in names)
        first = self.chance.choice(("= 1", "<= 1", "< 2", "= 2"))
        number = f"row_number() OVER (PARTITION BY {value()} ORDER BY {order}) {first}"
        return f"SELECT {value()} AS a, {value()} AS b {rest} QUALIFY {number}"

    def _grouped(self, scope: Scope, rest: str) -> str:
        key = self._column(scope)
        keys = ", ".join(
            [key, *(self._column(scope) for _ in range(self.chance.choice((0, 0, 1, 2))))]
        )
        having = self.chance.choice(
            ("", "", " HAVING count(*) > 1", f" HAVING {key} > 0", f" HAVING max({key}) > 0")
        )
        return f"SELECT {key} AS a, {self._aggregate(scope)} AS b {rest} GROUP BY {keys}{having}"

    def _aggregate(self, scope: Scope) -> str:
        text = self.chance.choice(_AGGREGATES)
        text = text.replace("{condition}", self._condition(scope, 2))
        return self._filled(text, lambda: self._column(scope))

    @staticmethod
    def _filled(text: str, value: Callable[[], str]) -> str:
        while "{}" in text:
            text = text.replace("{}", value(), 1)
        return text

    # --- inputs --------------------------------------------------------------------------------------

    def _source(self, depth: int) -> tuple[Scope, str]:
        chance, choice = self.chance.random(), self.chance.choice
        one = choice(("t", "t", "u", "q", "w", "c"))
        if chance < 0.3:
            return {one: COLUMNS[one]}, one
        if chance < 0.62:
            other = choice([table for table in _SMALL if table != one])
            kind = choice(("JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "FULL JOIN", "RIGHT JOIN"))
            scope = {one: COLUMNS[one], other: COLUMNS[other]}
            return scope, f"{one} {kind} {other} ON {self._on(scope)}"
        if chance < 0.72:
            scope = {one: COLUMNS[one], "t2": COLUMNS[one]}
            kind = choice(("JOIN", "LEFT JOIN"))
            return scope, f"{one} {kind} {one} t2 ON {self._on(scope)}"
        if chance < 0.88:
            scope = {one: COLUMNS[one], "v": ("k", "n")}
            kind = choice(("JOIN", "LEFT JOIN"))
            return scope, f"{one} {kind} ({self._derived()}) v ON {self._on(scope)}"
        if depth < 2:
            return {"z": ("a", "b")}, f"({self.query(depth + 1)}) z"
        return {"t": COLUMNS["t"]}, "t"

    def _on(self, scope: Scope) -> str:
        (left, mine), (right, others) = scope.items()
        choice = self.chance.choice
        text = f"{left}.{choice(mine)} {choice(('=', '=', '=', 'IS NOT DISTINCT FROM'))} {right}.{choice(others)}"
        more = ("", "", f" AND {left}.{choice(mine)} = {right}.{choice(others)}",
                f" AND {right}.{choice(others)} > 0", f" AND {left}.{choice(mine)} > 0")  # fmt: skip
        return text + choice(more)

    def _derived(self) -> str:
        table = self.chance.choice(("t", *_SMALL))
        one, other = self.chance.sample(COLUMNS[table], 2)
        where = (
            f" WHERE {self._condition({table: COLUMNS[table]}, 1)}"
            if self.chance.random() < 0.4
            else ""
        )
        order = ", ".join(COLUMNS[table])
        shapes = (
            f"SELECT {one} AS k, {self.chance.choice(('sum', 'max', 'min', 'count'))}({other}) AS n FROM {table}{where} GROUP BY {one}",
            f"SELECT DISTINCT {one} AS k, {other} AS n FROM {table}{where}",
            f"SELECT {one} AS k, {other} AS n FROM {table}{where}",
            f"SELECT {one} AS k, row_number() OVER (PARTITION BY {one} ORDER BY {order}) AS n FROM {table}{where}",
            f"SELECT {one} AS k, sum({other}) OVER (PARTITION BY {one}) AS n FROM {table}{where}",
            f"SELECT max({other}) AS k, min({one}) AS n FROM {table}{where}",
        )
        return self.chance.choice(shapes)

    # --- values and conditions -----------------------------------------------------------------------

    def _column(self, scope: Scope) -> str:
        alias = self.chance.choice(list(scope))
        return f"{alias}.{self.chance.choice(scope[alias])}"

    def _value(self, scope: Scope, depth: int = 0) -> str:
        chance, choice, column = self.chance.random(), self.chance.choice, self._column(scope)
        if chance < 0.55 or depth > 1:
            return column
        if chance < 0.62:
            return f"coalesce({self._value(scope, depth + 1)}, {choice((0, 1))})"
        if chance < 0.72:
            return f"({self._value(scope, depth + 1)} {choice('+-*')} {choice((0, 1, 2, column))})"
        if chance < 0.8:
            other = choice(("NULL", "0", column))
            return f"CASE WHEN {self._condition(scope, depth + 1)} THEN {column} ELSE {other} END"
        if chance < 0.84:
            return f"nullif({column}, {choice((0, 1))})"
        if chance < 0.9 and "t" in scope:
            return choice(_OF_T)
        table = choice(_SMALL)
        one, other = (choice(COLUMNS[table]) for _ in range(2))
        where = choice(
            (
                "",
                f" WHERE {table}.{other} = {column}",
                f" WHERE {table}.{other} IS NOT DISTINCT FROM {column}",
            )
        )
        return (
            f"(SELECT {choice(('sum', 'max', 'count', 'avg'))}({table}.{one}) FROM {table}{where})"
        )

    def _condition(self, scope: Scope, depth: int = 0) -> str:
        chance, choice, value = self.chance.random(), self.chance.choice, self._value(scope, 2)
        if chance < 0.26:
            return f"{value} {choice(('=', '<>', '<', '<=', '>', '>='))} {choice((0, 1, 2, 1.5))}"
        if chance < 0.34:
            return f"{value} IS {choice(('', 'NOT '))}NULL"
        if chance < 0.42:
            kind = choice(("=", "<>", "<", "IS NOT DISTINCT FROM", "IS DISTINCT FROM"))
            return f"{value} {kind} {self._column(scope)}"
        if chance < 0.48:
            return f"{value} {choice(('IN', 'NOT IN'))} ({choice(('0, 1', '1', '0, 1, 2', '0, NULL'))})"
        if chance < 0.58 and depth < 2:
            one, other = self._condition(scope, depth + 1), self._condition(scope, depth + 1)
            return choice((f"({one} AND {other})", f"({one} OR {other})", f"NOT ({one})"))
        if chance < 0.68:
            table = choice(_SMALL)
            equal = f"{table}.{choice(COLUMNS[table])} {choice(('=', '=', 'IS NOT DISTINCT FROM'))} {value}"
            more = choice(("", f" AND {table}.{COLUMNS[table][1]} > 0"))
            return f"{choice(('', 'NOT '))}EXISTS (SELECT 1 FROM {table} WHERE {equal}{more})"
        if chance < 0.76:
            table = choice(_SMALL)
            where = choice(("", f" WHERE {COLUMNS[table][1]} IS NOT NULL"))
            return f"{value} {choice(('IN', 'NOT IN'))} (SELECT {choice(COLUMNS[table])} FROM {table}{where})"
        if chance < 0.8:
            some = choice(("> 0", "= 0", ">= 1", "< 1", "<> 0", "> 1"))
            return f"(SELECT count(*) FROM u WHERE u.k = {value}) {some}"
        if chance < 0.93 and "t" in scope:
            return choice(_TESTS_OF_T)
        return f"coalesce({value}, 0) {choice(('>', '<', '=', '<>'))} {choice((0, 1))}"


def neighbour(text: str, chance: Random) -> str:
    """Return a query with one word of it exchanged, the same where that word is not in it."""
    new, old = chance.choice(_SWAPS)
    places = [found.start() for found in re.finditer(re.escape(old), text)]
    if not places:
        return text
    place = chance.choice(places)
    return text[:place] + new + text[place + len(old) :]
