"""Rows made from values: UNNEST, EXPLODE, FLATTEN, OPENJSON and their like."""

from dataclasses import dataclass

from sqlglot import exp

from guardian.languages.expressions import Scope, json_path, lower_expression, path_of
from guardian.languages.sql.documents import document_rows, navigated
from guardian.languages.sql.names import alias_of
from guardian.model.plan import STRUCTS, Call, Constant, Expr, Generate, Handle

_FLATTEN = ("SEQ", "KEY", "PATH", "INDEX", "VALUE", "THIS")
# What a function makes where the query gives no names; `None`: one column of the function's name.
_MADE: dict[str, tuple[str, ...] | None] = {
    "explode": ("col",), "explode_outer": ("col",), "posexplode": ("pos", "col"),
    "posexplode_outer": ("pos", "col"), "generate_series": None, "unnest": None, "range": None,
    "jsonb_array_elements": ("value",), "jsonb_array_elements_text": ("value",),
    "json_array_elements": ("value",), "json_array_elements_text": ("value",),
    "jsonb_each": ("key", "value"), "jsonb_each_text": ("key", "value"),
    "json_each": ("key", "value"), "json_each_text": ("key", "value"), "jsonb_object_keys": None,
    "json_object_keys": None, "regexp_split_to_table": None, "string_split": ("value",),
    "openjson": ("key", "value", "type"), "split_to_table": ("SEQ", "INDEX", "VALUE"),
    "variant_explode": ("pos", "key", "value"), "variant_explode_outer": ("pos", "key", "value"),
    "flatten": _FLATTEN, "generate_subscripts": None, "string_to_table": None, "sequence": None,
    "json_tree": ("key", "value", "type", "atom", "id", "parent", "fullkey", "path"),
}  # fmt: skip
_NAMES: dict[type[exp.Expr], str] = {
    exp.ExplodingGenerateSeries: "generate_series", exp.GenerateSeries: "generate_series",
    exp.Explode: "explode", exp.ExplodeOuter: "explode_outer", exp.Posexplode: "posexplode",
    exp.PosexplodeOuter: "posexplode_outer", exp.Unnest: "unnest", exp.OpenJSON: "openjson",
}  # fmt: skip
# Functions that make rows where they stand in a SELECT list, in the dialects that allow it.
IN_SELECT = frozenset({
    "explode", "explode_outer", "posexplode", "posexplode_outer", "unnest", "generate_series",
    "jsonb_array_elements", "jsonb_array_elements_text", "json_array_elements",
    "json_array_elements_text", "regexp_split_to_table", "jsonb_object_keys", "stack", "inline",
    "inline_outer", "json_tuple",
})  # fmt: skip
_BY_ALIAS = frozenset({"postgres", "redshift", "materialize", "risingwave"})
_TWO_COLUMNS = frozenset({"posexplode", "posexplode_outer"})
_INLINE = frozenset({"inline", "inline_outer"})
# What Spark calls the columns of these: `c0`, `col0`.
_NUMBERED = {"json_tuple": "c", "stack": "col"}
_SPARK = frozenset({"spark", "spark2", "databricks", "hive"})
_EXPANDING = frozenset({"presto", "trino", "athena", "dune"})


@dataclass(frozen=True, slots=True)
class Generator:
    """A generator as it is written.

    Its value, the names of what it makes, whether it keeps every row.
    """

    value: Expr
    columns: tuple[str, ...] = ()
    qualifier: str = ""
    outer: bool = False
    fields: bool = False


def generator_of(node: exp.Expr, scope: Scope) -> Generator | None:
    """Return what a relation makes from values, None where it is another kind of relation."""
    walked = navigated(node, scope)
    if walked is not None:
        return Generator(*walked)
    match node:
        case (
            exp.Table(this=exp.JSONTable() | exp.XMLTable())
            | exp.Lateral(this=exp.JSONTable() | exp.XMLTable())
        ):
            return _of_document(node, scope)
        case exp.Unnest():
            return _unnest(node, node, scope)
        case exp.Lateral() if isinstance(node.this, exp.Unnest):
            return _unnest(node.this, node, scope)
        case exp.Lateral() if not isinstance(node.this, (exp.Subquery, exp.Query, exp.Table)):
            return _function(node.this, node, scope, outer=_keeps_rows(node))
        case exp.TableFromRows():
            return _function(node.this, node, scope)
        case exp.Table() if isinstance(node.this, (exp.Func, exp.Dot)) and _is_call(node.this):
            return _function(_call_in(node.this), node, scope)
        case _:
            return None


def _of_document(node: exp.Expr, scope: Scope) -> Generator | None:
    found = document_rows(node.this, node, scope)
    return None if found is None else Generator(*found)


def _is_call(node: exp.Expr) -> bool:
    return isinstance(_call_in(node), exp.Func) and not isinstance(node, exp.DynamicIdentifier)


def _call_in(node: exp.Expr) -> exp.Expr:
    return _call_in(node.args["expression"]) if isinstance(node, exp.Dot) else node


def _keeps_rows(node: exp.Expr) -> bool:
    return bool(node.args.get("outer")) or node.args.get("cross_apply") is False


