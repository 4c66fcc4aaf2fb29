"""Rewrites of PySpark that mean the same."""

import ast
import copy
import re

from tests.judge.python_rules import (
    Around,
    Book,
    call,
    code,
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
TWINS = {
    "filter": "where", "where": "filter", "groupBy": "groupby", "orderBy": "sort",
    "dropDuplicates": "drop_duplicates", "drop_duplicates": "dropDuplicates", "union": "unionAll",
}  # fmt: skip


def renamed_method(node: ast.Call, name: str) -> ast.Call:
    return ast.Call(
        func=ast.Attribute(value=receiver(node), attr=name, ctx=ast.Load()),
        args=node.args,
        keywords=node.keywords,
    )


def _twin(name: str, old: str) -> None:
    @at(f"{name} for {old}", ast.Call)
    def twin(node: ast.Call, _: Around) -> Made:
        return renamed_method(node, name) if on_frame(node, old) and node.args else None


for old_name, new_name in TWINS.items():
    _twin(new_name, old_name)


@at("dropDuplicates for distinct", ast.Call)
def distinct(node: ast.Call, _: Around) -> Made:
    return (
        renamed_method(node, "dropDuplicates")
        if on_frame(node, "distinct") and not node.args
        else None
    )


@at("withColumns for withColumn", ast.Call)
def with_columns(node: ast.Call, _: Around) -> Made:
    if not on_frame(node, "withColumn") or len(node.args) != 2:
        return None
    return call(receiver(node), "withColumns", ast.Dict(keys=[node.args[0]], values=[node.args[1]]))


@at("select with a star for withColumn", ast.Call)
def select_star(node: ast.Call, around: Around) -> Made:
    name = text_of(node.args[0]) if on_frame(node, "withColumn") and len(node.args) == 2 else None
    texts = [
        n.value for n in ast.walk(around.module) if isinstance(n, ast.Constant) and n.value == name
    ]
    written = {"id", "k", "x", "s", "b", "y", "z", "name", "w"}
    if (
        name is None
        or name in written
        or "mart.result" not in ast.unparse(around.module)
        or "import settings" in ast.unparse(around.module)
    ):
        return None
    source = ast.unparse(around.module)
    reads_known = all(
        table in {"t", "u", "d"} for table in re.findall(r"spark\.table\('(\w+)'\)", source)
    )
    first = len(texts) >= 1 and source.index(repr(name)) == source.index(
        f"withColumn({name!r}"
    ) + len("withColumn(")
    if (
        not reads_known
        or not first
        or "spark.table" not in source
        or source.count(f"withColumn({name!r}") != 1
    ):
        return None
    value = node.args[1]
    return call(receiver(node), "select", constant("*"), call(value, "alias", constant(name)))


@at("withColumnsRenamed for withColumnRenamed", ast.Call)
def with_columns_renamed(node: ast.Call, _: Around) -> Made:
    if not on_frame(node, "withColumnRenamed") or len(node.args) != 2:
        return None
    return call(
        receiver(node), "withColumnsRenamed", ast.Dict(keys=[node.args[0]], values=[node.args[1]])
    )


@at("expr for col", ast.Call)
def expr_for_col(node: ast.Call, _: Around) -> Made:
    name = column_name(node)
    return function("expr", constant(name)) if name is not None else None


@at("a column for its name", ast.Call)
def column_for_name(node: ast.Call, around: Around) -> Made:
    if not on_frame(node, "select", "groupBy", "orderBy") or not node.args:
        return None
    places = [n for n, arg in enumerate(node.args) if (text_of(arg) or "").isidentifier()]
    if not places:
        return None
    place = around.chance.choice(places)
    node.args[place] = function("col", node.args[place])
    return node


@at("a name for its column", ast.Call)
def name_for_column(node: ast.Call, around: Around) -> Made:
    if not on_frame(node, "select", "groupBy") or not node.args:
        return None
    places = [n for n, arg in enumerate(node.args) if column_name(arg)]
    if not places:
        return None
    place = around.chance.choice(places)
    node.args[place] = constant(column_name(node.args[place]))
    return node


@at("a name of a function's argument as a column", ast.Call)
def column_in_function(node: ast.Call, _: Around) -> Made:
    names = ("sum", "max", "min", "avg", "count", "upper", "lower", "length", "countDistinct")
    if (
        not is_function(node, *names)
        or len(node.args) != 1
        or not (text_of(node.args[0]) or "").isidentifier()
    ):
        return None
    return function(method(node), function("col", node.args[0]))


@at("a list for several arguments", ast.Call)
def listed(node: ast.Call, _: Around) -> Made:
    if (
        not on_frame(node, "select")
        or any(isinstance(arg, ast.Starred | ast.List) for arg in node.args)
        or not node.args
    ):
        return None
    return call(receiver(node), "select", ast.List(elts=node.args, ctx=ast.Load()))


@at("a starred list for several arguments", ast.Call)
def starred(node: ast.Call, _: Around) -> Made:
    if not on_frame(node, "select", "agg", "groupBy") or any(
        isinstance(a, ast.Starred | ast.List) for a in node.args
    ):
        return None
    if not node.args or node.keywords or isinstance(node.args[0], ast.Dict):
        return None
    return call(
        receiver(node),
        method(node),
        ast.Starred(value=ast.List(elts=node.args, ctx=ast.Load()), ctx=ast.Load()),
    )


@at("a comprehension for a list of columns", ast.Call)
def comprehended(node: ast.Call, around: Around) -> Made:
    if not on_frame(node, "select") or not node.args or not all(text_of(arg) for arg in node.args):
        return None
    name = around.name("each")
    made = code(f"[F.col({name}) for {name} in []]")
    assert isinstance(made, ast.ListComp)
    made.generators[0].iter = ast.List(elts=node.args, ctx=ast.Load())
    return call(receiver(node), "select", ast.Starred(value=made, ctx=ast.Load()))


@at("select of expr for selectExpr", ast.Call)
def select_of_expr(node: ast.Call, _: Around) -> Made:
    if not on_frame(node, "selectExpr") or not all(text_of(arg) for arg in node.args):
        return None
    return call(receiver(node), "select", *(function("expr", arg) for arg in node.args))


@at("selectExpr for select", ast.Call)
def select_expr(node: ast.Call, _: Around) -> Made:
    if (
        not on_frame(node, "select")
        or not node.args
        or not all((text_of(a) or "").isidentifier() for a in node.args)
    ):
        return None
    return renamed_method(node, "selectExpr")


@at("literals in lit", ast.Compare)
def in_lit(node: ast.Compare, _: Around) -> Made:
    right = node.comparators[0]
    plain = (
        isinstance(right, ast.Constant)
        and not isinstance(right.value, bool)
        and column_name(node.left)
    )
    if not plain or len(node.ops) != 1:
        return None
    return ast.Compare(left=node.left, ops=node.ops, comparators=[function("lit", right)])


SQL_OPERATORS = {
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "=",
    ast.NotEq: "<>",
}


def as_sql(node: ast.expr) -> str | None:
    """Return a condition as SQL, where it is a plain one."""
    match node:
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr(), right=right):
            one, other = as_sql(left), as_sql(right)
            word = "AND" if isinstance(node.op, ast.BitAnd) else "OR"
            return f"({one}) {word} ({other})" if one and other else None
        case ast.Compare(
            left=left, ops=[operator], comparators=[ast.Constant(value=int() | str() as value)]
        ):
            name = column_name(left)
            quoted = repr(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
            return (
                f"{name} {SQL_OPERATORS[type(operator)]} {quoted}"
                if name and type(operator) in SQL_OPERATORS
                else None
            )
        case _:
            return None


@at("SQL for a condition", ast.Call)
def sql_for_condition(node: ast.Call, _: Around) -> Made:
    text = (
        as_sql(node.args[0]) if on_frame(node, "filter", "where") and len(node.args) == 1 else None
    )
    return call(receiver(node), method(node), constant(text)) if text else None


@at("expr of SQL for a condition", ast.Compare)
def expr_for_condition(node: ast.Compare, _: Around) -> Made:
    text = as_sql(node)
    return function("expr", constant(text)) if text else None


@at("two filters for one", ast.Call)
def filters_apart(node: ast.Call, _: Around) -> Made:
    if not on_frame(node, "filter", "where") or len(node.args) != 1:
        return None
    match node.args[0]:
        case ast.BinOp(left=left, op=ast.BitAnd(), right=right):
            return call(call(receiver(node), "filter", right), "filter", left)
        case _:
            return None


@at("one filter for two", ast.Call)
def filters_joined(node: ast.Call, _: Around) -> Made:
    inner = receiver(node) if on_frame(node, "filter", "where") else None
    if inner is None or not on_frame(inner, "filter", "where") or not isinstance(inner, ast.Call):
        return None
    if text_of(node.args[0]) is not None or text_of(inner.args[0]) is not None:
        return None
    both = ast.BinOp(left=inner.args[0], op=ast.BitAnd(), right=node.args[0])
    return call(receiver(inner), "filter", both)


@at("sides of & and | exchanged", ast.BinOp)
def sides(node: ast.BinOp, _: Around) -> Made:
    if not isinstance(node.op, ast.BitAnd | ast.BitOr) or isinstance(node.left, ast.Set | ast.Name):
        return None
    return ast.BinOp(left=node.right, op=node.op, right=node.left)


@at("De Morgan in Python", ast.BinOp)
def de_morgan(node: ast.BinOp, _: Around) -> Made:
    if not isinstance(node.op, ast.BitAnd) or not all(
        isinstance(s, ast.Compare | ast.Call) for s in (node.left, node.right)
    ):
        return None
    negated = [ast.UnaryOp(op=ast.Invert(), operand=side) for side in (node.left, node.right)]
    return ast.UnaryOp(
        op=ast.Invert(), operand=ast.BinOp(left=negated[0], op=ast.BitOr(), right=negated[1])
    )


OPPOSITE = {
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}


@at("~ of the opposite comparison", ast.Compare)
def opposite(node: ast.Compare, _: Around) -> Made:
    if column_name(node.left) is None or type(node.ops[0]) not in OPPOSITE:
        return None
    turned = ast.Compare(
        left=node.left, ops=[OPPOSITE[type(node.ops[0])]()], comparators=node.comparators
    )
    return ast.UnaryOp(op=ast.Invert(), operand=turned)


@at("~isNull for isNotNull", ast.Call)
def is_not_null(node: ast.Call, _: Around) -> Made:
    if method(node) != "isNotNull":
        return None
    return ast.UnaryOp(op=ast.Invert(), operand=renamed_method(node, "isNull"))


@at("a list in isin", ast.Call)
def isin_list(node: ast.Call, around: Around) -> Made:
    if method(node) != "isin" or len(node.args) < 2:
        return None
    around.chance.shuffle(node.args)
    return call(receiver(node), "isin", ast.List(elts=node.args, ctx=ast.Load()))


@at("desc as a method", ast.Call)
def desc_method(node: ast.Call, _: Around) -> Made:
    if not is_function(node, "desc", "asc") or text_of(node.args[0]) is None:
        return None
    return call(function("col", node.args[0]), method(node))


@at("desc as a function", ast.Call)
def desc_function(node: ast.Call, _: Around) -> Made:
    name = column_name(receiver(node)) if method(node) == "desc" and not node.args else None
    return function("desc", constant(name)) if name else None


@at("when for coalesce", ast.Call)
def when_for_coalesce(node: ast.Call, _: Around) -> Made:
    if (
        not is_function(node, "coalesce")
        or len(node.args) != 2
        or column_name(node.args[0]) is None
    ):
        return None
    one, other = node.args
    known = call(copy.deepcopy(one), "isNotNull")
    return call(function("when", known, one), "otherwise", other)


@at("otherwise(None) written out", ast.Call)
def otherwise_none(node: ast.Call, around: Around) -> Made:
    followed = any(
        isinstance(n, ast.Attribute)
        and n.attr in {"otherwise", "when"}
        and ast.dump(n.value) == ast.dump(node)
        for n in ast.walk(around.module)
    )
    return (
        call(node, "otherwise", constant(None))
        if is_function(node, "when") and not followed
        else None
    )


@at("the default way to join written out", ast.Call)
def how_inner(node: ast.Call, _: Around) -> Made:
    if not on_frame(node, "join") or len(node.args) != 2 or node.keywords:
        return None
    return call(receiver(node), "join", *node.args, how=constant("inner"))


@at("another word for the way to join", ast.Call)
def how_words(node: ast.Call, _: Around) -> Made:
    words = {
        "left": "left_outer",
        "left_outer": "leftouter",
        "left_semi": "semi",
        "left_anti": "leftanti",
        "outer": "full",
    }
    if not on_frame(node, "join") or len(node.args) != 3 or text_of(node.args[2]) not in words:
        return None
    node.args[2] = constant(words[str(text_of(node.args[2]))])
    return node


@at("arguments of a join by name", ast.Call)
def join_by_name(node: ast.Call, _: Around) -> Made:
    if not on_frame(node, "join") or len(node.args) != 3:
        return None
    return call(receiver(node), "join", node.args[0], how=node.args[2], on=node.args[1])


@at("a list of one key", ast.Call)
def key_list(node: ast.Call, _: Around) -> Made:
    if not on_frame(node, "join") or len(node.args) < 2 or text_of(node.args[1]) is None:
        return None
    node.args[1] = ast.List(elts=[node.args[1]], ctx=ast.Load())
    return node


@at("another word for a type", ast.Call)
def type_words(node: ast.Call, _: Around) -> Made:
    words = {"int": "integer", "integer": "int", "long": "bigint", "bigint": "long"}
    if method(node) != "cast" or len(node.args) != 1 or text_of(node.args[0]) not in words:
        return None
    return call(receiver(node), "cast", constant(words[str(text_of(node.args[0]))]))


@at("a table by SQL", ast.Call)
def table_by_sql(node: ast.Call, _: Around) -> Made:
    name = text_of(node.args[0]) if ast.unparse(node.func) == "spark.table" and node.args else None
    return code(f"spark.sql({f'SELECT * FROM {name}'!r})") if name else None


@at("a table by the reader", ast.Call)
def table_by_reader(node: ast.Call, _: Around) -> Made:
    if ast.unparse(node.func) != "spark.table":
        return None
    return call(code("spark.read"), "table", *node.args)


@at("cache", ast.Call)
def cached(node: ast.Call, _: Around) -> Made:
    return (
        call(node, "cache")
        if on_frame(node, "filter", "where", "select", "withColumn", "agg")
        else None
    )


@at("a method in transform", ast.Call)
def transformed(node: ast.Call, around: Around) -> Made:
    if not on_frame(node, "filter", "where", "withColumn", "drop", "distinct"):
        return None
    name = around.name("frame")
    inner = call(ast.Name(id=name, ctx=ast.Load()), method(node), *node.args)
    made = code(f"lambda {name}: None")
    assert isinstance(made, ast.Lambda)
    made.body = inner
    return call(receiver(node), "transform", made)


@at("a text as a sum of texts", ast.Constant)
def text_in_parts(node: ast.Constant, around: Around) -> Made:
    text = text_of(node) or ""
    if len(text) < 2 or not text.isidentifier() or _is_docstring(node, around):
        return None
    return ast.BinOp(left=constant(text[:1]), op=ast.Add(), right=constant(text[1:]))


@at("a text as an f-string", ast.Constant)
def text_formatted(node: ast.Constant, around: Around) -> Made:
    text = text_of(node) or ""
    if not text.isidentifier() or _is_docstring(node, around):
        return None
    return ast.JoinedStr(values=[ast.FormattedValue(value=constant(text), conversion=-1)])


def _is_docstring(node: ast.Constant, around: Around) -> bool:
    bare = [n.value for n in ast.walk(around.module) if isinstance(n, ast.Expr)]
    inside = [
        p
        for n in ast.walk(around.module)
        if isinstance(n, ast.MatchValue | ast.Subscript)
        for p in ast.walk(n)
    ]
    return any(ast.dump(item) == ast.dump(node) for item in (*bare, *inside))
