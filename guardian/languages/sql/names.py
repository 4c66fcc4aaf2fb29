"""Tables as they are written → names of datasets, and of what is temporary."""

import re

from sqlglot import exp

from guardian.languages.expressions import Scope
from guardian.languages.sql.script import script_of
from guardian.model.names import DEFAULT_SCHEMA, dataset_name, family_of, fold, is_path, path_name

_FILE_FORMATS = frozenset(
    {"delta", "parquet", "csv", "json", "orc", "text", "avro", "iceberg", "binaryfile"}
)
_FILE = re.compile(
    r"\.(parquet|csv|tsv|json|jsonl|ndjson|orc|avro|xlsx|arrow)(\.(gz|zst|bz2))?$", re.IGNORECASE
)


def parts_of(table: exp.Expr, scope: Scope) -> tuple[str, ...]:
    """Return the folded parts of a table's name, outermost first.

    Empty parts (`db..t`) stay empty.
    """
    pieces: list[str] = []
    for key in ("catalog", "db", "this"):
        value = table.args.get(key)
        if isinstance(value, exp.Expr):
            pieces.extend(_pieces(value, scope))
        elif isinstance(value, str):
            pieces.append(scope.name(value))
    return tuple(pieces)


def _pieces(node: exp.Expr | str, scope: Scope) -> list[str]:
    if isinstance(node, str):  # `server.database..table` has nothing between its dots
        return [scope.name(node)]
    if isinstance(node, exp.Dot):
        return [*_pieces(node.this, scope), *_pieces(node.args["expression"], scope)]
    if isinstance(node, exp.Identifier):
        mark = "##" if node.args.get("global_") or node.args.get("global") else "#"
        name = scope.name(node)
        temporary = (
            node.args.get("temporary") or node.args.get("global_") or node.args.get("global")
        )
        return [f"{mark}{name}" if temporary and not name.startswith("#") else name]
    if isinstance(node, exp.Parameter):
        return [f"@{fold(node.name, scope.dialect)}"]
    if isinstance(node, exp.Placeholder):
        return [f"{{{scope.text(node.name)}}}"]
    if isinstance(node, exp.Func):
        return _dynamic(node, scope)
    return [scope.text(node.name)]


def _dynamic(node: exp.Expr, scope: Scope) -> list[str]:
    """Return the name in `IDENTIFIER('db.t')` or `IDENTIFIER($t)`."""
    named = isinstance(node, exp.Anonymous) and node.name.upper() == "IDENTIFIER"
    inner = node.expressions[0] if named and node.expressions else node.this
    if isinstance(inner, exp.Literal) and inner.is_string:
        return [fold(part, scope.dialect) for part in scope.text(inner.name).split(".")]
    if isinstance(inner, (exp.Parameter, exp.Placeholder, exp.Column, exp.Var)):
        return [f"{{{scope.text(inner.name)}}}"]
    return [f"{{{scope.text(node.sql(dialect=scope.dialect or None)).lower()}}}"]


def temporary_name(table: exp.Expr, scope: Scope) -> str:
    """Return the name by which a temporary view, table or CTE would be found."""
    parts = parts_of(table, scope)
    if parts and parts[-1].startswith("#"):
        return parts[-1]
    return ".".join(part for part in parts if part)


def dataset_of(table: exp.Expr, scope: Scope) -> str:
    """Return the name of the dataset that a table stands for."""
    node = table.this if isinstance(table, (exp.Schema, exp.Alias, exp.Final)) else table
    if isinstance(node, exp.Literal):
        return path_name(scope.text(node.name))
    parts = parts_of(node, scope)
    if not parts:
        return ""
    raw = _raw(node, scope)
    if len(parts) == 2 and parts[0] in _FILE_FORMATS and is_path(raw):
        return path_name(raw)
    if len(parts) == 1 and (is_path(raw) or _FILE.search(raw)):
        return path_name(raw)
    if len(parts) > 2 and not parts[-2]:
        parts = (*parts[:-2], DEFAULT_SCHEMA.get(scope.dialect, ""), parts[-1])
    script = script_of(scope)
    if script is not None:
        parts = script.state.qualified(parts, scope.dialect)
    if scope.dialect == "bigquery":
        parts = (*parts[:-1], family_of(parts[-1])[0])
    return dataset_name(parts, scope.dialect)


def shard_of(table: exp.Expr, scope: Scope) -> str:
    """Return which table of a date-sharded family, or which partition, a table names, if any."""
    parts = parts_of(table, scope) if scope.dialect == "bigquery" else ()
    return family_of(parts[-1])[1] if parts else ""


def _raw(node: exp.Expr, scope: Scope) -> str:
    """Return the last part as it is written: a path keeps its case."""
    this = node.this
    return scope.text(this.name) if isinstance(this, (exp.Identifier, exp.Literal, exp.Var)) else ""


def alias_of(node: exp.Expr, scope: Scope) -> tuple[str, tuple[str, ...]]:
    """Return the alias of a relation.

    Empty where it has none, and the column names given with it.
    """
    alias = node.args.get("alias")
    if isinstance(alias, exp.TableAlias):
        columns = tuple(
            scope.name(column.this if isinstance(column, exp.ColumnDef) else column)
            for column in alias.args.get("columns") or ()
        )
        return scope.name(alias.this) if alias.this is not None else "", columns
    if isinstance(alias, exp.Identifier):
        return scope.name(alias), ()
    return (scope.name(alias) if isinstance(alias, str) else ""), ()
