"""Changes made through something else: a CTE, an inline view, one of several joined tables."""

from collections.abc import Iterable, Mapping

from sqlglot import exp

from guardian.languages.expressions import Scope
from guardian.languages.sql.names import alias_of, dataset_of, temporary_name

MAX_STEPS = 10


def table_behind(
    tree: exp.Expr, table: exp.Expr, columns: Iterable[str], scope: Scope
) -> tuple[exp.Table, Mapping[str, str]] | None:
    """Return the table that an UPDATE or DELETE of a CTE or an inline view changes.

    And the names that this table has for `columns`. None where the statement names a table.
    """
    ctes = _ctes(tree, scope)
    query = _query_of(table, ctes, scope)
    if query is None:
        return None
    names: Mapping[str, str] = {column: column for column in columns}
    for _ in range(MAX_STEPS):
        if not isinstance(query, exp.Select):
            return None
        source, names = _step(query, names, scope)
        if source is None:
            return None
        query = _query_of(source, ctes, scope)
        if query is None:
            return (source, names) if isinstance(source, exp.Table) else None
    return None


def _ctes(tree: exp.Expr, scope: Scope) -> dict[str, exp.Expr]:
    clause = tree.args.get("with_")
    found = clause.expressions if isinstance(clause, exp.Expr) else ()
    return {alias_of(cte, scope)[0]: cte.this for cte in found}


def _query_of(node: exp.Expr, ctes: Mapping[str, exp.Expr], scope: Scope) -> exp.Expr | None:
    if isinstance(node, exp.Subquery):
        return node.unnest()
    if isinstance(node, exp.Table):
        return ctes.get(temporary_name(node, scope))
    return None


def _step(
    query: exp.Select, names: Mapping[str, str], scope: Scope
) -> tuple[exp.Expr | None, Mapping[str, str]]:
    """Return the relation of a query that the columns come from, and their names there."""
    relations = _relations(query)
    if not relations:
        return None, names
    given = {part.alias_or_name: part.unalias() for part in query.expressions}
    folded = {scope.name(name): part for name, part in given.items() if name != "*"}
    source = relations[0]
    inner: dict[str, str] = {}
    for name, wanted in names.items():
        part = folded.get(wanted)
        inner[name] = wanted
        if isinstance(part, exp.Column):
            inner[name] = scope.name(part.this)
            source = _meant(relations, part, scope) or source
    return source, inner


def _relations(query: exp.Select) -> list[exp.Expr]:
    first = query.args.get("from_")
    joined = [join.this for join in query.args.get("joins") or ()]
    return [*([first.this] if first is not None else []), *joined]


def _meant(relations: Iterable[exp.Expr], column: exp.Column, scope: Scope) -> exp.Expr | None:
    """Return the relation that a column's qualifier means; None without one."""
    parts = [scope.name(part) for part in column.parts[:-1]]
    for relation in relations:
        alias = alias_of(relation, scope)[0]
        whole = dataset_of(relation, scope).split(".") if isinstance(relation, exp.Table) else []
        if parts and (parts == [alias] if alias else parts == whole[-len(parts) :]):
            return relation
    return None


def by_table(
    nodes: Iterable[exp.Expr], table: exp.Expr, relations: Iterable[exp.Expr], scope: Scope
) -> list[tuple[exp.Expr, list[exp.Expr]]]:
    """Return the tables that MySQL's `UPDATE a JOIN b SET b.x = …` changes, each with its SETs."""
    known = [table, *relations]
    found: dict[int, tuple[exp.Expr, list[exp.Expr]]] = {}
    for node in nodes:
        column = node.this
        meant = _meant(known, column, scope) if isinstance(column, exp.Column) else None
        meant = meant if isinstance(meant, exp.Table) else table
        found.setdefault(id(meant), (meant, []))[1].append(node)
    return list(found.values())
