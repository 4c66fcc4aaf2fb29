"""Small changes of PySpark that as a rule change what comes out."""

import ast
import copy

from tests.judge.python_rewrites import renamed_method
from tests.judge.python_rules import (
    Around,
    Book,
    call,
    column_name,
    constant,
    function,
    is_function,
    method,
    on_frame,
    receiver,
    text_of,
)

BOOK = Book()
at = BOOK.at
Made = ast.AST | None
# What rows do not show: these are changes wherever they are made.
EFFECTS = {
    "another mode of the write",
    "another partition of the write",
    "another target of the write",
}
TWINS = {ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Lt: ast.LtE, ast.LtE: ast.Lt}


def _compared(node: ast.Compare, operator: ast.cmpop) -> ast.Compare:
    return ast.Compare(left=node.left, ops=[operator], comparators=node.comparators)


def _is_column(node: ast.AST) -> bool:
    """Return whether Spark evaluates a comparison, not Python."""
    return any(is_function(part, "col", "lit", "expr") for part in ast.walk(node))


@at("> for >= in Python", ast.Compare)
def boundary(node: ast.Compare, _: Around) -> Made:
    twin = TWINS.get(type(node.ops[0]))
    return _compared(node, twin()) if twin and _is_column(node) else None


@at("< for > in Python", ast.Compare)
def direction(node: ast.Compare, _: Around) -> Made:
    turned = {ast.Gt: ast.Lt, ast.GtE: ast.LtE, ast.Lt: ast.Gt, ast.LtE: ast.GtE}.get(
        type(node.ops[0])
    )
    return _compared(node, turned()) if turned and _is_column(node) else None


@at("== for != in Python", ast.Compare)
def unequal(node: ast.Compare, _: Around) -> Made:
    turned = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}.get(type(node.ops[0]))
    return _compared(node, turned()) if turned and _is_column(node) else None


@at("a number of Python one more", ast.Constant)
def number_more(node: ast.Constant, _: Around) -> Made:
    plain = isinstance(node.value, int) and not isinstance(node.value, bool)
    return constant(node.value + 1) if plain else None  # type: ignore[operator]


@at("a text of Python in another case", ast.Constant)
def text_case(node: ast.Constant, _: Around) -> Made:
    text = text_of(node) or ""
    return constant(text.upper()) if text in {"a", "b", "c", "d"} else None


@at("another word", ast.Constant)
def word(node: ast.Constant, _: Around) -> Made:
    return (
        constant(f"{text_of(node)}!") if text_of(node) in {"high", "mid", "low", "none"} else None
    )


@at("| for &", ast.BinOp)
def either(node: ast.BinOp, _: Around) -> Made:
    kinds = {ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd}
    return (
        ast.BinOp(left=node.left, op=kinds[type(node.op)](), right=node.right)
        if type(node.op) in kinds
        else None
    )


@at("a side of & dropped", ast.BinOp)
def side_dropped(node: ast.BinOp, around: Around) -> Made:
    return (
        around.chance.choice((node.left, node.right)) if isinstance(node.op, ast.BitAnd) else None
    )


@at("- for + in Python", ast.BinOp)
def minus(node: ast.BinOp, _: Around) -> Made:
    plain = _is_column(node) and isinstance(node.op, ast.Add | ast.Mult | ast.Div)
    return ast.BinOp(left=node.left, op=ast.Sub(), right=node.right) if plain else None


@at("a condition of a frame negated", ast.Call)
def negated(node: ast.Call, _: Around) -> Made:
    if not on_frame(node, "filter", "where") or text_of(node.args[0]) is not None:
        return None
    return call(receiver(node), "filter", ast.UnaryOp(op=ast.Invert(), operand=node.args[0]))


@at("a filter dropped", ast.Call)
def filter_dropped(node: ast.Call, _: Around) -> Made:
    return receiver(node) if on_frame(node, "filter", "where") else None


@at("isNull for isNotNull", ast.Call)
def is_null(node: ast.Call, _: Around) -> Made:
    return renamed_method(node, "isNull") if method(node) == "isNotNull" else None


@at("a value of isin dropped", ast.Call)
def isin_shorter(node: ast.Call, _: Around) -> Made:
    return (
        call(receiver(node), "isin", *node.args[1:])
        if method(node) == "isin" and len(node.args) > 1
        else None
    )


