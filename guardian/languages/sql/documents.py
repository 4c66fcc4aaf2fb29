"""Rows taken out of documents: JSON_TABLE, XMLTABLE, and Redshift's walk through a SUPER value."""

from collections.abc import Iterator

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression
from guardian.languages.sql.names import alias_of
from guardian.model.plan import Call


def document_rows(
    node: exp.Expr, aliased: exp.Expr, scope: Scope
) -> tuple[Call, tuple[str, ...], str] | None:
    """Return value, columns and qualifier of a table made of a document; None for another one."""
    match node:
        case exp.JSONTable():
            found = list(_json_columns(node.args.get("schema"), scope))
            value = Call("json_table", (lower_expression(node.this, scope),), _counted(found))
        case exp.XMLTable():
            found = [
                (scope.name(part.this), _is_ordinal(part))
                for part in node.args.get("columns") or ()
            ]
            passed = tuple(lower_expression(part, scope) for part in node.args.get("passing") or ())
            value = Call("xml_table", passed, _counted(found))
        case _:
            return None
    qualifier, columns = alias_of(aliased, scope)
    return value, columns or tuple(name for name, _ in found), qualifier


def _json_columns(schema: exp.Expr | None, scope: Scope) -> Iterator[tuple[str, bool]]:
    """Yield the columns of JSON_TABLE, those of nested paths among them, and which only count."""
    for part in schema.expressions if schema is not None else ():
        nested = part.args.get("nested_schema")
        if nested is not None:
            yield from _json_columns(nested, scope)
        elif part.this is not None:
            yield scope.name(part.this), _is_ordinal(part)


def _is_ordinal(column: exp.Expr) -> bool:
    if column.args.get("ordinality"):
        return True
    return "FOR ORDINALITY" in str(column.sql()).upper()


def _counted(columns: list[tuple[str, bool]]) -> str:
    places = [str(place) for place, (_, counts) in enumerate(columns) if counts]
    return f"counted:{','.join(places)}" if places else ""


def navigated(node: exp.Expr, scope: Scope) -> tuple[Call, tuple[str, ...]] | None:
    """Return value and columns of `FROM t, t.items AS i AT n` and `UNPIVOT t.doc AS v AT k`."""
    unpivoted = isinstance(node, exp.Pivot)
    inner = node.this if unpivoted else node
    place: tuple[str, ...] = ()
    if isinstance(inner, exp.AtIndex):
        place = (scope.name(inner.args["expression"]),)
        inner = inner.this
    elif not unpivoted:
        return None
    if not isinstance(inner, exp.Alias) or not isinstance(inner.this, (exp.Column, exp.Dot)):
        return None
    name = "object_entries" if unpivoted else "unnest"
    return Call(name, (lower_expression(inner.this, scope),)), (scope.name(inner.alias), *place)