def _unnest(node: exp.Expr, aliased: exp.Expr, scope: Scope) -> Generator:
    qualifier, columns = alias_of(aliased, scope)
    if aliased is not node and not qualifier and not columns:
        qualifier, columns = alias_of(node, scope)
    values = tuple(lower_expression(value, scope) for value in node.expressions)
    offset = node.args.get("offset")
    if scope.dialect == "bigquery":
        place = scope.name(offset) if isinstance(offset, exp.Expr) else "offset"
        made = (*(columns or (qualifier,)), *([place] if offset else []))
        return Generator(Call("unnest", values, STRUCTS), made)
    if not columns:
        columns = (qualifier or "unnest",) * bool(values)
    expanding = scope.dialect in _EXPANDING
    if offset and (len(columns) <= len(values) or expanding):
        columns = (*columns, scope.name(offset) if isinstance(offset, exp.Expr) else "offset")
    option = ("expanded ordinal" if offset else "expanded") if expanding else ""
    return Generator(Call("unnest", values, option), columns, qualifier)


def _function(node: exp.Expr, aliased: exp.Expr, scope: Scope, *, outer: bool = False) -> Generator:
    qualifier, columns = alias_of(aliased, scope)
    options = _named_arguments(node)
    if isinstance(node, exp.Explode) and options:
        return _flatten(options, qualifier, columns, scope, outer=outer)
    if isinstance(node, exp.OpenJSON):
        return _openjson(node, qualifier, columns, scope, outer=outer)
    value = _call(node, scope)
    if not columns:
        columns = _default_columns(value, qualifier, scope)
        if columns == ("value",) and qualifier and not _says("value", scope):
            columns = (qualifier,)
    if aliased.args.get("ordinality") and columns:
        value = Call(value.name, value.args, f"counted:{len(columns) - 1}")
    fields = "to_record" in value.name
    return Generator(value, columns, qualifier, outer or value.name.endswith("_outer"), fields)


def _says(name: str, scope: Scope) -> bool:
    """Return whether a word stands anywhere in the statement.

    Postgres knows the only column of a function by the alias, too: `f(x) AS e` gives `e.value` and
    `e`. A statement says one or the other.
    """
    tokens = scope.source.tokens if scope.source is not None else ()
    return scope.dialect not in _BY_ALIAS or any(token.text.lower() == name for token in tokens)


def _call(node: exp.Expr, scope: Scope) -> Call:
    value = lower_expression(node, scope)
    name = _NAMES.get(type(node))
    if isinstance(value, Call):
        return Call(name, value.args, value.option) if name else value
    return Call(name or "table", (value,))


def _named_arguments(node: exp.Expr) -> dict[str, exp.Expr]:
    found = {}
    for part in (node.args.get("this"), *node.expressions):
        if isinstance(part, exp.Kwarg):
            found[part.this.name.lower()] = part.args["expression"]
    return found


def _flatten(
    options: dict[str, exp.Expr],
    qualifier: str,
    columns: tuple[str, ...],
    scope: Scope,
    *,
    outer: bool,
) -> Generator:
    """Return Snowflake's FLATTEN(INPUT => x, PATH => 'a.b', OUTER => TRUE)."""
    value = lower_expression(options["input"], scope) if "input" in options else Call("flatten")
    path = options.get("path")
    if isinstance(path, exp.Literal):
        value = json_path(value, path_of(path.name))
    kept = options.get("outer")
    keeps = outer or (isinstance(kept, exp.Boolean) and bool(kept.this))
    return Generator(Call("flatten", (value,)), columns or _FLATTEN, qualifier, keeps)


def _openjson(
    node: exp.Expr, qualifier: str, columns: tuple[str, ...], scope: Scope, *, outer: bool
) -> Generator:
    value: Expr = lower_expression(node.this, scope)
    path = node.args.get("path")
    if isinstance(path, exp.Literal):
        value = json_path(value, path_of(path.name))
    defined = tuple(scope.name(part.this) for part in node.expressions)
    made = columns or defined or ("key", "value", "type")
    return Generator(Call("openjson", (value,)), made, qualifier, outer, bool(defined))


def _default_columns(value: Call, qualifier: str, scope: Scope) -> tuple[str, ...]:
    """Return the names of what a function makes; Postgres names a single value by its alias."""
    if value.name not in _MADE:
        return ()
    made = _MADE[value.name]
    if made is None:
        return (qualifier or value.name,)
    return (
        tuple(scope.name(name) for name in made)
        if scope.dialect == "snowflake"
        else tuple(map(str.lower, made))
    )


def generate(source: Handle | None, made: Generator, scope: Scope, node: exp.Expr) -> Handle:
    """Return the rows of `source`, each with what is made from it."""
    return scope.builder.add(
        Generate(
            input=source,
            generator=made.value,
            columns=made.columns,
            qualifier=made.qualifier,
            outer=made.outer,
            fields=made.fields,
            at=scope.location(node),
        )
    )


def select_columns(call: Call, alias: str | None, dialect: str) -> tuple[str, ...]:
    """Return the names of what a generator in a SELECT list makes."""
    name = call.name
    if name in _TWO_COLUMNS:
        return ("pos", alias or "col")
    if name in _INLINE and not alias:
        return ()
    if name in _NUMBERED and dialect in _SPARK and not alias:
        return tuple(f"{_NUMBERED[name]}{place}" for place in range(_width(call)))
    default = "col" if dialect in _SPARK else name
    return (alias or default,)


def _width(call: Call) -> int:
    """Return how many columns `json_tuple(x, keys…)` and `stack(rows, values…)` make."""
    first, *rest = call.args or (Call("none"),)
    rows = first.text if isinstance(first, Constant) and call.name == "stack" else "1"
    return -(-len(rest) // int(rows)) if rows.isdigit() and int(rows) else 1
