"""PySpark's Column.

An expression of sqlglot's Spark dialect, its names resolved where it is used.
"""

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import FunctionType
from typing import TypeAlias

from sqlglot import exp

from guardian.languages.expressions.operators import FALSE, NULL, TRUE
from guardian.languages.python import plain_columns as plainly
from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.machine import Machine
from guardian.languages.python.modules import Module
from guardian.languages.python.spark_calls import build, labelled
from guardian.languages.python.spark_types import type_tree
from guardian.languages.python.values import (
    MISSING,
    OPEN,
    Assumed,
    Call,
    Instance,
    Unknown,
    Value,
    only_symbol,
    plain,
    to_text,
)
from guardian.model.plan import Constant, Expr

Tree: TypeAlias = exp.Expr
# A tree, or what makes it: most columns are used as expressions of the plan, and need none.
Grown: TypeAlias = Tree | Callable[[], Tree]
TREE_DEPTH_LIMIT = 400
TREE_SIZE_LIMIT = 2_000

COMPARISONS: dict[str, type[exp.Binary]] = {
    "==": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
ARITHMETIC: dict[str, type[exp.Binary]] = {
    "+": exp.Add, "-": exp.Sub, "*": exp.Mul, "%": exp.Mod, "&": exp.And, "|": exp.Or,
    "**": exp.Pow,
}  # fmt: skip


@dataclass(eq=False, slots=True)
class Column:
    """An expression not yet resolved; `names` is its alias (several for a generator).

    `each` is set where it stands for one column after the other of a frame; `changed` says that it
    is no longer the plain column. `origin` is the call that made it, and the module that this
    stands in. `expr` is what its tree is lowered to, where that is known without lowering it.
    """

    grown: Grown
    names: tuple[str, ...] = ()
    origin: tuple[Module, ast.Call] | None = None
    each: EachColumn | None = None
    changed: bool = False
    depth: int = 1
    size: int = 1
    expr: Expr | None = None
    spark_type = "Column"

    @property
    def tree(self) -> Tree:
        """Return the expression as sqlglot holds it."""
        if isinstance(self.grown, FunctionType):
            self.grown = self.grown()
        return self.grown  # type: ignore[return-value]  # no function any more

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return a nested field, as `column.field` does."""
        del machine
        if name in METHODS or name.startswith("_"):
            return MISSING
        return combined(field_of(self.tree, name), (self,))

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method of the column gives."""
        method = METHODS.get(name)
        if method is not None:
            return located(method(self, call), call)
        if name == "__iter__":
            return MISSING
        if name == "__call__":
            return Unknown()
        call.machine.warn(f"the column method `{name}` is not known", call.at)
        trees = [as_tree(value) for value in call.args]
        tree = exp.Anonymous(this=name, expressions=[self.tree, *trees])
        return combined(tree, (self, *call.args))

    def operate(self, sign: str, other: Value, machine: Machine, *, reflected: bool) -> Value:
        """Return an operator applied to it and another value.

        Is a literal unless it is a column.
        """
        del machine
        if reflected and sign in COMPARISONS:
            sign, reflected = MIRRORED[sign], False
        left, right = (other, self) if reflected else (self, other)
        expr = plainly.operated(sign, as_expr(left), as_expr(right))
        return combined(
            lambda: _operation(sign, as_tree(left), as_tree(right)), (self, other), expr
        )

    def operate_unary(self, sign: str, machine: Machine) -> Value:
        """Return `-column` or `~column`."""
        del machine
        if sign == "+":
            return self
        if sign == "-":
            return combined(
                lambda: labelled(exp.Neg(this=self.tree), "negative", [self.tree]),
                (self,),
                plainly.negated(self.expr),
            )
        expr = plainly.called("not", self.expr)
        return combined(lambda: exp.Not(this=self.tree), (self,), expr)


def _operation(sign: str, left: Tree, right: Tree) -> Tree:
    kind = COMPARISONS.get(sign) or ARITHMETIC.get(sign)
    if kind is not None:
        return kind(this=left, expression=right)
    if sign == "/":
        return exp.Div(this=left, expression=right, typed=False, safe=True)
    return exp.Anonymous(this=f"operator {sign}", expressions=[left, right])


@dataclass(frozen=True)
class WindowSpec:
    """A window: partition and order keys, and a frame where one was given (kind, start, end)."""

    partition: tuple[Tree, ...] = ()
    order: tuple[Tree, ...] = ()
    frame: tuple[str, int, int] | None = None
    spark_type = "WindowSpec"

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: a window has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the window with keys or a frame."""
        keys = spread(call.args)
        match name:
            case "partitionBy":
                return replace(self, partition=tuple(as_tree(key, literal=False) for key in keys))
            case "orderBy":
                return replace(self, order=tuple(ordered(key) for key in keys))
            case "rowsBetween" | "rangeBetween":
                start, end = _bound(call.value(0, "start")), _bound(call.value(1, "end"))
                return replace(
                    self, frame=("ROWS" if name == "rowsBetween" else "RANGE", start, end)
                )
            case _:
                pass
        return Unknown()


UNBOUNDED = 1 << 31


def _bound(value: Value) -> int:
    if isinstance(value, Assumed):
        value = value.value
    return value if isinstance(value, int) else 0


def windowed(column: Column, window: WindowSpec) -> Column:
    """Return `column` over `window`."""
    parts: dict[str, object] = {"this": column.tree, "over": "OVER"}
    if window.partition:
        parts["partition_by"] = list(window.partition)
    if window.order:
        parts["order"] = exp.Order(expressions=list(window.order))
    if window.frame is not None:
        kind, start, end = window.frame
        low, low_side = _frame_bound(start)
        high, high_side = _frame_bound(end)
        parts["spec"] = exp.WindowSpec(
            kind=kind, start=low, start_side=low_side, end=high, end_side=high_side
        )
    return combined(exp.Window(**parts), (column,))


def _frame_bound(offset: int) -> tuple[object, str | None]:
    if offset == 0:
        return "CURRENT ROW", None
    side = "PRECEDING" if offset < 0 else "FOLLOWING"
    if abs(offset) >= UNBOUNDED:
        return "UNBOUNDED", side
    return exp.Literal.number(abs(offset)), side


def located(column: Column, call: Call) -> Column:
    """Return `column` as what `call` has made."""
    module = call.machine.module
    if call.node is not None and module is not None:
        column.origin = (module, call.node)
    return column


# --- making expressions ---------------------------------------------------------------------------


def _some_columns(tree: Tree) -> list[Tree]:
    """Return the columns that a tree names, each once."""
    named: dict[str, Tree] = {node.sql(): node for node in tree.find_all(exp.Column)}
    return list(named.values())[:50]


def combined(grown: Grown, operands: Iterable[Value], expr: Expr | None = None) -> Column:
    """Return a column made from others; its tree is left for later where `expr` is known.

    It inherits what they stand for, and grows no deeper than the limit.
    """
    depth, size, each = 1, 1, None
    for item in operands:
        if isinstance(item, Column):
            depth = max(depth, item.depth + 1)
            size += item.size
            each = each or item.each
    too_large = depth > TREE_DEPTH_LIMIT or size > TREE_SIZE_LIMIT
    if (expr is None or too_large) and isinstance(grown, FunctionType):
        grown = grown()
    if too_large and isinstance(grown, exp.Expr):
        grown = exp.Anonymous(this="too_deep", expressions=_some_columns(grown))
        depth, size, expr = 2, 1 + len(grown.expressions), None
    return Column(grown, each=each, changed=each is not None, depth=depth, size=size, expr=expr)


def named_column(name: str, frame: int | None = None) -> Column:
    """Return the column that a name means.

    `a`, `o.a`, `a.b`, `*`, `o.*`, with backticks where written.
    """
    if isinstance(name, EachColumn):
        star = exp.Star(except_=[identifier(part) for part in name.excluded] or None)
        return Column(star, each=name)
    parts, expr = _named(plain(name), frame)
    return Column(lambda: _named_tree(parts, frame), expr=expr)


@lru_cache(maxsize=8192)
def _named(name: str, frame: int | None) -> tuple[Sequence[str], Expr | None]:
    """Return the parts of a name, and the column of the plan that it is."""
    parts = name_parts(name)
    return parts, plainly.name_of(parts, frame)


def _named_tree(parts: Sequence[str], frame: int | None) -> Tree:
    if parts[-1] == "*":
        if len(parts) == 1:
            return exp.Star()
        return exp.Column(this=exp.Star(), table=identifier(".".join(parts[:-1])))
    if frame is None and len(parts) == 1:
        return exp.Column(this=identifier(parts[0]))
    tree: Tree
    if frame is not None:
        first = exp.Column(this=identifier(parts[0]))
        first.meta["frame"] = frame
        tree = first
        for part in parts[1:]:
            tree = field_of(tree, part)
        return tree
    slots = ("this", "table", "db", "catalog")
    used = list(reversed(parts))[:4] if len(parts) <= 4 else [parts[1], parts[0]]
    tree = exp.Column(**{slot: identifier(part) for slot, part in zip(slots, used, strict=False)})
    for part in parts[2:] if len(parts) > 4 else ():
        tree = exp.Dot(this=tree, expression=identifier(part))
    return tree


def name_parts(name: str) -> list[str]:
    """Return the parts of a dotted name; backticks keep a dot inside one part."""
    if name.isidentifier():
        return [name]
    parts: list[str] = [""]
    quoted = False
    depth = 0
    for letter in name:
        if letter == "`":
            quoted = not quoted
        elif letter == "." and not quoted and depth == 0:
            parts.append("")
        else:
            depth += (letter == "{") - (letter == "}")
            parts[-1] += letter
    return [part for part in parts if part] or [name or "_"]


def identifier(name: str) -> exp.Identifier:
    """Return a name as sqlglot holds it."""
    return exp.Identifier(this=name, quoted=False)


def field_of(tree: Tree, name: str) -> Tree:
    """Return a field of a struct or a map's entry."""
    return exp.Bracket(this=tree, expressions=[exp.Literal.string(name)])


def as_tree(value: Value, *, literal: bool = True) -> Tree:
    """Return a value as an expression.

    A column as it is, a string as a literal or else as a column's name.
    """
    if isinstance(value, Column):
        return value.tree
    if isinstance(value, Instance) and "value" in value.attributes:
        value = value.attributes["value"]
    if isinstance(value, str):
        return literal_text(value) if literal else named_column(value).tree
    if isinstance(value, Assumed):
        value = value.value
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int | float):
        number = exp.Literal.number(str(abs(value)))
        return exp.Neg(this=number) if value < 0 else number
    if value is None:
        return exp.Null()
    if isinstance(value, list | tuple | set | frozenset):
        return exp.Array(expressions=[as_tree(item, literal=literal) for item in value])
    return exp.Placeholder(
        this=value.name if isinstance(value, Unknown) and value.name else "value"
    )


