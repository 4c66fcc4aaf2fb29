"""What a trial is asked: two statements, what their inputs may hold, which outputs to compare."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from guardian.engines.witness.functions import UnsupportedError
from guardian.engines.witness.kinds import TYPES, Kinds
from guardian.engines.witness.statements import Tables, constant, select
from guardian.lineage.schemas import Schema
from guardian.model.definition import Definition
from guardian.model.expression import Expression

MOST_VALUES = 14
MOST_STATEMENT = 60_000
PATIENCE = 4.0  # seconds by the clock for each second of computing, on a machine that is busy


class Domain(msgspec.Struct, frozen=True):
    """A type and literals of it, as DuckDB writes them."""

    type: str
    values: tuple[str, ...]


class Input(msgspec.Struct, frozen=True):
    """A column that a statement reads: its domain, and another where nothing tells its type."""

    name: str
    domains: tuple[Domain, ...]
    required: bool = False


class Table(msgspec.Struct, frozen=True):
    """A dataset that the statements read; `keys` are places of columns no two rows share."""

    dataset: str
    columns: tuple[Input, ...]
    keys: tuple[tuple[int, ...], ...] = ()


class Target(msgspec.Struct, frozen=True):
    """What is to differ: the rows, or the output column at `place`."""

    kind: Literal["rows", "column"]
    place: int = -1


class Question(msgspec.Struct, frozen=True):
    """Two statements over the same tables. `alike` are the places of outputs that did not change.

    `names` are those of the outputs. `seconds` is the time to compute in.
    """

    base: str
    head: str
    tables: tuple[Table, ...]
    parameters: tuple[Input, ...]
    names: tuple[str, ...]
    alike: tuple[int, ...]
    targets: tuple[Target, ...]
    seed: int
    seconds: float


class Found(msgspec.Struct, frozen=True):
    """A difference: the input rows, and the output rows that only one side has."""

    target: Target
    inputs: tuple[tuple[str, tuple[str, ...], tuple[tuple[str | None, ...], ...]], ...]
    parameters: tuple[tuple[str, str | None], ...]
    columns: tuple[str, ...]
    before: tuple[tuple[str | None, ...], ...]
    after: tuple[tuple[str | None, ...], ...]
    rows_before: int
    rows_after: int


class Answer(msgspec.Struct, frozen=True):
    """What was found, in how many tries and seconds; `failed` is why nothing could be run.

    Of `undecided` targets the results differed, but are not the same from run to run either.
    """

    found: tuple[Found, ...] = ()
    tries: int = 0
    seconds: float = 0.0
    undecided: tuple[Target, ...] = ()
    failed: str = ""


def question(
    base: Definition,
    head: Definition,
    same: Callable[[Expression, Expression], bool],
    columns: Sequence[str],
    schema: Callable[[str], Schema],
    *,
    rows: bool,
    seconds: float,
) -> Question:
    """Return what to ask of two definitions of which `columns`, and the rows where `rows`, differ.

    Raises:
        UnsupportedError: something in one of them is not run.
    """
    shared = [column.name for column in head.columns if base.column(column.name) is not None]
    alike = [name for name in shared if name not in columns and _agree(base, head, name, same)]
    names = [*alike, *(name for name in columns if name in shared)]
    if not names and not rows:
        raise UnsupportedError("a column that only one revision has")
    sides = [[_value(side, name) for name in names] for side in (base, head)]
    kinds = Kinds((base.rows, head.rows, *sides[0], *sides[1]), _declared(schema))
    tables = Tables(kinds)
    texts = [
        select(side.rows, values, tables) for side, values in zip((base, head), sides, strict=True)
    ]
    if max(map(len, texts)) > MOST_STATEMENT:
        raise UnsupportedError("so large a query")
    targets = [Target("rows")] if rows else []
    targets += [Target("column", names.index(name)) for name in columns if name in names]
    general = _general(sides, base, head)
    return Question(
        base=texts[0],
        head=texts[1],
        tables=tuple(
            _table(dataset, known, schema(dataset), kinds, general)
            for dataset, known in tables.columns.items()
        ),
        parameters=tuple(
            Input(name, _domains(node, kinds, general)) for name, node in tables.parameters.items()
        ),
        names=tuple(names),
        alike=tuple(range(len(alike))),
        targets=tuple(targets),
        seed=_seed(base, head),
        seconds=seconds,
    )


def _agree(
    base: Definition,
    head: Definition,
    name: str,
    same: Callable[[Expression, Expression], bool],
) -> bool:
    return same(_value(base, name), _value(head, name))


def _value(side: Definition, name: str) -> Expression:
    found = side.column(name)
    if found is None:
        raise UnsupportedError(f"`{name}`, which one revision lacks")
    return found.expression


def _seed(base: Definition, head: Definition) -> int:
    """Return a number that is the same for the same two definitions."""
    parts = [base.rows.digest, head.rows.digest]
    parts += [column.expression.digest for side in (base, head) for column in side.columns]
    return int.from_bytes(bytes(map(_mixed, *(part[:8] for part in parts))), "big")


def _mixed(*parts: int) -> int:
    total = 0
    for part in parts:
        total = (total * 31 + part) % 256
    return total


def _declared(schema: Callable[[str], Schema]) -> Callable[[str, str], str | None]:
    def declared(dataset: str, column: str) -> str | None:
        known = (item.type for item in schema(dataset).columns if item.name == column)
        return next(known, None)

    return declared


def _table(
    dataset: str,
    columns: dict[str, Expression],
    schema: Schema,
    kinds: Kinds,
    general: Sequence[tuple[str, str]],
) -> Table:
    required = {item.name for item in schema.columns if item.nullable is False}
    names = list(columns)
    keys = [tuple(map(names.index, key)) for key in schema.keys if key and set(key) <= set(names)]
    return Table(
        dataset,
        tuple(
            Input(name, _domains(node, kinds, general), name in required)
            for name, node in columns.items()
        ),
        tuple(keys),
    )


# --- values --------------------------------------------------------------------------------------


def _general(
    sides: Iterable[Iterable[Expression]], base: Definition, head: Definition
) -> tuple[tuple[str, str], ...]:
    """Return all constants of both definitions: a sum may be compared with any of them."""
    found: dict[tuple[str, str], None] = {}
    seen: set[Expression] = set()
    stack = [base.rows, head.rows, *(value for side in sides for value in side)]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.op == "const":
            found[node.value] = None
        stack.extend(node.args)
    return tuple(sorted(found))


def _domains(
    node: Expression, kinds: Kinds, general: Sequence[tuple[str, str]]
) -> tuple[Domain, ...]:
    kind = kinds.of(node)
    told = kinds.type_of(node)
    if kind is not None and told is not None:
        return (Domain(told, _pool(kind, kinds.literals(node), general)),)
    return tuple(
        Domain(TYPES[kind], _pool(kind, (), general)) for kind in ("integer", "string", "date")
    )


def _pool(
    kind: str, own: Sequence[tuple[str, str]], general: Sequence[tuple[str, str]]
) -> tuple[str, ...]:
    """Return literals of a kind: those of the code, their neighbours, and everyday ones."""
    near = [value for literal in own for value in _around(kind, *literal)]
    wide = [value for literal in general for value in _around(kind, *literal)][:6]
    values = dict.fromkeys((*near, *_EVERYDAY[kind], *wide))
    return tuple(list(values)[: max(MOST_VALUES, len(_EVERYDAY[kind]) + 4)])


_EVERYDAY: dict[str, tuple[str, ...]] = {
    "boolean": ("true", "false"),
    "integer": ("1", "2", "3", "0", "-1", "10", "100", "7"),
    "decimal": ("1", "2", "0", "0.5", "-1", "10", "99.99", "7"),
    "double": ("1", "2", "0", "0.5", "-1", "10", "99.99", "7"),
    "string": ("'a'", "'b'", "'c'", "'A'", "''", "' a'", "'1'"),
    "date": (
        "DATE '2024-06-15'", "DATE '2024-02-29'", "DATE '2024-01-01'", "DATE '2023-12-31'",
        "DATE '2024-06-14'", "DATE '2024-05-31'", "DATE '2022-07-01'",
    ),
    "timestamp": (
        "TIMESTAMP '2024-06-15 12:00:00'", "TIMESTAMP '2024-02-29 00:00:00'",
        "TIMESTAMP '2023-12-31 23:59:59'", "TIMESTAMP '2024-06-15 00:00:00'",
        "TIMESTAMP '2024-06-14 08:30:00'", "TIMESTAMP '2024-05-31 18:00:00'",
        "TIMESTAMP '2022-07-01 06:45:00'",
    ),
}  # fmt: skip


def _around(kind: str, literal: str, text: str) -> tuple[str, ...]:
    """Return a constant's value and its neighbours as values of `kind`."""
    if kind in {"integer", "decimal", "double"} and literal == "number":
        return _near_number(kind, text)
    if kind == "string" and literal == "string":
        return _near_string(text)
    if kind in {"date", "timestamp"} and literal in {"date", "timestamp", "string"}:
        return _near_day(kind, text)
    if kind in {"integer", "decimal"} and literal == "string" and text.lstrip("-").isdigit():
        return _near_number(kind, text)
    return ()


def _near_number(kind: str, text: str) -> tuple[str, ...]:
    try:
        value = float(text)
    except ValueError:
        return ()
    if abs(value) > 1e12:
        return ()
    if kind == "integer":
        whole = int(value)
        return tuple(map(str, (whole, whole + 1, whole - 1)))
    return tuple(
        f"{number:.3f}".rstrip("0").rstrip(".") for number in (value, value + 1, value - 1)
    )


def _near_string(text: str) -> tuple[str, ...]:
    if len(text) > 200:
        return ()
    plain = text.replace("%", "x").replace("_", "y")
    changed = plain.swapcase()
    return tuple(constant("string", value) for value in dict.fromkeys((plain, changed, text)))


def _near_day(kind: str, text: str) -> tuple[str, ...]:
    try:
        day = date.fromisoformat(text[:10])
        days = (day, day + timedelta(days=1), day - timedelta(days=1))
    except (ValueError, OverflowError):
        return ()
    if kind == "date":
        return tuple(f"DATE '{value.isoformat()}'" for value in days)
    return tuple(f"TIMESTAMP '{value.isoformat()} 00:00:00'" for value in days)
