"""The text of dynamic SQL: what the value that is run may be, as far as the script tells."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import TypeAlias

from guardian.languages.expressions import parts
from guardian.languages.sql.variables import UNSET
from guardian.model.plan import Call, Constant, Expr, Symbol

# Which branch is taken, by the conditions that decide it.
Way: TypeAlias = Mapping[tuple[Expr, ...], int]

MOST_TEXTS = 8
MAX_LENGTH = 200_000
PIECE = "{value}"  # stands for a piece of text that is not known and has no name
_PLACE = re.compile(r"%(?:\d+\$)?-?\d*(?P<kind>[IsLdfitT%])")
_QUOTING = frozenset({"quote_ident", "quotename"})
_PASSING = frozenset({"cast", "try_cast", "trim", "to_char", "ltrim", "rtrim", "text"})


def known_texts(value: Expr) -> tuple[str, ...]:
    """Return the texts that a value may be, one for each way through its branches.

    Pieces that only the run knows stand as `{name}`. Nothing where no piece is known. A piece that
    a branch leaves out stands in the text that has it: it reads what the other one reads, and more.
    """
    found = [_text(value, way) for way in _ways(value)]
    return tuple(dict.fromkeys(text for text in found if _is_code(text)))


def known_text(value: Expr) -> str | None:
    """Return the text that a value is, None where the run decides on any part of it."""
    if any(isinstance(part, Symbol) or _decides(part) for part in parts(value)):
        return None
    text = _text(value, {})
    return None if PIECE in text else text


def piece_of(value: Expr) -> str:
    """Return the text that a value is, as one piece of a longer text."""
    first, *others = _ways(value)
    return PIECE if others else _text(value, first)


def _is_code(text: str) -> bool:
    """Return whether a text says something itself, between pieces that are not known."""
    return " " in re.sub(r"\{[^{}]*\}", "", text).strip()


def _decides(part: Expr) -> bool:
    return isinstance(part, Call) and part.name == "case"


def _ways(value: Expr) -> Iterator[Way]:
    """Yield the ways through a value's branches: what one condition decides, it decides alike."""
    branches: dict[tuple[Expr, ...], int] = {}
    for part in parts(value):
        if isinstance(part, Call) and _decides(part):
            conditions = part.args[:-1:2]
            if _taken(part) is None and not _left_out(part):
                branches.setdefault(conditions, len(conditions) + 1)
    chosen = product(*(range(count) for count in branches.values()))
    for way in islice(chosen, MOST_TEXTS):
        yield dict(zip(branches, way, strict=True))


def _left_out(case: Call) -> bool:
    """Return whether a branch chooses between a piece of text and none."""
    return len([way for way in _values(case) if not _is_empty(way)]) < 2


def _values(case: Call) -> tuple[Expr, ...]:
    return (*case.args[1:-1:2], case.args[-1])


def _is_empty(value: Expr) -> bool:
    return _is_null(value) or (isinstance(value, Constant) and not value.text.strip())


def _is_null(value: Expr) -> bool:
    return isinstance(value, Constant) and value.kind == "null"


def _branch(case: Call, way: Way) -> Expr:
    values = _values(case)
    taken = _taken(case)
    if taken is not None:
        return taken
    if _left_out(case):
        return next((value for value in values if not _is_empty(value)), values[-1])
    return values[way.get(case.args[:-1:2], 0)]


def _taken(case: Call) -> Expr | None:
    """Return the branch that is taken whatever the run brings, None where it decides."""
    for condition, value in zip(case.args[:-1:2], case.args[1:-1:2], strict=True):
        holds = _holds(condition)
        if holds is None:
            return None
        if holds:
            return value
    return case.args[-1]


def _holds(condition: Expr) -> bool | None:
    """Return whether a condition on constant texts holds, None where that is not known."""
    match condition:
        case Call(name="not", args=(inner,)):
            holds = _holds(inner)
            return None if holds is None else not holds
        case Call(name="is_null", args=(Constant(kind=kind),)):
            return kind == "null"
        case Call(name="eq" | "neq" as name, args=(one, other)):
            sides = known_text(one), known_text(other)
            if _is_null(one) or _is_null(other):
                return False
            if None in sides:
                return None
            return (sides[0] == sides[1]) == (name == "eq")
        case _:
            return None


def _text(value: Expr, way: Way) -> str:  # noqa: PLR0911 - one answer for each kind of value
    match value:
        case Constant(kind="null"):
            return ""
        case Constant(text=text):
            return text
        case Symbol(name=name) if value != UNSET:
            return f"{{{re.sub(r'[^A-Za-z0-9_.]', '_', name)}}}"
        case Call(name="parameter", args=(symbol, _)):
            return _text(symbol, way)
        case Call(name="case"):
            return _text(_branch(value, way), way)
        case Call(name="concat" | "concat_skip_null" | "add", args=args):
            return _short("".join(_text(part, way) for part in args))
        case Call(name="format" | "printf", args=(Constant(text=pattern), *rest)):
            return _short(_filled(pattern, [_text(part, way) for part in rest]))
        case Call(name="replace", args=args) if len(args) == 3:
            text, old, new = (_text(part, way) for part in args)
            return _short(text.replace(old, new)) if old else text
        case Call(name="chr" | "char" | "nchar", args=(Constant(kind="number", text=code),)):
            return chr(int(code)) if code.isdigit() and int(code) < 0x3000 else PIECE
        case Call(name="space", args=(Constant(kind="number", text=count),)):
            return " " * min(int(count), 100) if count.isdigit() else PIECE
        case Call(name=name, args=(first, *_)) if name in _QUOTING | _PASSING:
            return _text(first, way)
        case Call(name="quote_literal", args=(first, *_)):
            return f"'{_text(first, way)}'"
        case Call(name="coalesce", args=args):
            given = (part for part in args if not _is_null(part))
            return _text(next(given, args[-1]), way)
        case _:
            return PIECE


def _short(text: str) -> str:
    return text if len(text) <= MAX_LENGTH else PIECE


def _filled(pattern: str, parts: Sequence[str]) -> str:
    """Return the text of `format('… %I …', name)`."""
    left = list(parts)

    def piece(found: re.Match[str]) -> str:
        if found["kind"] == "%":
            return "%"
        text = left.pop(0) if left else PIECE
        return f"'{text}'" if found["kind"] == "L" else text

    return _PLACE.sub(piece, pattern)
