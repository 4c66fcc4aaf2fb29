"""Functions written in SQL: the value that a call of one stands for."""

from collections.abc import Mapping, Sequence

from sqlglot import exp
from sqlglot.tokenizer_core import Token

from guardian.languages.expressions import Scope, fingerprint, lower_expression, normal_type
from guardian.languages.sql.assigning import parameter_symbol
from guardian.languages.sql.forms import word
from guardian.languages.sql.names_in_tokens import dataset_at
from guardian.languages.sql.queries import lower_tree
from guardian.languages.sql.script import Script
from guardian.languages.sql.variables import closed
from guardian.model.plan import (
    FUNCTION,
    Call,
    Expr,
    Handle,
    Item,
    OpaqueExpr,
    Project,
    Routine,
    Subquery,
    Symbol,
    Values,
)

Tokens = Sequence[Token]


def note_function(
    name: str, value: Expr, parameters: Mapping[str, Expr], script: Script, returns: str = ""
) -> None:
    """Note what a function gives: `value`, over the symbols that its parameters hold."""
    kind = normal_type(returns, script.dialect) if returns else ""
    value = Call("cast", (value,), kind) if kind else value
    rows = script.builder.add(Project(script.builder.add(Values()), (Item(value, "value"),)))
    symbols = tuple((given, _symbol(held)) for given, held in parameters.items())
    routine = Routine(name=f"{FUNCTION}{name.lower()}", plan=rows, parameters=symbols)
    script.routines.append(routine)


def one_value(values: Sequence[Expr]) -> Expr:
    """Return what a function gives that may return in several places."""
    if len(values) == 1:
        return values[0]
    return OpaqueExpr(fingerprint(repr(values)), tuple(values), "one of several")


def _symbol(value: Expr) -> str:
    inner = value.args[0] if isinstance(value, Call) and value.name == "parameter" else value
    return inner.name if isinstance(inner, Symbol) else ""


def created_function(tree: exp.Expr, script: Script, scope: Scope) -> None:
    """Note `CREATE FUNCTION f(a INT) AS (a + 1)`, `… RETURN a + 1`, `CREATE MACRO`."""
    header, body = tree.this, tree.args.get("expression")
    if not isinstance(header, exp.UserDefinedFunction) or not isinstance(body, exp.Expr):
        return
    if isinstance(body, (exp.Literal, exp.Heredoc, exp.RawString)) or _makes_rows(tree):
        return
    parameters = _parameters(header, scope)
    inner = body.this if isinstance(body, exp.Return) else body
    while isinstance(inner, (exp.Paren, exp.Subquery)) and isinstance(inner.this, exp.Expr):
        inner = inner.this
    outer, script.state.values = script.state.values, {**script.state.values, **parameters}
    try:
        own = script.scope(scope.at)
        value = _value(inner, own)
    finally:
        script.state.values = outer
    note_function(_name(header.this, scope), value, parameters, script)


def _value(body: exp.Expr, scope: Scope) -> Expr:
    if isinstance(body, exp.Query):
        return Subquery("scalar", lower_tree(body, scope), closed=True)
    return closed(lower_expression(body, scope))


def _makes_rows(tree: exp.Expr) -> bool:
    properties = tree.args.get("properties")
    found = properties.find(exp.ReturnsProperty) if isinstance(properties, exp.Expr) else None
    return found is not None and bool(found.args.get("is_table"))


def _name(table: exp.Expr, scope: Scope) -> str:
    parts = [table.args.get("db"), table.this] if isinstance(table, exp.Table) else [table]
    return ".".join(scope.text(part.name) for part in parts if isinstance(part, exp.Expr))


def _parameters(header: exp.Expr, scope: Scope) -> dict[str, Expr]:
    places: dict[str, int] = {}
    found: dict[str, Expr] = {}
    for part in header.expressions:
        kind = part.args.get("kind")
        text = kind.sql(dialect=scope.dialect or None) if isinstance(kind, exp.Expr) else ""
        found[part.name.lower()] = Symbol(parameter_symbol(text, places))
    return found


# --- bodies that are strings ----------------------------------------------------------------------


def string_function(
    header: Tokens, rows: Handle | None, parameters: Mapping[str, Expr], script: Script
) -> None:
    """Note a function whose body, a string, is the query of `rows`."""
    texts = [word(token) for token in header]
    if rows is None or "FUNCTION" not in texts or "RETURNS" not in texts:
        return
    if texts[texts.index("RETURNS") + 1] in {"TABLE", "SETOF", "TRIGGER"}:
        return
    name, _ = dataset_at(header, texts.index("FUNCTION") + 1, script)
    note_function(name, _of_rows(rows, script), parameters, script)


def _of_rows(rows: Handle, script: Script) -> Expr:
    """Return the value of a query that has one row: its item, where it reads nothing."""
    node = script.builder[rows]
    if isinstance(node, Project) and isinstance(script.builder[node.input], Values):
        below = script.builder[node.input]
        if below == Values() and len(node.items) == 1:
            return closed(node.items[0].expr)
    return Subquery("scalar", rows, closed=True)


def is_plain_value(text: str) -> bool:
    """Return whether a body is a bare expression, as in Snowflake's `AS 'a - b'`."""
    first = text.split(maxsplit=1)[0].upper() if text.split() else ""
    return bool(first) and first not in _STATEMENTS


_STATEMENTS = frozenset({
    "SELECT", "WITH", "BEGIN", "DECLARE", "INSERT", "UPDATE", "DELETE", "MERGE", "RETURN", "CALL",
    "CREATE", "DROP", "ALTER", "TRUNCATE", "IF", "FOR", "SET", "EXECUTE", "LET", "VALUES", "TABLE",
})  # fmt: skip