@at("a value of a list dropped", ast.List)
def list_shorter(node: ast.List, _: Around) -> Made:
    return ast.List(elts=node.elts[:-1], ctx=ast.Load()) if len(node.elts) > 1 else None


@at("another way to join", ast.Call)
def how(node: ast.Call, around: Around) -> Made:
    if not on_frame(node, "join") or len(node.args) != 3:
        return None
    ways = [
        way
        for way in ("inner", "left", "right", "full", "left_semi", "left_anti")
        if way != text_of(node.args[2])
    ]
    node.args[2] = constant(around.chance.choice(ways))
    return node


@at("left for a join without a word", ast.Call)
def how_left(node: ast.Call, _: Around) -> Made:
    plain = on_frame(node, "join") and len(node.args) == 2 and not node.keywords
    return call(receiver(node), "join", *node.args, constant("left")) if plain else None


@at("a frame of a union dropped", ast.Call)
def arm_dropped(node: ast.Call, _: Around) -> Made:
    return receiver(node) if on_frame(node, "union", "unionByName") else None


@at("an intersection for a union", ast.Call)
def intersected(node: ast.Call, _: Around) -> Made:
    return renamed_method(node, "intersectAll") if on_frame(node, "union") else None


@at("repeats dropped", ast.Call)
def distinct_added(node: ast.Call, _: Around) -> Made:
    return call(node, "distinct") if on_frame(node, "select", "union") else None


@at("dropDuplicates dropped", ast.Call)
def distinct_dropped(node: ast.Call, _: Around) -> Made:
    return receiver(node) if on_frame(node, "dropDuplicates", "distinct") else None


@at("fewer columns of dropDuplicates", ast.Call)
def fewer_columns(node: ast.Call, _: Around) -> Made:
    if (
        not on_frame(node, "dropDuplicates")
        or not isinstance(node.args[0], ast.List)
        or len(node.args[0].elts) < 2
    ):
        return None
    return call(
        receiver(node), "dropDuplicates", ast.List(elts=node.args[0].elts[1:], ctx=ast.Load())
    )


@at("another aggregate in Python", ast.Call)
def aggregate(node: ast.Call, around: Around) -> Made:
    names = ["sum", "max", "min", "count", "avg", "countDistinct"]
    if not is_function(node, *names):
        return None
    return function(
        around.chance.choice([name for name in names if name != method(node)]), *node.args
    )


@at("a key of groupBy added", ast.Call)
def key_added(node: ast.Call, around: Around) -> Made:
    if not on_frame(node, "groupBy"):
        return None
    return call(
        receiver(node), "groupBy", *node.args, constant(around.chance.choice(("x", "z", "s", "id")))
    )


@at("a key of partitionBy dropped", ast.Call)
def partition_dropped(node: ast.Call, _: Around) -> Made:
    return (
        call(receiver(node), "partitionBy")
        if method(node) == "partitionBy" and "Window" in ast.unparse(node)
        else None
    )


@at("the order of a window turned in Python", ast.Call)
def order_turned(node: ast.Call, _: Around) -> Made:
    if method(node) != "orderBy" or not node.args:
        return None
    first = node.args[0]
    if method(first) == "desc" and isinstance(first, ast.Call) and not is_function(first, "desc"):
        turned: ast.expr = receiver(first)
    elif is_function(first, "desc") and isinstance(first, ast.Call):
        turned = first.args[0]
    else:
        turned = function("desc", first) if text_of(first) else call(first, "desc")
    return call(receiver(node), "orderBy", turned, *node.args[1:])


@at("another frame in Python", ast.Call)
def window_frame(node: ast.Call, _: Around) -> Made:
    return (
        call(receiver(node), "rowsBetween", constant(0), constant(1))
        if method(node) == "rowsBetween"
        else None
    )


@at("rank for row_number", ast.Call)
def rank(node: ast.Call, _: Around) -> Made:
    return function("dense_rank") if is_function(node, "row_number") else None


@at("lead for lag in Python", ast.Call)
def lead(node: ast.Call, _: Around) -> Made:
    return function("lead", *node.args) if is_function(node, "lag") else None