def as_expr(value: Value, *, literal: bool = True) -> Expr | None:
    """Return what the tree of a value is lowered to; None where only the tree tells."""
    if isinstance(value, Column):
        return value.expr
    if type(value) is str:
        if OPEN in value:
            return None
        return Constant("string", value) if literal else _named(value, None)[1]
    if type(value) is bool:
        return TRUE if value else FALSE
    if type(value) is int or type(value) is float:
        return plainly.number(value)
    return NULL if value is None else None


def literal_text(text: str) -> Tree:
    """Return a string as a literal; a run-time value alone as its symbol."""
    name = only_symbol(text) if OPEN in text else None
    return exp.Placeholder(this=name) if name else exp.Literal.string(plain(text))


def ordered(value: Value, *, descending: bool = False) -> Tree:
    """Return a sort key, with Spark's null ordering written out.

    First when ascending, last when descending.
    """
    tree = as_tree(value, literal=False)
    if isinstance(tree, exp.Ordered):
        return tree
    return exp.Ordered(this=tree, desc=descending, nulls_first=not descending)


def spread(values: Sequence[Value]) -> list[Value]:
    """Return arguments with lists among them spread out, as PySpark does."""
    made: list[Value] = []
    for value in values:
        if isinstance(value, list | tuple | set):
            made.extend(value)
        else:
            made.append(value)
    return made


