"""INSERT … ON CONFLICT and ON DUPLICATE KEY: new rows, and an update of those that there are."""

from collections.abc import Sequence

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression
from guardian.languages.sql.merging import set_items, target_rows, united
from guardian.languages.sql.names import alias_of, temporary_name
from guardian.languages.sql.queries import lower_tree
from guardian.languages.sql.script import Script
from guardian.model.plan import Alias, Filter, Handle, Join, Project


def upserted(
    tree: exp.Expr,
    conflict: exp.Expr,
    rows: Handle,
    names: tuple[str, ...],
    script: Script,
    scope: Scope,
) -> Handle:
    """Return the new rows, and what an update makes of those that there are.

    `names` are the columns that the new rows fill.
    """
    source = tree.args.get("expression")
    wanted = _of_source(conflict, source, scope)
    if not wanted or not isinstance(source, exp.Select):
        return _upsert(tree, conflict, rows, script, scope)
    rest: list[exp.Expr] = []
    query = source.copy()
    added: list[exp.Expr] = []
    for node in conflict.expressions:
        if node not in wanted:
            rest.append(node)
        else:
            name = set_items(node, scope)[0].name or ""
            value = _without_values(node.args["expression"], names, source, scope)
            added.append(exp.alias_(value, name, quoted=True, copy=True))
    query.set("expressions", added)
    conflict.set("expressions", rest)
    arms = [lower_tree(query, scope)]
    return united([_upsert(tree, conflict, rows, script, scope) if rest else rows, *arms], scope)


def _of_source(conflict: exp.Expr, source: object, scope: Scope) -> list[exp.Expr]:
    """Return the assignments of MySQL's ON DUPLICATE KEY that look at the SELECT's own tables."""
    if not conflict.args.get("duplicate") or not isinstance(source, exp.Select):
        return []
    first = source.args.get("from_")
    tables = [first.this] if first is not None else []
    tables += [join.this for join in source.args.get("joins") or ()]
    names = {alias_of(table, scope)[0] or temporary_name(table, scope) for table in tables}
    return [
        node
        for node in conflict.expressions
        if any(scope.name(column.table) in names for column in node.expression.find_all(exp.Column))
    ]


def _without_values(
    value: exp.Expr, names: Sequence[str], source: exp.Select, scope: Scope
) -> exp.Expr:
    """Return a value with the SELECT's own expressions for `VALUES(column)`."""

    def given(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Anonymous) and node.name.upper() == "VALUES" and node.expressions:
            name = scope.name(node.expressions[0].name)
            if name in names:
                found: exp.Expr = source.expressions[names.index(name)].unalias()
                return found.copy()
        return node

    changed: exp.Expr = value.copy().transform(given)
    return changed


def _of_new_row(node: exp.Expr) -> exp.Expr:
    """Return MySQL's `VALUES(column)` as the column of the new row that it is."""
    if isinstance(node, exp.Anonymous) and node.name.upper() == "VALUES" and node.expressions:
        return exp.column(node.expressions[0].copy(), table="excluded")
    return node


def _upsert(
    tree: exp.Expr, conflict: exp.Expr, rows: Handle, script: Script, scope: Scope
) -> Handle:
    """Return ON CONFLICT DO UPDATE: the new rows, and what the update makes of those there are."""
    table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    target = target_rows(table, scope, script)
    new = scope.builder.add(Alias(rows, "excluded"))
    keys = [
        key.this if isinstance(key, exp.Ordered) else key
        for key in conflict.args.get("conflict_keys") or ()
    ]
    names = tuple(scope.name(key.this) for key in keys if isinstance(key, exp.Column))
    joined = scope.builder.add(
        Join(left=target, right=new, kind="inner", using=names)
        if names
        else Join(left=target, right=new, kind="cross")
    )
    given = [node.copy().transform(_of_new_row) for node in conflict.expressions]
    items = tuple(item for node in given for item in set_items(node, scope))
    where = conflict.args.get("where")
    if where is not None:
        joined = scope.builder.add(Filter(joined, lower_expression(where.this, scope)))
    return united([rows, scope.builder.add(Project(joined, items))], scope)
