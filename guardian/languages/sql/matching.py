"""MATCH_RECOGNIZE: rows found by a pattern, each measure tied to the columns that it names."""

from dataclasses import replace

from sqlglot import exp

from guardian.languages.expressions import Scope, fingerprint, lower_expression, parts, sql_text
from guardian.languages.sql.names import alias_of
from guardian.model.plan import Alias, Expr, Handle, Item, Opaque, OpaqueExpr, Project, Ref, Star


def matched(handle: Handle, node: exp.MatchRecognize, scope: Scope) -> Handle:
    """Return the rows that a pattern finds: its partition, or every column, and its measures."""
    scope = replace(scope, noted=set())  # a measure's aggregates do not make the query a grouping
    at, mark = scope.location(node), fingerprint(node.sql(dialect=scope.dialect or None))
    found = scope.builder.add(
        Opaque(inputs=(handle,), fingerprint=mark, keeps=True, reason="MATCH_RECOGNIZE", at=at)
    )
    every = "ALL ROWS" in str(node.args.get("rows") or "").upper()
    partition = [lower_expression(part, scope) for part in node.args.get("partition_by") or ()]
    kept = [Item(Star())] if every else [Item(part, _name(part), at) for part in partition]
    measures = [_measure(part, scope) for part in node.args.get("measures") or ()]
    made = scope.builder.add(Project(found, (*kept, *measures)))
    alias, columns = alias_of(node, scope)
    return scope.builder.add(Alias(made, alias, columns)) if alias or columns else made


def _name(expr: Expr) -> str | None:
    return expr.name if isinstance(expr, Ref) else None


def _measure(node: exp.Expr, scope: Scope) -> Item:
    """Return a measure; the pattern's variable before a column only says in which of its rows."""
    inner = node.this if isinstance(node, exp.MatchRecognizeMeasure) else node
    value, text = inner.unalias(), sql_text(inner.unalias(), scope.dialect)
    names = (part for part in parts(lower_expression(value, scope)) if isinstance(part, Ref))
    used = tuple(dict.fromkeys(Ref(part.name) for part in names))
    name = scope.name(inner.args.get("alias")) if isinstance(inner, exp.Alias) else None
    return Item(OpaqueExpr(fingerprint(text), used, "match"), name, scope.location(node), text)
