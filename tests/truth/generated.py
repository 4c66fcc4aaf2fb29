"""Random nested queries, each put together with its lineage, so that the truth needs no parser.

Names are few and come again at every level: aliases that hide columns, CTEs that hide tables,
columns of one name from several inputs, any case. All values are integers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import TypeAlias

from tests.truth.claims import ROWS, Claim

Source: TypeAlias = str  # table.column

BASE: Mapping[str, Sequence[str]] = {
    "t": ("id", "k", "x"), "u": ("k", "y", "z"), "e": ("id", "parent", "pay"), "p": ("sym", "ts", "x"),
}  # fmt: skip
TABLES = """
CREATE TABLE t (id INT, k INT, x INT);
INSERT INTO t VALUES (1, 1, 4), (2, 1, NULL), (3, 2, 5), (4, NULL, 1), (5, 3, 0), (6, 2, 5);
CREATE TABLE u (k INT, y INT, z INT);
INSERT INTO u VALUES (1, 3, 1), (1, 2, 2), (2, NULL, 3), (NULL, 5, 1), (4, 1, NULL), (3, 3, 3);
CREATE TABLE e (id INT, parent INT, pay INT);
INSERT INTO e VALUES (1, NULL, 4), (2, 1, 5), (3, 1, 4), (4, 2, 3), (5, 4, 2), (6, 3, 1);
CREATE TABLE p (sym INT, ts INT, x INT);
INSERT INTO p VALUES (1, 1, 4), (1, 3, 2), (1, 2, NULL), (2, 2, 1), (2, 5, 5), (3, 4, 3);
"""
NAMES = ("id", "k", "x", "y", "z", "v", "w", "pay", "ts", "total")
RANK = {"identity": 0, "transformation": 1, "aggregation": 2}


@dataclass(frozen=True)
class Value:
    """An expression: its text, what flows into it (source → subtype), what decides it."""

    text: str
    direct: Mapping[Source, str] = field(default_factory=dict)
    indirect: frozenset[tuple[str, Source]] = frozenset()

    def sources(self) -> frozenset[Source]:
        """Return everything that the value depends on."""
        return frozenset(self.direct) | {source for _, source in self.indirect}


@dataclass(frozen=True)
class Query:
    """A query: its text, its columns by name, and what its rows depend on."""

    text: str
    columns: Mapping[str, Value]
    rows: frozenset[Source] = frozenset()

    def claims(self) -> frozenset[Claim]:
        """Return the edges of the columns."""
        found: set[Claim] = set()
        for name, value in self.columns.items():
            found |= {(name, kind, source) for source, kind in value.direct.items()}
            found |= {(name, kind, source) for kind, source in value.indirect}
        return frozenset(found)

    def deciders(self) -> frozenset[Claim]:
        """Return what its rows depend on; how is left open."""
        return frozenset((ROWS, "", source) for source in self.rows)


def query(seed: int) -> Query:
    """Return the query of a seed, always the same."""
    return _Writer(Random(seed)).top()  # noqa: S311 - no secret


# --- values ---------------------------------------------------------------------------------------


def made(text: str, parts: Iterable[Value], subtype: str = "transformation") -> Value:
    """Return what is computed from `parts`: an aggregation stays one."""
    direct: dict[Source, str] = {}
    indirect: set[tuple[str, Source]] = set()
    for part in parts:
        indirect |= part.indirect
        for source, held in part.direct.items():
            kinds = (subtype, held, direct.get(source, "identity"))
            direct[source] = max(kinds, key=RANK.__getitem__)
    return Value(text, direct, frozenset(indirect))


def deciding(parts: Iterable[Value], subtype: str) -> frozenset[tuple[str, Source]]:
    """Return what decides a value by `parts`."""
    found: set[tuple[str, Source]] = set()
    for part in parts:
        found |= {(subtype, source) for source in part.direct} | part.indirect
    return frozenset(found)


def united(one: Value, other: Value) -> Value:
    """Return a column of a union."""
    return made("", (one, other), "identity")


@dataclass(frozen=True)
class _From:
    """What a FROM clause gives: its text, columns by (alias, name), what its rows depend on."""

    text: str
    columns: Mapping[tuple[str, str], Value]
    rows: frozenset[Source]


@dataclass
class _Writer:
    """Writes one query. `tables` are the relations that names mean at a level, CTEs among them."""

    chance: Random
    tables: Mapping[str, Query] = field(default_factory=dict)
    depth: int = 0
    aliases: int = 0

    def top(self) -> Query:
        """Return a query, most with CTEs in front, some of which hide tables."""
        self.tables = {
            name: Query(name, {column: _base(name, column) for column in columns})
            for name, columns in BASE.items()
        }
        ctes = []
        for number in range(self.chance.choice((0, 1, 1, 2, 3))):
            name = self.chance.choice(("t", "u", f"c{number}"))
            body = self.any_query()
            ctes.append(f"{self.cased(name)} AS ({body.text})")
            self.tables = {**self.tables, name: replace(body, text=name)}
        # A CTE may be given once only: the later of two takes another name.
        body = self.any_query()
        unique = len({part.split(" ")[0].lower() for part in ctes}) == len(ctes)
        if not unique:
            return self.top()
        return replace(body, text=f"WITH {', '.join(ctes)} {body.text}" if ctes else body.text)

    def any_query(self) -> Query:
        """Return a SELECT or a set operation."""
        if self.depth < 2 and self.chance.random() < 0.2:
            return self.set_operation()
        return self.select()

    # --- set operations ---------------------------------------------------------------------------

    def set_operation(self) -> Query:
        """Return two queries of one width under UNION, INTERSECT or EXCEPT."""
        self.depth += 1
        one, other = self.select(), self.select()
        self.depth -= 1
        width = min(len(one.columns), len(other.columns))
        left, right = self.narrowed(one, width), self.narrowed(other, width)
        kind = self.chance.choice(("UNION ALL", "UNION ALL", "UNION", "INTERSECT", "EXCEPT"))
        pairs = zip(left.columns.items(), right.columns.values(), strict=True)
        if kind.startswith("UNION"):
            columns = {name: united(mine, theirs) for (name, mine), theirs in pairs}
        else:
            columns = dict(left.columns)
        rows = left.rows | right.rows
        if kind != "UNION ALL":
            values = (*left.columns.values(), *right.columns.values())
            rows |= frozenset().union(*(value.sources() for value in values))
        return Query(f"{left.text} {kind} {right.text}", columns, rows)

    def narrowed(self, inner: Query, width: int) -> Query:
        """Return the first columns of a query."""
        names = list(inner.columns)[:width]
        alias = self.alias()
        listed = ", ".join(f"{alias}.{self.cased(name)}" for name in names)
        kept = {name: inner.columns[name] for name in names}
        return Query(f"SELECT {listed} FROM ({inner.text}) {alias}", kept, inner.rows)

    # --- SELECT -----------------------------------------------------------------------------------

    def select(self) -> Query:
        """Return a SELECT of any kind."""
        source = self.source()
        where, rows = self.where(source)
        made_by = self.chance.choice(
            (self.plain, self.plain, self.grouped, self.starred, self.distinct)
        )
        return made_by(source, where, source.rows | rows)

    def plain(self, source: _From, where: str, rows: frozenset[Source]) -> Query:
        """Return a list of expressions, perhaps with an order and a limit."""
        columns = self.items(source, self.value)
        text = f"SELECT {_list(columns)} FROM {source.text}{where}"
        if self.chance.random() < 0.15:
            order = ", ".join(str(place) for place in range(1, len(columns) + 1))
            keys = frozenset().union(*(value.sources() for value in columns.values()))
            alias = self.alias()
            text = f"SELECT * FROM ({text} ORDER BY {order} LIMIT 4) {alias}"
            rows |= keys
        return Query(text, columns, rows)

    def distinct(self, source: _From, where: str, rows: frozenset[Source]) -> Query:
        """Return each row once."""
        columns = self.items(source, self.column)
        keys = frozenset().union(*(value.sources() for value in columns.values()))
        return Query(
            f"SELECT DISTINCT {_list(columns)} FROM {source.text}{where}", columns, rows | keys
        )

    def grouped(self, source: _From, where: str, rows: frozenset[Source]) -> Query:
        """Return keys and aggregates, perhaps with HAVING."""
        keys = self.items(source, self.column, most=2)
        taken = set(keys)
        sums = {
            name: value
            for name, value in self.items(source, self.aggregate).items()
            if name not in taken
        }
        columns = {**keys, **sums}
        by = ", ".join(str(place) for place in range(1, len(keys) + 1))
        text = f"SELECT {_list(columns)} FROM {source.text}{where} GROUP BY {by}"
        rows |= frozenset().union(*(value.sources() for value in keys.values()))
        if self.chance.random() < 0.3:
            test = self.aggregate(source)
            text, rows = f"{text} HAVING {test.text} > 1", rows | test.sources()
        return Query(text, columns, rows)

    def starred(self, source: _From, where: str, rows: frozenset[Source]) -> Query:
        """Return all columns of one input, perhaps without one of them."""
        alias = self.chance.choice(sorted({alias for alias, _ in source.columns}))
        names = [name for owner, name in source.columns if owner == alias]
        away = self.chance.choice(names) if len(names) > 1 and self.chance.random() < 0.4 else None
        excluded = f" EXCLUDE ({away})" if away else ""
        columns = {name: source.columns[alias, name] for name in names if name != away}
        return Query(f"SELECT {alias}.*{excluded} FROM {source.text}{where}", columns, rows)

    def items(self, source: _From, value: "object", most: int = 3) -> dict[str, Value]:
        """Return expressions under names of their own, which may be those of columns."""
        names = self.chance.sample(NAMES, self.chance.randint(1, most))
        return {name: value(source) for name in names}  # type: ignore[operator]

    # --- FROM, WHERE ------------------------------------------------------------------------------

    def source(self) -> _From:
        """Return one to three inputs, joined."""
        found = self.relation()
        for _ in range(self.chance.choice((0, 0, 1, 1, 2))):
            other = self.relation()
            both = _From("", {**found.columns, **other.columns}, found.rows | other.rows)
            kind = self.chance.choice(
                ("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN")
            )
            on, rows = "", frozenset[Source]()
            if kind != "CROSS JOIN":
                left, right = self.column(found, both), self.column(other, both)
                on, rows = f" ON {left.text} = {right.text}", left.sources() | right.sources()
            found = _From(f"{found.text} {kind} {other.text}{on}", both.columns, both.rows | rows)
        return found

    def relation(self) -> _From:
        """Return a table, a CTE, or a query in parentheses, under a name."""
        alias = self.alias()
        if self.depth < 2 and self.chance.random() < 0.35:
            self.depth += 1
            inner = self.any_query()
            self.depth -= 1
            text = f"({inner.text})"
        else:
            name = self.chance.choice(sorted(self.tables))
            inner, text = self.tables[name], self.cased(name)
        columns = {(alias, name): value for name, value in inner.columns.items()}
        return _From(f"{text} AS {alias}", columns, inner.rows)

    def where(self, source: _From) -> tuple[str, frozenset[Source]]:
        """Return a WHERE clause, often none, and what it looks at."""
        tests, rows = [], frozenset[Source]()
        for _ in range(self.chance.choice((0, 0, 1, 2))):
            test = self.test(source)
            tests.append(test.text)
            rows |= test.sources()
        return (f" WHERE {' AND '.join(tests)}" if tests else ""), rows

    def test(self, source: _From) -> Value:
        """Return a condition: a comparison, IN or EXISTS."""
        if self.depth >= 2 or self.chance.random() < 0.6:
            operand = self.column(source)
            sign = self.chance.choice(("> 1", "< 5", "IS NOT NULL", "<> 2"))
            return made(f"{operand.text} {sign}", (operand,))
        inner, operand = self.relation(), self.qualified(source)
        value = self.column(inner)
        rows = frozenset(("filter", source) for source in inner.rows)
        if self.chance.random() < 0.5:
            text = f"{operand.text} IN (SELECT {value.text} FROM {inner.text})"
        else:
            text = f"EXISTS (SELECT 1 FROM {inner.text} WHERE {value.text} = {operand.text})"
        found = made(text, (operand, value))
        return replace(found, indirect=found.indirect | rows)

    # --- expressions ------------------------------------------------------------------------------

    def column(self, source: _From, among: _From | None = None) -> Value:
        """Return a column: by its bare name where only one input has it, of those it is `among`."""
        alias, name = self.chance.choice(list(source.columns))
        several = sum(other == name for _, other in (among or source).columns) > 1
        bare = not several and self.chance.random() < 0.5
        text = self.cased(name) if bare else f"{alias}.{self.cased(name)}"
        return replace(source.columns[alias, name], text=text)

    def qualified(self, source: _From) -> Value:
        """Return a column with its input's name."""
        alias, name = self.chance.choice(list(source.columns))
        return replace(source.columns[alias, name], text=f"{alias}.{name}")

    def value(self, source: _From) -> Value:
        """Return an expression of a SELECT list without grouping."""
        kinds = [self.column, self.column, self.sum_of_two, self.case, self.window]
        if self.depth < 2:
            kinds.append(self.subquery)
        return self.chance.choice(kinds)(source)

    def sum_of_two(self, source: _From) -> Value:
        """Return arithmetic on two columns."""
        one, other = self.column(source), self.column(source)
        return made(f"coalesce({one.text}, 0) + {other.text}", (one, other))

    def case(self, source: _From) -> Value:
        """Return CASE."""
        test, then, otherwise = (self.column(source) for _ in range(3))
        text = f"CASE WHEN {test.text} > 2 THEN {then.text} ELSE {otherwise.text} - 1 END"
        found = made(text, (then, otherwise))
        return replace(found, indirect=found.indirect | deciding((test,), "conditional"))

    def window(self, source: _From) -> Value:
        """Return a sum or a rank over a window."""
        over, by = self.column(source), self.column(source)
        if self.chance.random() < 0.5:
            text = f"rank() OVER (PARTITION BY {by.text} ORDER BY {over.text})"
            return Value(text, {}, deciding((by, over), "window"))
        found = made(f"sum({over.text}) OVER (PARTITION BY {by.text})", (over,), "aggregation")
        return replace(found, indirect=found.indirect | deciding((by,), "window"))

    def subquery(self, source: _From) -> Value:
        """Return the greatest value of another input, of the rows with the same key."""
        inner, outside = self.relation(), self.qualified(source)
        value, key = self.qualified(inner), self.qualified(inner)
        text = f"(SELECT max({value.text}) FROM {inner.text} WHERE {key.text} = {outside.text})"
        found = made(text, (value,), "aggregation")
        rows = frozenset(("conditional", source) for source in inner.rows)
        keys = frozenset(("conditional", name) for name in key.sources() | outside.sources())
        return replace(found, indirect=found.indirect | rows | keys)

    def aggregate(self, source: _From) -> Value:
        """Return an aggregate function of a column."""
        over, test = self.column(source), self.column(source)
        name = self.chance.choice(("sum", "max", "count", "sum_if"))
        if name != "sum_if":
            return made(f"{name}({over.text})", (over,), "aggregation")
        found = made(f"sum({over.text}) FILTER (WHERE {test.text} > 1)", (over,), "aggregation")
        return replace(found, indirect=found.indirect | deciding((test,), "conditional"))

    def alias(self) -> str:
        """Return a name that no input of this query has yet."""
        self.aliases += 1
        return f"a{self.aliases}"

    def cased(self, name: str) -> str:
        """Return a name in lower or upper case."""
        return name.upper() if self.chance.random() < 0.15 else name


def _base(table: str, column: str) -> Value:
    return Value(column, {f"{table}.{column}": "identity"})


def _list(columns: Mapping[str, Value]) -> str:
    return ", ".join(f"{value.text} AS {name}" for name, value in columns.items())
