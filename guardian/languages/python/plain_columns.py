"""Everyday columns as expressions of the plan, made without a tree of sqlglot.

What a column means is said once, by its tree and by how that is lowered. Names, constants,
comparisons and well-known functions are put together here right away, as lowering their tree would
put them together; whatever else a column is made of gives None, and is left to the tree.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression, type_text
from guardian.languages.expressions.operators import NULL, cast_to, plain_number
from guardian.languages.python.spark_calls import LONG, SLOT, constant_text, template
from guardian.model.names import fold
from guardian.model.plan import (
    AggregateCall,
    Call,
    Constant,
    Expr,
    FrameRef,
    PlanBuilder,
    Ref,
)

DIALECT = "spark"
_BINARY = {
    "==": "eq", "!=": "neq", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "+": "add", "-": "sub",
    "*": "mul", "%": "mod",
}  # fmt: skip
_NAMES = (Ref, FrameRef)
_JOINED = {"&": "and", "|": "or"}
# Functions that mean the same whatever their arguments are; all others are put together here where
# they are given names and constants only.
OF_ANYTHING = frozenset({
    "abs", "add_months", "array", "array_contains", "avg", "base64", "ceil", "coalesce",
    "collect_list", "collect_set", "concat", "concat_ws", "crc32", "date_trunc", "element_at",
    "exp", "first", "floor", "format_number", "from_unixtime", "greatest", "hash", "ifnull",
    "initcap", "instr", "isnan", "isnotnull", "isnull", "last", "last_day", "least", "length",
    "log", "lower", "lpad", "ltrim", "max", "md5", "min", "nanvl", "nullif", "nvl", "pow",
    "regexp_extract", "regexp_replace", "replace", "reverse", "round", "rpad", "rtrim", "sha1",
    "sha2", "signum", "size", "split", "sqrt", "stddev", "substring", "sum", "to_date",
    "to_timestamp", "translate", "trim", "unix_timestamp", "upper", "variance", "xxhash64",
})  # fmt: skip


def name_of(parts: Sequence[str], frame: int | None) -> Expr | None:
    """Return the column of these names, `table` and `column`, or one of a frame."""
    last = parts[-1]
    if last in {"*", "0x"} or len(parts) > 4:
        return None
    if frame is None:
        return Ref(fold(last, DIALECT), tuple([fold(part, DIALECT) for part in parts[:-1]]))
    return FrameRef(frame, fold(last, DIALECT)) if len(parts) == 1 else None


def number(value: float) -> Constant:
    """Return a number as it is written."""
    text = plain_number(str(abs(value)))
    return Constant("number", f"-{text}" if value < 0 else text)


def condition(tree: exp.Expr) -> Expr | None:
    """Return what a test is lowered to where it is of names and constants alone."""
    if not all(type(node) in _TESTS for node in tree.walk()):
        return None
    return lower_expression(tree, Scope(builder=PlanBuilder(), dialect=DIALECT))


_TESTS = frozenset({
    exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Boolean, exp.And, exp.Or,
    exp.Not, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is, exp.In, exp.Between,
})  # fmt: skip


def operated(sign: str, left: Expr | None, right: Expr | None) -> Expr | None:
    """Return what an operator of Python makes of two columns, `+`, `==` or `&`."""
    if left is None or right is None:
        return None
    name = _BINARY.get(sign)
    if name is not None:
        return Call(name, (left, right))
    if sign == "/":
        return Call("div", (left, right), "safe")
    name = _JOINED.get(sign)
    if name is None:
        return None
    if isinstance(left, Call) and left.name == name:
        return Call(name, (*left.args, right))
    return Call(name, (left, right))


def called(name: str, *args: Expr | None) -> Expr | None:
    """Return the call of an operator of the plan, `is_null` or `between`."""
    made = _all(args)
    return None if made is None else Call(name, made)


def _all(args: Sequence[Expr | None]) -> tuple[Expr, ...] | None:
    made = tuple(arg for arg in args if arg is not None)
    return made if len(made) == len(args) else None


def negated(expr: Expr | None) -> Expr | None:
    """Return `-expr`."""
    if expr is None or not isinstance(expr, Constant):
        return called("neg", expr)
    positive = expr.kind == "number" and not expr.text.startswith("-")
    return Constant("number", f"-{expr.text}") if positive else None


def cast(expr: Expr | None, to: exp.Expr, *, safe: bool) -> Expr | None:
    """Return `expr` as another type; `safe` gives NULL where that is not possible."""
    return None if expr is None else cast_to(type_text(to, DIALECT), expr, safe=safe)


def branch(before: Expr | None, condition: Expr | None, value: Expr | None) -> Expr | None:
    """Return a CASE with one more branch; `before` is NULL where there is none yet."""
    if condition is None or value is None:
        return None
    if before is NULL:
        return Call("case", (condition, value, NULL))
    return otherwise(before, condition, value, NULL)


def otherwise(before: Expr | None, *rest: Expr | None) -> Expr | None:
    """Return a CASE with what it gives where no branch holds."""
    behind = _all(rest)
    if behind is None or not isinstance(before, Call) or before.name != "case":
        return None
    return Call("case", (*before.args[:-1], *behind))


# --- functions ------------------------------------------------------------------------------------


def function(name: str, args: Sequence[Expr | None]) -> Expr | None:
    """Return the call of a function as lowering gives it; None where only its tree tells."""
    texts: list[str] = []
    given: dict[str, Expr] = {}
    for position, arg in enumerate(args):
        if arg is None:
            return None
        if isinstance(arg, Constant):
            text = _text(arg)
            if text is None:
                return None
        else:
            if name not in OF_ANYTHING and not isinstance(arg, _NAMES):
                return None
            slot = f"{SLOT}{position}"
            given[slot] = arg
            text = f"`{slot}`"
        texts.append(text)
    form = _form(f"{name}({', '.join(texts)})", tuple(given))
    return None if form is None else _filled(form, given)


def count(given: Expr | tuple[()] | None) -> Expr | None:
    """Return the number of rows, or of values of a column; None where only its tree tells."""
    if given == ():
        return AggregateCall(name="count")
    return AggregateCall(name="count", args=(given,)) if isinstance(given, _NAMES) else None


def _text(constant: Constant) -> str | None:
    """Return a constant as SQL writes it; None for one that is long, or of another kind."""
    kind, text = constant.kind, constant.text
    if kind == "number":
        return text
    if kind == "string" and len(text) <= LONG:
        return constant_text(exp.Literal, text, quoted=True, negative=False)
    return {"boolean": text.upper(), "null": "NULL"}.get(kind)


@lru_cache(maxsize=8192)
def _form(text: str, slots: tuple[str, ...]) -> Expr | None:
    """Return a call with slots as it is lowered; None where it is not simply a call of them."""
    tree = template(text)
    if tree is None:
        return None
    scope = Scope(builder=PlanBuilder(), dialect=DIALECT)
    expr = lower_expression(tree.copy(), scope)
    if scope.warnings or (isinstance(expr, Call) and expr.name in _GROWING):
        return None
    found = _slots(expr)
    return expr if found is not None and set(found) == set(slots) else None


# What takes more operands from the operator that follows.
_GROWING = frozenset({"and", "or", "case"})


def _slots(expr: Expr) -> list[str] | None:
    """Return the slots in a call; None where something else than calls is around them."""
    match expr:
        case Constant():
            return []
        case Ref(name):
            return [name]
        case Call() | AggregateCall(filter=None, order=()):
            inner = [_slots(arg) for arg in expr.args]
            return None if None in inner else [name for part in inner for name in part or ()]
        case _:
            return None


def _filled(expr: Expr, given: Mapping[str, Expr]) -> Expr:
    if isinstance(expr, Ref):
        return given[expr.name]
    if isinstance(expr, Call):
        return Call(expr.name, tuple([_filled(arg, given) for arg in expr.args]), expr.option)
    if isinstance(expr, AggregateCall):
        return AggregateCall(
            name=expr.name,
            args=tuple([_filled(arg, given) for arg in expr.args]),
            distinct=expr.distinct,
            option=expr.option,
        )
    return expr