@at("another column in Python", ast.Call)
def other_column(node: ast.Call, around: Around) -> Made:
    name = column_name(node)
    others = [other for other in ("id", "x", "k", "y", "z") if other != name]
    return (
        function("col", constant(around.chance.choice(others)))
        if name in {"id", "x", "k", "y", "z"}
        else None
    )


@at("otherwise dropped", ast.Call)
def otherwise_dropped(node: ast.Call, _: Around) -> Made:
    return receiver(node) if method(node) == "otherwise" else None


@at("a branch of when dropped", ast.Call)
def when_dropped(node: ast.Call, _: Around) -> Made:
    return receiver(node) if method(node) == "when" and not is_function(node, "when") else None


@at("an argument of coalesce dropped", ast.Call)
def coalesce_shorter(node: ast.Call, _: Around) -> Made:
    return (
        function("coalesce", *node.args[:-1])
        if is_function(node, "coalesce") and len(node.args) > 1
        else None
    )


@at("arguments of coalesce exchanged", ast.Call)
def coalesce_turned(node: ast.Call, _: Around) -> Made:
    return function("coalesce", *reversed(node.args)) if is_function(node, "coalesce") else None


@at("a cast around a column", ast.Call)
def cast(node: ast.Call, _: Around) -> Made:
    return call(node, "cast", constant("string")) if column_name(node) in {"x", "y", "id"} else None


@at("another table in Python", ast.Call)
def other_table(node: ast.Call, _: Around) -> Made:
    others = {"t": "u", "u": "t", "d": "u"}
    name = text_of(node.args[0]) if ast.unparse(node.func) == "spark.table" and node.args else None
    return call(receiver(node), "table", constant(others[name])) if name in others else None


@at("another alias", ast.Call)
def alias(node: ast.Call, around: Around) -> Made:
    if method(node) != "alias" or text_of(node.args[0]) in {"t", "u"}:
        return None
    return call(receiver(node), "alias", constant(around.name("other")))


@at("a column of select dropped", ast.Call)
def select_shorter(node: ast.Call, _: Around) -> Made:
    return (
        call(receiver(node), "select", *node.args[:-1])
        if on_frame(node, "select") and len(node.args) > 1
        else None
    )


@at("a column dropped", ast.Call)
def with_column_dropped(node: ast.Call, _: Around) -> Made:
    return receiver(node) if on_frame(node, "withColumn") else None


@at("a drop dropped", ast.Call)
def drop_dropped(node: ast.Call, _: Around) -> Made:
    return receiver(node) if on_frame(node, "drop") else None


@at("fillna dropped", ast.Call)
def fillna_dropped(node: ast.Call, _: Around) -> Made:
    return receiver(node) if on_frame(node, "fillna") else None


@at("limit dropped", ast.Call)
def limit_dropped(node: ast.Call, _: Around) -> Made:
    return receiver(node) if on_frame(node, "limit") else None


@at("lower for upper in Python", ast.Call)
def lower(node: ast.Call, _: Around) -> Made:
    return function("lower", *node.args) if is_function(node, "upper") else None


@at("another SQL text", ast.Constant)
def sql_text(node: ast.Constant, _: Around) -> Made:
    text = text_of(node) or ""
    for old, new in (("<>", "="), (" > ", " >= "), ("max(", "min("), ("count(*)", "count(x)")):
        if old in text:
            return constant(text.replace(old, new))
    return None


@at("another rename", ast.Call)
def rename(node: ast.Call, around: Around) -> Made:
    if method(node) != "withColumnRenamed":
        return None
    return call(receiver(node), "withColumnRenamed", node.args[0], constant(around.name("other")))


@at("another mode of the write", ast.Call)
def mode(node: ast.Call, _: Around) -> Made:
    return call(receiver(node), "mode", constant("append")) if method(node) == "mode" else None


@at("another partition of the write", ast.Call)
def partition(node: ast.Call, _: Around) -> Made:
    if method(node) not in {"partitionBy", "mode"} or "Window" in ast.unparse(node):
        return None
    return (
        receiver(node)
        if method(node) == "partitionBy"
        else call(copy.deepcopy(node), "partitionBy", constant("k"))
    )


@at("another target of the write", ast.Call)
def target(node: ast.Call, _: Around) -> Made:
    return (
        call(receiver(node), "saveAsTable", constant("mart.other"))
        if method(node) == "saveAsTable"
        else None
    )
