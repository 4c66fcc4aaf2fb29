"""Items of a SELECT list: expression, name, place and the author's text."""

import re

from sqlglot import exp

from guardian.languages.expressions.dispatch import Scope, lower_expression
from guardian.languages.expressions.functions import function_name
from guardian.languages.expressions.name_patterns import for_each
from guardian.model.plan import AggregateCall, Call, Constant, Expr, Item, Ref, Star

_PRESTO = frozenset({"presto", "trino", "athena", "dune"})
_POSTGRES = frozenset({"postgres", "redshift", "materialize", "risingwave"})
_WORD = re.compile(r"([A-Za-z_]\w*)\s*\(")
# Engines that name a column by the text of its expression, and those that write it in capitals.
_TEXT = frozenset({"mysql", "sqlite", "clickhouse", "doris", "starrocks", "singlestore"})
_UPPER_TEXT = frozenset({"snowflake", "oracle"})
_PRINTING = frozenset({"spark", "spark2", "databricks", "duckdb"})


def lower_item(node: exp.Expr, scope: Scope, position: int = 0) -> Item:
    """Return one item of a SELECT list; `position` counts from 0 and names what has no name."""
    at, text = scope.item(node)
    expr = lower_expression(node, scope)
    name = item_name(node, expr, scope, position, text)
    return Item(for_each(expr, scope), name, at, text)


def item_name(
    node: exp.Expr, expr: Expr, scope: Scope, position: int, text: str = ""
) -> str | None:
    """Return the name that the engine gives an item's column, None where that is not known."""
    if isinstance(node, exp.Alias):
        return scope.name(node.args["alias"])
    if isinstance(expr, Ref):
        return expr.name
    if isinstance(expr, Star):
        return None
    if isinstance(node, exp.Apply):
        function = node.args["expression"]
        return None if isinstance(function, exp.Lambda) else f"{function.name}(\\0)"
    if isinstance(node, exp.Dot):
        return scope.name(node.args["expression"])
    if scope.dialect in _PRESTO:
        return f"_col{position}"
    if scope.dialect in _POSTGRES:
        return _postgres_name(node, text)
    if scope.dialect in _PRINTING:
        return _printed(expr, scope.dialect, text)
    if scope.dialect == "hive":
        return f"_c{position}"
    return _as_written(text, scope.dialect) if text else None


_QUOTED = re.compile(r"('[^']*'|\"[^\"]*\")")
MAX_NAME = 64


def _as_written(text: str, dialect: str) -> str | None:
    """Name a column by the author's text, in the case that the engine gives it."""
    if dialect in _TEXT:
        return text[:MAX_NAME]
    if dialect in _UPPER_TEXT:
        parts = _QUOTED.split(text)
        return "".join(part if part[:1] in {"'", '"'} else part.upper() for part in parts)
    return None


def _postgres_name(node: exp.Expr, text: str) -> str:
    """Name a column as Postgres does: by its function, by what is cast, else not at all."""
    if isinstance(node, (exp.Paren, exp.Window, exp.Filter)):
        return _postgres_name(node.this, text)
    if isinstance(node, exp.Cast):
        inner = _postgres_name(node.this, "")
        return inner if inner != "?column?" else node.args["to"].sql("postgres").lower()
    if isinstance(node, exp.Column):
        return str(node.name).lower()
    if isinstance(node, exp.Case):
        return "case"
    if isinstance(node, (exp.Subquery, exp.Binary)) or not isinstance(node, exp.Func):
        return "?column?"
    return _function_word(text) or (
        node.name.lower() if isinstance(node, exp.Anonymous) else function_name(node)
    )


def _function_word(text: str) -> str:
    """Return the function's name as it is written, empty where the text does not begin with one."""
    found = _WORD.match(text)
    return found.group(1).lower() if found else ""


def _printed(expr: Expr, dialect: str, text: str = "") -> str | None:
    """Print a simple call as Spark and DuckDB name its column; None where it is not that simple."""
    match expr:
        case Ref(name):
            return name
        case Call(name=name) if name in _BY_TYPE and (dialect != "duckdb" or name == "inline"):
            return None
        case Constant(kind="number", text=number):
            return number
        case Constant(kind="string", text=words):
            return f"'{words}'" if dialect == "duckdb" else words
        case Call(name="cast", args=(Ref(name=name),)) if dialect != "duckdb":
            return name
        case Call(name=name, args=(one, other)) if name in _SIGNS:
            sides = _printed(one, dialect), _printed(other, dialect)
            return None if None in sides else f"({sides[0]} {_SIGNS[name]} {sides[1]})"
        case AggregateCall(name="count", args=(), filter=None, distinct=False):
            return "count_star()" if dialect == "duckdb" else "count(1)"
        case AggregateCall(filter=None, distinct=False, order=(), option="") | Call(option=""):
            inner = [_printed(arg, dialect) for arg in expr.args]
            if any(part is None for part in inner) or expr.name in _OPERATORS:
                return None
            name = _function_word(text) or expr.name
            return f"{name}({', '.join(part for part in inner if part)})"
        case _:
            return None


_SIGNS = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%", "eq": "=", "lt": "<", "le": "<=",
    "gt": ">", "ge": ">=", "and": "AND", "or": "OR",
}  # fmt: skip
# Generators whose columns are named by the type of what they are given.
_BY_TYPE = frozenset({
    "explode", "explode_outer", "posexplode", "posexplode_outer", "inline", "inline_outer", "stack",
    "json_tuple",
})  # fmt: skip
_OPERATORS = frozenset({
    "eq", "neq", "lt", "le", "gt", "ge", "is", "and", "or", "not", "is_null", "add", "sub", "mul",
    "div", "int_div", "mod", "neg", "concat", "case", "in", "between", "like", "ilike", "rlike",
    "cast", "try_cast", "struct", "array", "index", "field", "json_path", "json_text", "tuple",
})  # fmt: skip
