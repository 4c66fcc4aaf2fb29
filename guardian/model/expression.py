"""Canonical expressions and relations: equal meaning is one object.

Every `Expression` is hash-consed: `make` returns the same object for the same operator, value and
arguments, so equality is identity. The constructors of `logic`, `cases`, `calls` and `aggregates`
put what they are given into normal form at birth; each rewrite holds under SQL's three-valued logic
for every input (`tests/test_rewrites.py` runs both sides). When in doubt, two forms stay two.

Scalars: `field` (of an instance), `const`, `symbol`, `call`, `aggregate`, `window`, `member` (a
value seen through a closed relation), `maybe` (a value from the optional side of an outer join),
`merge` (one column of a union), `outer` (a value from around a subquery), `scalar`, `exists`,
`in_rows`, `lambda`, `param`, `opaque`, `ambiguous`. Relations: `scan`, `rows` (a join graph),
`group`, `pick`, `union`, `limit`, … and `instance`: one use of a relation.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, TypeAlias

# Strings, numbers, booleans and tuples of these, each operator its own shape; hashable, with a
# stable repr.
Value: TypeAlias = Any


class Expression:
    """A node of the canonical graph. Compare with `is`.

    Made by `make` only. `digest` is stable between runs. `windowed` says that a window function is
    among what it is computed from in its own scope.
    """

    __slots__ = ("args", "digest", "op", "value", "windowed")

    def __init__(
        self,
        op: str,
        value: Value,
        args: "tuple[Expression, ...]",
        digest: bytes,
        *,
        windowed: bool,
    ) -> None:
        """Take the parts as they are; call `make` instead.

        Which keeps one object for equal parts.
        """
        self.op = op
        self.value = value
        self.args = args
        self.digest = digest
        self.windowed = windowed

    def __repr__(self) -> str:  # type: ignore[explicit-override]  # typing.override needs 3.12
        """Return a short form for debugging."""
        inner = ", ".join(map(repr, self.args))
        return f"{self.op}[{self.value}]({inner})" if self.value != "" else f"{self.op}({inner})"


_interned: dict[tuple[str, Value, tuple[Expression, ...]], Expression] = {}


def make(op: str, args: Iterable[Expression] = (), value: Value = "") -> Expression:
    """Return the one expression with these parts, as they are: no rewriting."""
    arguments = tuple(args)
    key = (op, value, arguments)
    known = _interned.get(key)
    if known is not None:
        return known
    hasher = hashlib.blake2b(f"{op}\x1f{value!r}\x1f".encode(), digest_size=12)
    for argument in arguments:
        hasher.update(argument.digest)
    windowed = _is_windowed(op, value, arguments)
    made = _interned[key] = Expression(op, value, arguments, hasher.digest(), windowed=windowed)
    return made


# What belongs to another scope than that of the node itself.
_CLOSED = frozenset({"instance", "member", "scalar", "exists", "array_rows", "outer"})


def _is_windowed(op: str, value: Value, args: tuple[Expression, ...]) -> bool:
    if op in _CLOSED:
        return False
    own = args[: int(value)] if op == "in_rows" else args
    return op == "window" or True in [arg.windowed for arg in own]


def _by_digest(expression: Expression) -> bytes:
    return expression.digest


def in_order(expressions: Iterable[Expression]) -> tuple[Expression, ...]:
    """Return `expressions` in the order that stands for "no order", repeats kept."""
    return tuple(sorted(expressions, key=_by_digest))


def as_set(expressions: Iterable[Expression]) -> tuple[Expression, ...]:
    """Return `expressions` in that order, each once."""
    return in_order(dict.fromkeys(expressions))


# --- leaves --------------------------------------------------------------------------------------


def const(kind: str, text: str) -> Expression:
    """Return a constant; numbers without needless zeros in front.

    Booleans and nulls in one spelling.
    """
    if kind == "number":
        text = _plain_number(text)
    return make("const", value=(kind, text))


def _plain_number(text: str) -> str:
    lowered = text.strip().lower().lstrip("+")
    if not lowered.replace(".", "", 1).lstrip("-").isdigit():
        return lowered
    sign = "-" if lowered.startswith("-") else ""
    whole, point, fraction = lowered.lstrip("-").partition(".")
    return f"{sign}{whole.lstrip('0') or '0'}{point}{fraction}"


NULL = const("null", "")
TRUE = const("boolean", "true")
FALSE = const("boolean", "false")
ONE = const("number", "1")


def is_const(expression: Expression, kind: str | None = None) -> bool:
    """Return whether this is a constant, of `kind` where one is given."""
    return expression.op == "const" and (kind is None or expression.value[0] == kind)


def name_of(expression: Expression) -> str:
    """Return the function's name of a `call` or `aggregate`, empty for anything else."""
    return str(expression.value[0]) if expression.op in {"call", "aggregate"} else ""


def plain(name: str, args: Iterable[Expression], option: str = "") -> Expression:
    """Return a call as it stands, without looking for a simpler form."""
    return make("call", args, (name, option))


def flatten(name: str, args: Iterable[Expression]) -> list[Expression]:
    """Return arguments with those that are calls of `name` themselves taken apart."""
    flat: list[Expression] = []
    for arg in args:
        if arg.op == "call" and arg.value == (name, ""):
            flat.extend(arg.args)
        else:
            flat.append(arg)
    return flat
