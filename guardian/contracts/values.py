"""Which constants an expression gives, and what its texts are at most long."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

from guardian.model.expression import NULL, Expression, const, is_const, name_of
from guardian.model.types import family, length

# Where the value of a node stands that only says how it is seen: through a join, a subquery.
HOLDING = {"member": 1, "scalar": 1, "maybe": 0, "outer": 0}
# Aggregates and window functions that give one of the values that they are given.
PICKING = frozenset({
    "min", "max", "any_value", "first", "last", "mode", "first_value", "last_value", "nth_value",
})  # fmt: skip
_OFFSETS = frozenset({"lag", "lead"})
_ONE_OF = frozenset({"coalesce", "greatest", "least"})
_SPELLING: Mapping[str, Callable[[str], str]] = {
    "upper": str.upper, "lower": str.lower, "trim": str.strip,
}  # fmt: skip
_SAME_LENGTH = frozenset({"upper", "lower", "trim", "ltrim", "rtrim"})
_LITERAL_KINDS = frozenset({"string", "number", "boolean"})


def constants(expression: Expression) -> tuple[Expression, ...]:
    """Return the constants that an expression gives in some row, NULL among them, each once.

    Other values may come beside them.
    """
    return tuple(dict.fromkeys(_constants(expression, set())))


def _constants(node: Expression, seen: set[Expression]) -> Iterator[Expression]:
    if node in seen:
        return
    seen.add(node)
    if is_const(node):
        yield node
    elif name_of(node) in _SPELLING and node.op == "call" and len(node.args) == 1:
        for value in _constants(node.args[0], seen):
            yield spelled(name_of(node), value)
    else:
        for part in giving(node):
            yield from _constants(part, seen)


def spelled(name: str, value: Expression) -> Expression:
    """Return what `upper`, `lower` or `trim` makes of a constant."""
    if not is_const(value, "string"):
        return value
    return const("string", _SPELLING[name](str(value.value[1])))


def giving(node: Expression) -> tuple[Expression, ...]:
    """Return the parts of a node of which it gives one as it is; none where it gives another."""
    name = name_of(node)
    if node.op == "merge":
        return node.args
    if node.op in HOLDING:
        return (node.args[HOLDING[node.op]],)
    if node.op == "window":
        return _of_window(node.args[0])
    if node.op == "aggregate":
        return node.args[:1] if name in PICKING else ()
    if name == "case":
        return branches(node)
    if name in _ONE_OF:
        return node.args
    return node.args[:1] if name in {"cast", "try_cast"} and _of_one_family(node) else ()


def _of_window(function: Expression) -> tuple[Expression, ...]:
    if name_of(function) in _OFFSETS:
        return (function.args[0], *function.args[2:3])
    return function.args[:1] if name_of(function) in PICKING else ()


def _of_one_family(cast: Expression) -> bool:
    """Return whether a cast keeps a constant as it is written: a text a text, a number a number."""
    into, value = family(str(cast.value[1])), cast.args[0]
    kind = str(value.value[0]) if is_const(value) else "string"
    return value is NULL or into == kind or (kind == "number" and into == "integer")


def branches(case: Expression) -> tuple[Expression, ...]:
    """Return the values of a CASE."""
    return (*case.args[1:-1:2], case.args[-1])


def literal(constant: Expression) -> str | None:
    """Return the text of a constant as a contract would list it; None where it is no plain one."""
    kind, text = constant.value
    return str(text) if kind in _LITERAL_KINDS else None


def number(text: object) -> Decimal | None:
    """Return the number that a text says, None where it says none."""
    try:
        found = Decimal(str(text).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def longest(expression: Expression) -> int | None:
    """Return how many characters a text has at most, None where that cannot be told."""
    return _longest(expression, {})


def _longest(node: Expression, known: dict[Expression, int | None]) -> int | None:
    if node not in known:
        known[node] = None
        known[node] = _length(node, known)
    return known[node]


def _length(node: Expression, known: dict[Expression, int | None]) -> int | None:
    name = name_of(node)
    if is_const(node):
        return len(str(node.value[1])) if is_const(node, "string") or node is NULL else None
    if node.op == "call" and name in {"cast", "try_cast"}:
        return length(str(node.value[1]))
    if node.op == "call" and name == "substring" and len(node.args) == 3:
        return _whole(node.args[2])
    if node.op == "call" and name == "concat":
        parts = [_longest(part, known) for part in node.args]
        return None if None in parts else sum(part for part in parts if part is not None)
    inner = node.args[:1] if node.op == "call" and name in _SAME_LENGTH else giving(node)
    parts = [_longest(part, known) for part in inner]
    found = [part for part in parts if part is not None]
    return max(found) if found and len(found) == len(parts) else None


def _whole(node: Expression) -> int | None:
    text = str(node.value[1]) if is_const(node, "number") else ""
    return int(text) if text.isdigit() and len(text) < 10 else None
