"""What an expression can give: the texts it may hold, and why it may be NULL."""

from collections.abc import Iterator

from guardian.diff.reduced import Facts
from guardian.model.expression import NULL, Expression, is_const, name_of

_HOLDING = {"member": 1, "scalar": 1, "maybe": 0, "outer": 0}
_PASSES_NULL_ON = frozenset({
    "cast", "add", "sub", "mul", "div", "neg", "abs", "upper", "lower", "trim", "concat", "round",
})  # fmt: skip
_NEIGHBOURS = frozenset({"lag", "lead"})


def texts(expression: Expression) -> frozenset[str]:
    """Return the constant texts that an expression gives in some row; others may come beside."""
    return frozenset(_texts(expression, set()))


def _texts(node: Expression, seen: set[Expression]) -> Iterator[str]:
    if node in seen:
        return
    seen.add(node)
    if is_const(node, "string"):
        yield str(node.value[1])
    elif node.op == "merge":
        for arm in node.args:
            yield from _texts(arm, seen)
    elif node.op in _HOLDING:
        yield from _texts(node.args[_HOLDING[node.op]], seen)
    elif name_of(node) == "case":
        for value in (*node.args[1:-1:2], node.args[-1]):
            yield from _texts(value, seen)
    elif name_of(node) == "coalesce":
        for value in node.args:
            yield from _texts(value, seen)


def why_null(expression: Expression, facts: Facts) -> str:
    """Return why an expression is NULL in some row whatever its columns hold; empty if unknown."""
    if facts.never_null(expression):
        return ""
    if expression is NULL:
        return "NULL is written"
    match expression.op:
        case "maybe":
            return "an outer join finds no match"
        case "merge":
            return _first(expression.args, facts)
        case "member" | "scalar" | "outer":
            return why_null(expression.args[_HOLDING[expression.op]], facts)
        case "window" if name_of(expression.args[0]) in _NEIGHBOURS:
            return (
                "there is no row before the first, or after the last" if _bare(expression) else ""
            )
        case "call":
            return _of_call(expression, facts)
        case _:
            return ""


def _of_call(node: Expression, facts: Facts) -> str:
    name = name_of(node)
    if name == "case":
        return _first((*node.args[1:-1:2], node.args[-1]), facts)
    if name == "try_cast":
        return "a cast that fails gives NULL"
    if name == "coalesce":
        reasons = [why_null(part, facts) for part in node.args]
        return reasons[0] if all(reasons) else ""
    return _first(node.args, facts) if name in _PASSES_NULL_ON else ""


def _first(parts: tuple[Expression, ...], facts: Facts) -> str:
    return next((why for part in parts if (why := why_null(part, facts))), "")


def _bare(window: Expression) -> bool:
    return len(window.args[0].args) < 3
