"""Frames, columns and expressions of random chains, each column told apart from all others."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

TABLES = {
    "t": {"id": "int", "k": "int", "x": "int", "s": "string", "tags": "array", "st": "struct"},
    "u": {"k": "int", "y": "int", "z": "string", "at": "time"},
    "v": {"id": "int", "y": "int", "s": "string"},
}
SIMPLE = ("int", "string")


@dataclass(frozen=True)
class Column:
    """A column of a frame: its name, the kind of its type, what tells it apart."""

    name: str
    kind: str
    identity: int


@dataclass(frozen=True)
class Frame:
    """A variable of the script, its columns, the tables that it reads."""

    variable: str
    columns: tuple[Column, ...]
    tables: frozenset[str] = frozenset()

    def of(self, *kinds: str) -> list[Column]:
        """Return the columns of some kinds."""
        return [one for one in self.columns if one.kind in kinds]


@dataclass
class Parts:
    """Writes the lines of one chain: frames, and the expressions over them."""

    chance: Random
    prefix: str
    lines: list[str] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=count)
    names: "count[int]" = field(default_factory=count)

    def base(self, table: str = "") -> Frame:
        """Return a table."""
        name = table or self.chance.choice(sorted(TABLES))
        columns = tuple(self.column(one, kind) for one, kind in TABLES[name].items())
        return self.put(f'spark.table("{name}")', columns, frozenset({name}))

    def put(self, code: str, columns: Sequence[Column], tables: frozenset[str]) -> Frame:
        """Write a line that makes a frame."""
        frame = Frame(f"{self.prefix}_{next(self.numbers)}", tuple(columns), tables)
        self.lines.append(f"{frame.variable} = {code}")
        self.frames.append(frame)
        return frame

    def then(self, frame: Frame, call: str, columns: Sequence[Column]) -> Frame:
        """Write a call on a frame."""
        return self.put(f"{frame.variable}.{call}", columns, frame.tables)

    def column(self, name: str, kind: str) -> Column:
        """Return a new column."""
        return Column(name, kind, next(self.names))

    def fresh(self) -> str:
        """Return a name that nothing has yet."""
        return f"n{next(self.names)}"

    def some(self, columns: Sequence[Column], most: int = 4) -> list[Column]:
        """Return a few columns, in any order."""
        wanted = self.chance.randint(1, min(most, len(columns)))
        return self.chance.sample(list(columns), wanted)

    def cased(self, name: str) -> str:
        """Return a name, sometimes in capitals."""
        return name.upper() if self.chance.random() < 0.1 else name

    def ref(self, frame: Frame, column: Column) -> str:
        """Return a column in one of the ways that the script may name it."""
        holders = [
            one for one in self.frames
            if column in one.columns and [c.name for c in one.columns].count(column.name) == 1
        ]  # fmt: skip
        ways = [f'F.col("{self.cased(column.name)}")'] * 3
        ways += [f'{one.variable}["{self.cased(column.name)}"]' for one in holders[-3:]]
        ways += [f"{one.variable}.{column.name}" for one in holders[-1:]]
        del frame
        return self.chance.choice(ways)

    def value(self, frame: Frame, depth: int = 0) -> tuple[str, str]:
        """Return an expression and the kind of its type."""
        numbers, texts = frame.of("int"), frame.of("string")
        if depth < 2 and self.chance.random() < 0.55:
            return self.made(frame, depth)
        options = [(self.ref(frame, one), one.kind) for one in self.some([*numbers, *texts], 2)] if (
            numbers or texts
        ) else []  # fmt: skip
        if not options or self.chance.random() < 0.1:
            return self.chance.choice([("F.lit(1)", "int"), ('F.lit("a")', "string")])
        return self.chance.choice(options)

    def number(self, frame: Frame, depth: int) -> str:
        """Return an expression that is a number."""
        code, kind = self.value(frame, depth + 1)
        return code if kind == "int" else f"F.length({code})"

    def text(self, frame: Frame, depth: int) -> str:
        """Return an expression that is a text."""
        code, kind = self.value(frame, depth + 1)
        return code if kind == "string" else f'{code}.cast("string")'

    def made(self, frame: Frame, depth: int) -> tuple[str, str]:
        """Return a computed expression."""
        a, b = self.number(frame, depth), self.number(frame, depth)
        s, r = self.text(frame, depth), self.text(frame, depth)
        options = [
            (f"({a} + {b})", "int"), (f"({a} * F.lit(2))", "int"), (f"F.upper({s})", "string"),
            (f"F.concat({s}, {r})", "string"), (f"F.substring({s}, 1, 2)", "string"),
            (f"F.when({self.condition(frame, depth + 1)}, {a}).otherwise({b})", "int"),
            (f"F.when({self.condition(frame, depth + 1)}, {s})", "string"),
            (f"F.greatest({a}, {b})", "int"), (f'{a}.cast("int")', "int"),
        ]  # fmt: skip
        options += [
            (f"F.coalesce({self.ref(frame, one)}, {s})", "string") for one in frame.of("string")[:1]
        ]
        for one in frame.of("array")[:1]:
            array = self.ref(frame, one)
            options += [(f"F.size(F.filter({array}, lambda e: e != {s}))", "int"),
                        (f"F.size({array})", "int"), (f"{array}[0]", "string"),
                        (f'F.concat_ws(",", F.transform({array}, lambda e: F.concat(e, {s})))', "string")]  # fmt: skip
        for one in frame.of("struct")[:1]:
            whole = self.ref(frame, one)
            options += [(f'{whole}["p"]', "int"), (f'{whole}.getField("q")', "string"),
                        (f'F.col("{one.name}.q")', "string")]  # fmt: skip
        return self.chance.choice(options)

    def condition(self, frame: Frame, depth: int = 0) -> str:
        """Return a condition that looks at a column: a branch of another one may never be taken."""
        found = self.any_condition(frame, depth)
        while frame.of(*SIMPLE) and not re.search(r"F\.col|c\d+_\d+", found):
            found = self.any_condition(frame, depth)
        return found

    def any_condition(self, frame: Frame, depth: int) -> str:
        """Return a condition."""
        a, b = self.number(frame, depth), self.number(frame, depth)
        s = self.text(frame, depth)
        return self.chance.choice([
            f"({a} > {b})", f"({s} == F.lit('x'))", f"{s}.isNotNull()", f"{a}.between(1, 5)",
            f"(({a} > 1) & ({s} != 'y'))", f"{s}.isin('a', 'b')", f"~({a} == {b})",
        ])  # fmt: skip
