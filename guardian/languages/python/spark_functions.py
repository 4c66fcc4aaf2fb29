"""`pyspark.sql.functions`: each call as the expression that the same function in SQL text gives."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from guardian.languages.expressions import with_defaults
from guardian.languages.python import plain_columns as plainly
from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.modules import nesting
from guardian.languages.python.spark_calls import build, labelled
from guardian.languages.python.spark_columns import (
    Column,
    Grown,
    Tree,
    as_expr,
    as_tree,
    case,
    combined,
    identifier,
    named_column,
    spread,
)
from guardian.languages.python.spark_signatures import ANY, SIGNATURES
from guardian.languages.python.spark_types import shape_text
from guardian.languages.python.udfs import is_callable, udf_of
from guardian.languages.python.values import (
    Builtin,
    Call,
    Function,
    Value,
    as_sql,
    plain,
    to_text,
)
from guardian.model.plan import Expr

# What a function is called in SQL, where PySpark calls it otherwise.
RENAMED = {
    "countDistinct": "count_distinct", "approxCountDistinct": "approx_count_distinct",
    "sumDistinct": "sum_distinct", "toDegrees": "degrees", "toRadians": "radians",
    "create_map": "map", "bitwiseNOT": "bitwise_not", "column": "col", "negate": "negative",
    "shiftLeft": "shiftleft", "shiftRight": "shiftright",
    "shiftRightUnsigned": "shiftrightunsigned", "timestamp_add": "timestampadd",
    "timestamp_diff": "timestampdiff", "typedLit": "lit", "typedlit": "lit",
}  # fmt: skip
GENERATORS: dict[str, tuple[str, ...]] = {
    "explode": ("col",), "explode_outer": ("col",), "posexplode": ("pos", "col"),
    "posexplode_outer": ("pos", "col"), "inline": (), "inline_outer": (), "stack": (),
    "json_tuple": (),
}  # fmt: skip
_VARIABLE = re.compile(r"\$\{(\w+)\}")
EXPRESSION_LIMIT, EXPRESSION_DEPTH = 200_000, 200
# What `from pyspark.sql.functions import *` does not bring, and what it brings that is no function
# of columns.
_NOT_EXPORTED = frozenset({"chr", "uuid"})
_EXPORTED = frozenset({"udf", "pandas_udf", "udtf", "arrow_udf", "arrow_udtf"})


def is_function(name: str) -> bool:
    """Return whether `pyspark.sql.functions` has a function of that name, for star imports."""
    return name in _EXPORTED or (name in SIGNATURES and name not in _NOT_EXPORTED)


def parse_expression(text: str, call: Call) -> Column:
    """Return SQL text as a column; text that cannot be read is opaque, with a warning."""
    sql = as_sql(text)
    expr = _test(sql) if _PLAIN_TEST.fullmatch(sql) else None
    if expr is not None:
        return Column(lambda: _select_item(sql), expr=expr)
    try:
        tree = _select_item(sql)
    except (SqlglotError, ValueError, RecursionError) as error:
        reason = (str(error).splitlines() or [""])[0].strip()
        call.machine.warn(f"this SQL expression cannot be read: {reason[:120]}", call.at)
        return Column(
            exp.Anonymous(this="unreadable", expressions=[exp.Literal.string(plain(text)[:300])])
        )
    tree = _with_symbols(tree)
    if isinstance(tree, exp.Aliases):
        return Column(tree.this, names=tuple(name.name for name in tree.expressions))
    if isinstance(tree, exp.Alias):
        return Column(tree.this, names=(tree.alias,))
    return Column(_named_as_written(tree, sql))


# Text that may be a test of names and constants, such as stands in every other script.
_PLAIN_TEST = re.compile(r"[\w.=<>!' -]{1,100}")


@lru_cache(maxsize=4096)
def _test(sql: str) -> Expr | None:
    """Return a test as an expression of the plan; None where it is more than that."""
    try:
        return plainly.condition(_select_item(sql))
    except (SqlglotError, ValueError, RecursionError):
        return None


# A call of columns, which Spark names a column after as it is written.
_PLAIN_CALL = re.compile(r"(\w+)\(\s*(\w+(?:\s*,\s*\w+)*)\s*\)")


def _named_as_written(tree: Tree, sql: str) -> Tree:
    found = _PLAIN_CALL.fullmatch(sql.strip())
    if found is None or not isinstance(tree, exp.Func):
        return tree
    arguments = [named_column(name.strip()).tree for name in found[2].split(",")]
    return labelled(tree, found[1].lower(), arguments)


def _with_symbols(tree: Tree) -> Tree:
    """Return `tree` with run-time values in strings as symbols: `'${date}'`."""
    for literal in list(tree.find_all(exp.Literal)):
        text = str(literal.this)
        if "${" not in text:
            continue
        whole = _VARIABLE.fullmatch(text)
        if whole and literal.parent is not None:
            literal.replace(exp.Placeholder(this=whole.group(1)))
        elif whole:
            return exp.Placeholder(this=whole.group(1))
        else:
            literal.set("this", _VARIABLE.sub(r"{\1}", text))
    return tree


def _select_item(sql: str) -> Tree:
    if len(sql) > EXPRESSION_LIMIT or nesting(sql) > EXPRESSION_DEPTH:
        raise ValueError("too long or too deeply nested")
    select = sqlglot.parse_one(f"SELECT {sql}", dialect="spark")
    items = select.expressions if isinstance(select, exp.Select) else []
    if len(items) != 1 or len([key for key, value in select.args.items() if value]) > 1:
        raise ValueError("not one expression")
    item: Tree = items[0]
    return item


def function_call(name: str, call: Call) -> Value:
    """Return what `F.name(...)` gives."""
    called = RENAMED.get(name, name)
    special = SPECIAL.get(called)
    if special is not None:
        return special(call)
    signature = SIGNATURES.get(name, ANY)
    args = signature.placed(call.args, call.kwargs)
    if signature.variadic:
        args = spread(args)
    constant = [signature.is_constant(position) for position in range(len(args))]

    def grown() -> Tree:
        trees = [
            _argument(arg, literal=literal, call=call)
            for arg, literal in zip(args, constant, strict=True)
        ]
        given = with_defaults(called, trees)
        return labelled(build(called, given), called, given)

    return _made(grown, args, _plainly(called, args, constant))


def _plainly(name: str, args: Sequence[Value], constant: Sequence[bool]) -> Expr | None:
    """Return a call as an expression of the plan, None where only its tree tells."""
    if None in args or name in GENERATORS:
        return None
    exprs = [as_expr(arg, literal=literal) for arg, literal in zip(args, constant, strict=True)]
    return plainly.function(name, exprs)


def _argument(value: Value, *, literal: bool, call: Call) -> Tree | None:
    """Return an argument as an expression, None for one left out between two others."""
    if value is None:
        return None
    if isinstance(value, Function | Builtin):
        return _lambda(value, call)
    if isinstance(value, dict):
        entries = [as_tree(part) for pair in value.items() for part in pair]
        return build("map", entries)
    return as_tree(value, literal=literal)


def _window(name: str) -> "Special":
    """Return the function that makes a time window: a struct, in a column called `window`."""

    def make(call: Call) -> Value:
        signature = SIGNATURES[name]
        args = signature.placed(call.args, call.kwargs)
        if len(args) > 3 and args[2] is None:
            args[2] = args[1]  # a window that starts later, and slides by its own length
        trees = [as_tree(arg, literal=index > 0) for index, arg in enumerate(args)]
        return replace(_made(build(name, trees), args), names=(name,))

    return make


def _made(grown: Grown, operands: Sequence[Value], expr: Expr | None = None) -> Column:
    made = combined(grown, spread(operands), expr)
    made.each, made.changed = _each_of(made, operands), True
    return made


def _each_of(made: Column, operands: Sequence[Value]) -> EachColumn | None:
    if made.each is not None:
        return made.each
    return next((item for item in operands if isinstance(item, EachColumn)), None)


# --- functions that are not simply a function of columns ------------------------------------------

Special: TypeAlias = Callable[[Call], Value]


def _col(call: Call) -> Value:
    name = call.value(0, "col", call.kwargs.get("colName"))
    if isinstance(name, Column):
        return name
    return named_column(name if isinstance(name, str) else to_text(name))


def _lit(call: Call) -> Value:
    value = call.value(0, "col")
    if isinstance(value, Column):
        return value
    expr = as_expr(value)
    return Column(as_tree(value) if expr is None else lambda: as_tree(value), expr=expr)


def _expr(call: Call) -> Value:
    text = call.value(0, "str")
    if not isinstance(text, str):
        return Column(as_tree(text))
    return parse_expression(text, call)


def _when(call: Call) -> Value:
    return case(None, call.value(0, "condition"), call.value(1, "value"))


def _count(call: Call) -> Value:
    value = call.value(0, "col")

    def grown() -> Tree:
        tree = exp.Star() if value == "*" else as_tree(value, literal=False)
        return exp.Count(this=tree, big_int=True)

    rows = type(value) is str and value == "*"
    return _made(grown, (value,), plainly.count(() if rows else as_expr(value, literal=False)))


def _count_distinct(call: Call) -> Value:
    values = spread(call.args)
    trees = [as_tree(value, literal=False) for value in values]
    return _made(exp.Count(this=exp.Distinct(expressions=trees), big_int=True), values)


def _sum_distinct(call: Call) -> Value:
    value = call.value(0, "col")
    return _made(exp.Sum(this=exp.Distinct(expressions=[as_tree(value, literal=False)])), (value,))


def _ordering(*, descending: bool, nulls_first: bool) -> Special:
    def make(call: Call) -> Value:
        tree = as_tree(call.value(0, "col"), literal=False)
        return Column(exp.Ordered(this=tree, desc=descending, nulls_first=nulls_first))

    return make


def _not(call: Call) -> Value:
    value = call.value(0, "col")
    return _made(exp.BitwiseNot(this=as_tree(value, literal=False)), (value,))


def _struct(call: Call) -> Value:
    values = spread(call.args)
    fields: list[Tree] = []
    for index, value in enumerate(values):
        tree = as_tree(value, literal=False)
        if tree.is_star and len(values) == 1:
            return _made(exp.Struct(expressions=[tree]), values)
        name = _own_name(value) or f"col{index + 1}"
        fields.append(exp.PropertyEQ(this=identifier(name), expression=tree))
    return _made(exp.Struct(expressions=fields), values)


def _own_name(value: Value) -> str:
    if isinstance(value, Column):
        if value.names:
            return value.names[0]
        tree = value.tree
        return tree.name if isinstance(tree, exp.Column) else ""
    return plain(value).rpartition(".")[2] if isinstance(value, str) else ""


def _trim(name: str) -> "Special":
    """Return `trim(column, characters)`; SQL has these the other way round."""

    def make(call: Call) -> Value:
        args = SIGNATURES[name].placed(call.args, call.kwargs)
        turned = [*reversed(args)]
        expr = plainly.function(name, [as_expr(arg, literal=False) for arg in turned])
        return _made(
            lambda: build(name, [as_tree(arg, literal=False) for arg in turned]), args, expr
        )

    return make


def _from_text(name: str) -> "Special":
    """Return the function that reads a struct out of text, by its schema."""

    def make(call: Call) -> Value:
        value, schema, *options = SIGNATURES[name].placed(call.args, call.kwargs)
        shape = (
            as_tree(schema)
            if isinstance(schema, Column)
            else exp.Literal.string(shape_text(schema) or plain(to_text(schema)))
        )
        extra = [_argument(option, literal=True, call=call) for option in options]
        arguments = [as_tree(value, literal=False), shape, *filter(None, extra)]
        return _made(exp.Anonymous(this=name, expressions=arguments), (value,))

    return make


def _call_udf(call: Call) -> Value:
    name = to_text(call.value(0))
    trees = [as_tree(value, literal=False) for value in call.args[1:]]
    return _made(build(plain(name), trees), call.args[1:])


def _broadcast(call: Call) -> Value:
    return call.value(0, "df")


def _udf(call: Call) -> Value:
    first = call.value(0, "f")
    if is_callable(first):
        return udf_of(first, call.machine, call.value(1, "returnType"))
    returns = first if first is not None else call.kwargs.get("returnType")

    def decorate(inner: Call) -> Value:
        return udf_of(inner.value(0), inner.machine, returns)

    return Builtin("udf", decorate)


def _distinct(name: str) -> "Special":
    """Return an aggregate over values without their repetitions: `listagg(DISTINCT a, ',')`."""

    def make(call: Call) -> Value:
        value, *rest = SIGNATURES[name].placed(call.args, call.kwargs)
        trees = [as_tree(value, literal=False), *(as_tree(other) for other in rest)]
        trees[0] = exp.Distinct(expressions=trees[:1])
        return _made(build(name.removesuffix("_distinct"), trees), call.args)

    return make


SPECIAL: dict[str, Special] = {
    "col": _col, "lit": _lit, "expr": _expr, "when": _when, "count": _count,
    "count_distinct": _count_distinct, "sum_distinct": _sum_distinct,
    "listagg_distinct": _distinct("listagg_distinct"),
    "string_agg_distinct": _distinct("string_agg_distinct"),
    "bitwise_not": _not, "struct": _struct,
    **{name: _from_text(name) for name in ("from_json", "from_csv", "from_xml")},
    **{name: _trim(name) for name in ("trim", "ltrim", "rtrim")},
    "asc": _ordering(descending=False, nulls_first=True),
    "desc": _ordering(descending=True, nulls_first=False),
    "asc_nulls_first": _ordering(descending=False, nulls_first=True),
    "asc_nulls_last": _ordering(descending=False, nulls_first=False),
    "desc_nulls_first": _ordering(descending=True, nulls_first=True),
    "desc_nulls_last": _ordering(descending=True, nulls_first=False),
    "call_udf": _call_udf, "call_function": _call_udf, "broadcast": _broadcast,
    "udf": _udf, "pandas_udf": _udf, "arrow_udf": _udf,
    "window": _window("window"), "session_window": _window("session_window"),
}  # fmt: skip

# --- higher-order functions -----------------------------------------------------------------------


def _lambda(function: Function | Builtin, call: Call) -> Tree:
    names = ["x"]
    if isinstance(function, Function):
        names = [parameter.arg for parameter in function.node.args.args] or ["x"]
    # An identifier, not a column: the parameter hides a column of the same name.
    parameters = [Column(exp.Column(this=identifier(name))) for name in names]
    body = call.machine.apply(function, *parameters)
    return exp.Lambda(this=as_tree(body), expressions=[identifier(name) for name in names])
