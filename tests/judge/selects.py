"""What rewrites and mutations ask of a SELECT."""

from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from tests.judge.rules import Setting

Made = exp.Expr | None


def names(query: exp.Expr) -> list[str] | None:
    """Return the names of a query's columns; None where one is a star, unnamed or there twice."""
    if not isinstance(query, exp.Query) or any(
        u.args.get("by_name") for u in query.find_all(exp.Union)
    ):
        return None
    found = [str(name) for name in query.named_selects]
    stars = [item for item in getattr(query, "selects", []) if item.is_star or _spreads(item)]
    unique = len({name.lower() for name in found}) == len(found)
    named = all(found) and len(found) >= len(getattr(query, "selects", []))
    return found if found and named and unique and not stars else None


def _spreads(item: exp.Expr) -> bool:
    if isinstance(item, exp.Aliases):
        return True
    if any(node.name.lower() in {"stack", "inline"} for node in item.find_all(exp.Anonymous)):
        return True
    return item.find(exp.Columns, exp.Explode, exp.Posexplode, exp.Inline, exp.Unnest) is not None


def quoted_like(query: exp.Query) -> list[exp.Identifier]:
    """Return the identifiers of a query's columns, quoted as they are there."""
    first: Any = query
    while isinstance(first, exp.SetOperation):
        first = first.this.unnest() if isinstance(first.this, exp.Subquery) else first.this
    made = []
    for item in first.selects:
        plain = item.args.get("alias") if isinstance(item, exp.Alias) else item.this
        made.append(
            plain.copy()
            if isinstance(plain, exp.Identifier)
            else exp.to_identifier(item.alias_or_name)
        )
    return made


def names_an_item(condition: exp.Expr, select: exp.Select) -> bool:
    """Return whether a condition calls an item of its SELECT by the name that it is given there."""
    labels = {item.alias.lower() for item in select.selects if item.alias}
    return any(column.name.lower() in labels for column in condition.find_all(exp.Column))


def is_top(query: exp.Expr) -> bool:
    """Return whether a query is the whole statement, or what one is made of."""
    parent = query.parent
    return parent is None or (
        isinstance(parent, exp.Create | exp.Insert) and query.arg_key == "expression"
    )


def source(select: exp.Select) -> exp.Expr | None:
    """Return the one input of a SELECT, None where it has several, or one that is no relation."""
    start = select.args.get("from_")
    single = not select.args.get("joins") and not select.args.get("laterals")
    found = start.this if start is not None and single else None
    fits = isinstance(found, exp.Table | exp.Subquery) and not found.args.get("joins")
    odd = (
        "pivots",
        "sample",
        "version",
        "ordinality",
        "system_time",
        "when",
        "laterals",
        "changes",
    )
    if (
        found is None
        or not fits
        or any(found.args.get(key) for key in odd)
        or not isinstance(found.this, exp.Identifier | exp.Query)
    ):
        return None
    alias = found.args.get("alias")
    return None if alias is not None and alias.columns else found


def inputs(select: exp.Select) -> list[exp.Expr]:
    """Return all inputs of a SELECT."""
    start = select.args.get("from_")
    return [start.this, *(join.this for join in select.args.get("joins") or [])] if start else []


def is_plain(select: exp.Select) -> bool:
    """Return whether a SELECT only filters and projects."""
    keys = (
        "group",
        "having",
        "qualify",
        "distinct",
        "limit",
        "offset",
        "order",
        "with_",
        "windows",
    )
    computes = any(item.find(exp.AggFunc, exp.Window) for item in select.selects)
    return not computes and not any(select.args.get(key) for key in (*keys, "laterals", "sample"))


def has_star(select: exp.Select) -> bool:
    return any(item.is_star for item in select.selects) or select.find(exp.Columns) is not None


def mentioned(node: exp.Expr) -> set[str]:
    """Return all names in a piece of code, in lower case."""
    return {found.name.lower() for found in node.find_all(exp.Identifier)}


def own_columns(select: exp.Select) -> Iterator[exp.Column]:
    """Yield the columns that stand in a SELECT itself, not in a query inside it."""
    for column in select.find_all(exp.Column):
        if column.find_ancestor(exp.Select) is select:
            yield column


def aliased(item: exp.Expr) -> bool:
    return isinstance(item, exp.Alias)


def copied(node: exp.Expr) -> exp.Expr:
    """Return a copy."""
    return node.copy()


def retyped(node: exp.Expr, kind: type[exp.Expr]) -> exp.Expr:
    """Return a copy of a node as another type with the same parts."""
    new = node.copy()
    return kind(**new.args)


def others_alike(column: exp.Column, setting: Setting) -> list[str]:
    """Return columns of the same type in the declared table that a column is of."""
    select = column.find_ancestor(exp.Select)
    for item in inputs(select) if select is not None else []:
        named = item.alias_or_name.lower() == column.table.lower() or not column.table
        kinds = (
            setting.tables.get(item.name.lower(), {})
            if isinstance(item, exp.Table) and named
            else {}
        )
        kind = kinds.get(column.name.lower())
        if kind is not None:
            return [name for name in kinds if kinds[name] == kind and name != column.name.lower()]
    return []


def known_columns(item: exp.Expr, setting: Setting) -> list[exp.Column]:
    kinds = setting.tables.get(item.name.lower(), {}) if isinstance(item, exp.Table) else {}
    return [exp.column(name, table=item.alias_or_name) for name in kinds]


def is_inner(join: exp.Join) -> bool:
    plain = not join.side and join.kind in {"", "INNER", "CROSS"} and not join.args.get("method")
    return plain and not join.args.get("using") and isinstance(join.this, exp.Table | exp.Subquery)


def kept(inner: exp.Expr, listed: list[exp.Identifier], flag: str, setting: Setting) -> exp.Select:
    """Return those rows of a query for which its flag holds."""
    alias = exp.TableAlias(this=exp.to_identifier(setting.name("q")))
    clause = inner.args.get("with_")
    inner.set("with_", None)
    outer = exp.Select(expressions=[exp.Column(this=name) for name in listed])
    outer = outer.from_(exp.Subquery(this=inner, alias=alias)).where(exp.column(flag))
    outer.set("with_", clause.copy() if clause is not None else None)
    return outer