# --- methods of a column --------------------------------------------------------------------------

Method: TypeAlias = Callable[[Column, Call], Column]


def _test(kind: type[exp.Binary], name: str = "") -> Method:
    """Return the method that compares; `name` is what the plan calls that."""

    def apply(column: Column, call: Call) -> Column:
        other = call.value(0, "other")
        expr = plainly.called(name, column.expr, as_expr(other)) if name else None
        return combined(
            lambda: kind(this=column.tree, expression=as_tree(other)), (column, other), expr
        )

    return apply


def _function(name: str) -> Method:
    def apply(column: Column, call: Call) -> Column:
        values = [column, *call.args, *call.kwargs.values()]
        return combined(
            lambda: build(name, [as_tree(value) for value in values]),
            values,
            plainly.function(name, [as_expr(value) for value in values]),
        )

    return apply


def _order(*, descending: bool, nulls_first: bool) -> Method:
    return lambda column, _: combined(
        exp.Ordered(this=column.tree, desc=descending, nulls_first=nulls_first), (column,)
    )


def _alias(column: Column, call: Call) -> Column:
    names = tuple(plain(name) for name in spread(call.args) if isinstance(name, str))
    first = call.value(0)
    if column.each is not None and isinstance(first, EachColumn):
        return replace(column, names=(EachColumn.NAME,))
    return replace(column, names=names or column.names)


