"""Python's operators: their symbols, and what is too large to compute."""

import ast
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

from guardian.languages.python.branches import CONTAINER_LIMIT
from guardian.languages.python.values import (
    Assumed,
    Builtin,
    Call,
    ClassValue,
    Handler,
    Unknown,
    Value,
    fingerprintable,
    small,
)

# `Any`: what an operator takes is found out by trying it.
BINARY: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
    ast.Pow: ("**", operator.pow),
    ast.BitAnd: ("&", operator.and_),
    ast.BitOr: ("|", operator.or_),
    ast.BitXor: ("^", operator.xor),
}


COMPARE: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
}


# A field so wide that printing it would fill the memory.
POWER_LIMIT, BIT_LIMIT, PRODUCT_BITS = 64, 128, 1_024
WIDE = re.compile(r"%(?:\([^)]*\))?[-+ #0]*\d*\.?(?:\d{5,}|\*)")


UNARY: dict[type[ast.unaryop], str] = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}


def hashable(value: Value) -> Value:
    """Return a key that a dict can hold for `value`."""
    try:
        if small(value):
            hash(value)
            return value
    except TypeError:
        pass
    return fingerprintable(value)


def hashable_set(values: Sequence[Value]) -> set[Value]:
    """Return a set of `values`."""
    return {hashable(value) for value in values}


def node_name(node: ast.expr) -> str:
    """Return the name that an expression ends in; empty where it has none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    if isinstance(node, ast.Call):
        return node_name(node.func)
    return ""


def is_test(value: Value) -> bool:
    """Return whether `value` is the open outcome of a comparison."""
    return isinstance(value, Unknown) and bool(value.key)


def element_node(node: ast.expr, index: int, spread: list[Value] | None) -> ast.expr | None:
    """Return the syntax of an element of a list that is spread out where it is written."""
    if (
        isinstance(node, ast.List | ast.Tuple)
        and spread is not None
        and len(node.elts) == len(spread)
    ):
        return node.elts[index]
    return None


def same_type(left: Value, right: Value) -> bool | None:
    """Return whether two types are one; None where one of the values is no type that is known."""
    if isinstance(left, Builtin) and isinstance(right, Builtin):
        return left.name == right.name
    kinds = (ClassValue, Builtin)
    return left is right if isinstance(left, kinds) and isinstance(right, kinds) else None


def number(value: Value) -> Value:
    """Return the number that is assumed for a job argument; any other value as it is."""
    return value.value if isinstance(value, Assumed) else value


def computable(value: Value) -> bool:
    """Return whether Python's own operators may be applied to `value`."""
    return isinstance(value, bool | int | float | str | list | tuple | set | frozenset | dict)


def too_large(sign: str, left: Value, right: Value) -> bool:
    """Return whether an operator could give something that fills the memory."""
    if sign == "**":
        small = isinstance(left, float) or (
            isinstance(left, int) and left.bit_length() <= BIT_LIMIT
        )
        return not (small and isinstance(right, int) and abs(right) <= POWER_LIMIT)
    if sign == "*":
        sizes = [len(value) for value in (left, right) if isinstance(value, str | list | tuple)]
        counts = [value for value in (left, right) if isinstance(value, int)]
        if sizes and counts:
            return sizes[0] * counts[0] > CONTAINER_LIMIT
        return sum(count.bit_length() for count in counts) > PRODUCT_BITS
    if isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
        return len(left) + len(right) > CONTAINER_LIMIT
    return any(isinstance(value, int) and value.bit_length() > BIT_LIMIT for value in (left, right))


# --- operators as functions and methods -----------------------------------------------------------

METHODS: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv",
    ast.Mod: "mod", ast.Pow: "pow", ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor",
    ast.LShift: "lshift", ast.RShift: "rshift", ast.MatMult: "matmul",
}  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge",
}  # fmt: skip


def _two(op: ast.operator) -> Handler:
    def answer(call: Call) -> Value:
        return call.machine.binary(op, call.value(0), call.value(1), call.node or ast.Pass())

    return answer


def _compared(op: ast.cmpop) -> Handler:
    return lambda call: call.machine.compare(op, call.value(0), call.value(1))


def _contains(call: Call) -> Value:
    return call.machine.compare(ast.In(), call.value(1), call.value(0))


def _element(call: Call) -> Value:
    return call.machine.subscript(call.value(0), call.value(1))


def _inverted(sign: str) -> Handler:
    def answer(call: Call) -> Value:
        operate = getattr(call.value(0), "operate_unary", None)
        return operate(sign, call.machine) if operate is not None else Unknown()

    return answer


OPERATOR_FUNCTIONS: dict[str, Handler] = {
    **{f"{name}_" if name in {"and", "or"} else name: _two(op()) for op, name in METHODS.items()},
    **{name: _compared(op()) for op, name in COMPARISONS.items()},
    "concat": _two(ast.Add()), "iadd": _two(ast.Add()), "contains": _contains,
    "getitem": _element, "is_": _compared(ast.Is()), "is_not": _compared(ast.IsNot()),
    "inv": _inverted("~"), "invert": _inverted("~"), "neg": _inverted("-"),
}  # fmt: skip