def _cast(kind: type[exp.Cast]) -> Method:
    def apply(column: Column, call: Call) -> Column:
        to = type_tree(call.value(0, "dataType"))
        if to is None:
            tree: Tree = exp.Anonymous(this="cast", expressions=[column.tree])
        else:
            made = combined(
                lambda: kind(this=column.tree, to=to, safe=safe),
                (column,),
                plainly.cast(column.expr, to, safe=safe),
            )
            made.names = column.names
            return made
        made = combined(tree, (column,))
        made.names = column.names
        return made

    safe = kind is exp.TryCast
    return apply


def _isin(column: Column, call: Call) -> Column:
    values = spread(call.args)
    return combined(
        lambda: exp.In(this=column.tree, expressions=[as_tree(value) for value in values]),
        (column, *values),
        plainly.called("in", column.expr, *map(as_expr, values)),
    )


def _is_null(column: Column, _: Call) -> Column:
    expr = plainly.called("is_null", column.expr)
    return combined(lambda: exp.Is(this=column.tree, expression=exp.Null()), (column,), expr)


def _is_not_null(column: Column, call: Call) -> Column:
    null = _is_null(column, call)
    expr = plainly.called("not", null.expr)
    return combined(lambda: exp.Not(this=null.tree), (column,), expr)


def _between(column: Column, call: Call) -> Column:
    low, high = call.value(0, "lowerBound"), call.value(1, "upperBound")
    return combined(
        lambda: exp.Between(this=column.tree, low=as_tree(low), high=as_tree(high)),
        (column, low, high),
        plainly.called("between", column.expr, as_expr(low), as_expr(high)),
    )


def _when(column: Column, call: Call) -> Column:
    condition, value = call.value(0, "condition"), call.value(1, "value")
    return case(column, condition, value)


def case(before: Column | None, condition: Value, value: Value) -> Column:
    """Return a CASE with one more branch than `before`, or with its first."""

    def grown() -> Tree:
        tree = before.tree if before is not None else None
        branches = list(tree.args.get("ifs") or []) if isinstance(tree, exp.Case) else []
        branch = exp.If(this=as_tree(condition), true=as_tree(value))
        return exp.Case(ifs=[*branches, branch])

    earlier = NULL if before is None else before.expr
    expr = plainly.branch(earlier, as_expr(condition), as_expr(value))
    return combined(grown, (before, condition, value), expr)


def _otherwise(column: Column, call: Call) -> Column:
    value = call.value(0, "value")

    def grown() -> Tree:
        return exp.Case(ifs=list(column.tree.args.get("ifs") or []), default=as_tree(value))

    return combined(grown, (column, value), plainly.otherwise(column.expr, as_expr(value)))


def _over(column: Column, call: Call) -> Column:
    window = call.value(0, "window")
    return windowed(column, window if isinstance(window, WindowSpec) else WindowSpec())


def _item(column: Column, call: Call) -> Column:
    key = call.value(0, "key")
    if isinstance(key, slice):
        return column
    tree = exp.Bracket(this=column.tree, expressions=[as_tree(key)])
    return combined(tree, (column, key))


def _field(column: Column, call: Call) -> Column:
    name = call.value(0, "name")
    return combined(field_of(column.tree, to_text(name)), (column,))


def _with_field(column: Column, call: Call) -> Column:
    name, value = call.value(0, "fieldName"), call.value(1, "col")
    tree = exp.Anonymous(
        this="with_field", expressions=[column.tree, literal_text(to_text(name)), as_tree(value)]
    )
    return combined(tree, (column, value))


def _drop_fields(column: Column, call: Call) -> Column:
    names = [literal_text(to_text(name)) for name in call.args]
    return combined(exp.Anonymous(this="drop_fields", expressions=[column.tree, *names]), (column,))


def _contains(column: Column, call: Call) -> Column:
    value = call.value(0, "other")
    return combined(exp.Contains(this=column.tree, expression=as_tree(value)), (column, value))


def _bitwise(kind: type[exp.Binary]) -> Method:
    return _test(kind)


METHODS: dict[str, Method] = {
    "alias": _alias, "name": _alias, "cast": _cast(exp.Cast),
    "astype": _cast(exp.Cast), "try_cast": _cast(exp.TryCast),
    "isNull": _is_null, "isNotNull": _is_not_null, "isin": _isin, "between": _between,
    "isNaN": _function("isnan"), "eqNullSafe": _test(exp.NullSafeEQ, "is"), "when": _when,
    "otherwise": _otherwise,
    "over": _over, "getItem": _item, "__getitem__": _item, "getField": _field,
    "withField": _with_field,
    "dropFields": _drop_fields, "like": _test(exp.Like, "like"),
    "ilike": _test(exp.ILike, "ilike"), "rlike": _test(exp.RegexpLike, "rlike"),
    "contains": _contains, "startswith": _function("startswith"),
    "endswith": _function("endswith"), "substr": _function("substring"),
    "asc": _order(descending=False, nulls_first=True),
    "desc": _order(descending=True, nulls_first=False),
    "asc_nulls_first": _order(descending=False, nulls_first=True),
    "asc_nulls_last": _order(descending=False, nulls_first=False),
    "desc_nulls_first": _order(descending=True, nulls_first=True),
    "desc_nulls_last": _order(descending=True, nulls_first=False),
    "bitwiseAND": _bitwise(exp.BitwiseAnd), "bitwiseOR": _bitwise(exp.BitwiseOr),
    "bitwiseXOR": _bitwise(exp.BitwiseXor), "eq": _test(exp.EQ, "eq"),
}  # fmt: skip
