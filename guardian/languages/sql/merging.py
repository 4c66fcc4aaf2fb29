"""MERGE, UPDATE and DELETE: what they set, and which rows they touch."""

from collections.abc import Iterable

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression, sql_text
from guardian.languages.sql.ctes import with_ctes
from guardian.languages.sql.names import alias_of, dataset_of, temporary_name
from guardian.languages.sql.queries import lower_tree
from guardian.languages.sql.relations import lower_from, lower_join, scan_of
from guardian.languages.sql.script import Script
from guardian.languages.sql.writes import (
    Head,
    add_write,
    rows_of_temporary,
    temporary_of,
)
from guardian.model.plan import (
    Alias,
    Call,
    Constant,
    Expr,
    Filter,
    Handle,
    Item,
    Join,
    JoinKind,
    Project,
    Ref,
    SetOperation,
    Star,
    Subquery,
    WithColumns,
    WriteOptions,
)

TRUE, FALSE = Constant("boolean", "true"), Constant("boolean", "false")


def target_rows(table: exp.Expr, scope: Scope, script: Script) -> Handle:
    """Return the rows of a table that a statement changes, under its alias; they are no input."""
    name = temporary_of(table, scope, script)
    if name is not None:
        handle = rows_of_temporary(name, script)
    else:
        handle = scope.builder.add(scan_of(table, scope, target=True))
    alias, _ = alias_of(table, scope)
    if not alias and name is not None:
        alias = name
    return scope.builder.add(Alias(handle, alias)) if alias else handle


def _filtered(handle: Handle, node: exp.Expr | None, scope: Scope) -> Handle:
    if node is None:
        return handle
    condition = node.this if isinstance(node, exp.Where) else node
    at, text = scope.item(condition)
    return scope.builder.add(Filter(handle, lower_expression(condition, scope), "WHERE", at, text))


# --- MERGE -------------------------------------------------------------------------------------------------------


def merge(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    """Note a MERGE: a projection for each of its branches, united by name."""
    scope = with_ctes(tree, scope, lower_tree)
    target = target_rows(tree.this, scope, script)
    source = lower_from(tree.args["using"], scope)
    whens = tree.args["whens"]
    declared = _declared(tree.this, scope, script)
    arms = [
        _branch(when, tree, target, source, declared, scope)
        for when in (whens.expressions if isinstance(whens, exp.Expr) else whens)
    ]
    plan = united(arms, scope)
    name = temporary_of(tree.this, scope, script)
    if name is not None:
        script.views[name] = united([rows_of_temporary(name, script), plan], scope)
        return
    add_write(script, dataset_of(tree.this, scope), plan, head, WriteOptions(mode="merge"))


def _declared(table: exp.Expr, scope: Scope, script: Script) -> tuple[str, ...]:
    name = temporary_name(table.this if isinstance(table, exp.Schema) else table, scope)
    return script.columns.get(name) or script.declared(dataset_of(table, scope))


def united(arms: list[Handle], scope: Scope) -> Handle:
    """Return the rows of all arms, columns matched by name, null where an arm lacks one."""
    if len(arms) == 1:
        return arms[0]
    return scope.builder.add(
        SetOperation(kind="union", inputs=tuple(arms), all=True, by_name=True, allow_missing=True)
    )


def _branch(
    when: exp.Expr, tree: exp.Expr, target: Handle, source: Handle, declared: tuple[str, ...], scope: Scope
) -> Handle:
    """Return what one WHEN writes: over matched rows, new ones, or ones that the source lacks."""
    if when.args.get("matched"):
        rows = _joined(tree, target, source, "inner", scope)
    elif when.args.get("source"):
        rows = _joined(tree, target, source, "anti", scope)
    else:
        rows = _joined(tree, source, target, "anti", scope)
    rows = _filtered(rows, when.args.get("condition"), scope)
    then = when.args["then"]
    items: tuple[Item, ...] = ()
    if isinstance(then, exp.Update):
        items = _update_items(then.expressions, tree, scope)
    elif isinstance(then, exp.Insert):
        items = _insert_items(then, tree, declared, scope)
    rows = _filtered(rows, then.args.get("where") if isinstance(then, exp.Expr) else None, scope)
    return scope.builder.add(Project(rows, items))


def _joined(tree: exp.Expr, left: Handle, right: Handle, kind: JoinKind, scope: Scope) -> Handle:
    on = tree.args.get("on")
    using = tuple(scope.name(part) for part in tree.args.get("using_cond") or ())
    at, text = scope.item(on) if on is not None else (scope.location(tree), "")
    condition = lower_expression(on, scope) if on is not None else None
    return scope.builder.add(
        Join(left=left, right=right, kind=kind, on=condition, using=using, at=at, text=text)
    )


def _source_star(tree: exp.Expr, scope: Scope) -> Item:
    """Return `UPDATE SET *` and `INSERT *`: every column of the source."""
    using = tree.args["using"]
    alias, _ = alias_of(using, scope)
    if not alias and isinstance(using, exp.Table):
        alias = temporary_name(using, scope).rpartition(".")[2]
    return Item(Star((alias,) if alias else ()), None, scope.location(using))


def _update_items(nodes: Iterable[exp.Expr], tree: exp.Expr, scope: Scope) -> tuple[Item, ...]:
    items: list[Item] = []
    for node in nodes:
        if isinstance(node, exp.Star):
            items.append(_source_star(tree, scope))
        else:
            items.extend(set_items(node, scope))
    return tuple(items)


def set_items(node: exp.Expr, scope: Scope) -> list[Item]:
    """Return the columns that one `SET a = x` or `SET (a, b) = (x, y)` gives a value."""
    at, text = scope.item(node)
    if not isinstance(node, exp.EQ):
        return []
    value = node.args["expression"]
    if not isinstance(node.this, exp.Tuple):
        shown = sql_text(value, scope.dialect)
        return [Item(lower_expression(value, scope), _column_name(node.this, scope), at, _right_side(text, shown, scope))]
    names = [_column_name(part, scope) for part in node.this.expressions]
    return [Item(expr, name, at, text) for name, expr in zip(names, _row(value, names, scope), strict=False)]


def _right_side(text: str, shown: str, scope: Scope) -> str:
    left, sign, right = text.partition("=")
    plain = sign and left and left[-1] not in "<>!+-*/%"
    return right.strip() if plain else scope.text(shown)


def _column_name(node: exp.Expr, scope: Scope) -> str:
    if isinstance(node, exp.Column):
        return scope.name(node.this)
    identifier = node.find(exp.Identifier)
    return scope.name(identifier) if identifier is not None else scope.text(node.name)


def _row(value: exp.Expr, names: list[str], scope: Scope) -> list[Expr]:
    """Return a row's parts: those of a list, or of a query that gives one row."""
    inner = value.unnest() if isinstance(value, (exp.Paren, exp.Subquery)) else value
    if isinstance(inner, exp.Tuple):
        return [lower_expression(part, scope) for part in inner.expressions]
    if isinstance(inner, exp.Query) and scope.query is not None:
        plan = scope.query(inner, scope)
        columns = [f"__{position}" for position in range(len(names))]
        renamed = scope.builder.add(Alias(plan, "__row", tuple(columns)))
        return [
            Subquery("scalar", scope.builder.add(Project(renamed, (Item(Ref(column), column),))))
            for column in columns
        ]
    return [Call("field", (lower_expression(value, scope),), name) for name in names]


def _insert_items(
    then: exp.Expr, tree: exp.Expr, declared: tuple[str, ...], scope: Scope
) -> tuple[Item, ...]:
    this, values = then.args.get("this"), then.args.get("expression")
    if isinstance(this, (exp.Star, exp.Var)) or values is None:
        return (_source_star(tree, scope),)
    names: list[str | None] = []
    if isinstance(this, (exp.Tuple, exp.Schema)):
        names = [_column_name(part, scope) for part in this.expressions]
    elif isinstance(this, exp.Expr):
        names = [_column_name(this, scope)]
    cells = values.expressions if isinstance(values, exp.Tuple) else [values]
    if len(cells) == 1 and isinstance(cells[0], exp.Tuple):
        cells = cells[0].expressions
    names = names or list(declared)
    items = []
    for position, cell in enumerate(cells):
        at, text = scope.item(cell)
        name = names[position] if position < len(names) else None
        items.append(Item(lower_expression(cell, scope), name, at, text if text else sql_text(cell, scope.dialect)))
    return tuple(items)


# --- UPDATE ------------------------------------------------------------------------------------------------------


def update(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> Handle:
    """Note an UPDATE; return the rows that it changes, with their new values."""
    scope = with_ctes(tree, scope, lower_tree)
    table, rows, others = _rows_to_change(tree, script, scope)
    changed = _filtered(rows, tree.args.get("where"), scope)
    items = [item for node in tree.expressions for item in set_items(node, scope)]
    name = temporary_of(table, scope, script)
    if name is not None:
        _update_temporary(name, tree, items, rows, script, scope, joined=others)
    else:
        plan = scope.builder.add(Project(changed, tuple(items)))
        add_write(script, dataset_of(table, scope), plan, head, WriteOptions(mode="update"))
    return scope.builder.add(WithColumns(changed, tuple(items)))


def _rows_to_change(tree: exp.Expr, script: Script, scope: Scope) -> tuple[exp.Expr, Handle, bool]:
    """Return the table that is changed, and its rows joined with those that the change looks at.

    T-SQL names an alias of FROM (`UPDATE a SET … FROM t AS a JOIN …`); others name the table, and
    FROM holds more relations.
    """
    table = tree.args.get("this")
    source = tree.args.get("from_")
    if not isinstance(table, exp.Expr):
        return exp.Table(), scope.builder.add(Project(0, ())), False
    if source is None:
        joins = table.args.get("joins") or ()
        return table, _and_joins(target_rows(table, scope, script), joins, scope), bool(joins)
    meant = _named_in(source.this, table, scope)
    if meant is None:
        left, right = target_rows(table, scope, script), lower_from(source.this, scope)
        joined = scope.builder.add(Join(left=left, right=right, kind="cross", at=scope.location(source)))
        return table, joined, True
    joins = source.this.args.get("joins") or ()
    if meant is source.this:
        return meant, _and_joins(target_rows(meant, scope, script), joins, scope), bool(joins)
    handle = lower_from(_without_joins(source.this), scope)
    for join in joins:
        handle = _join_target(handle, join, meant, scope, script)
    return meant, handle, True


def _without_joins(node: exp.Expr) -> exp.Expr:
    """Return the relation by itself: its joins are taken one by one."""
    node.set("joins", None)
    return node


def _join_target(handle: Handle, join: exp.Join, meant: exp.Expr, scope: Scope, script: Script) -> Handle:
    if join.this is not meant:
        return lower_join(handle, join, scope)
    on = join.args.get("on")
    condition = lower_expression(on, scope) if on is not None else None
    right = target_rows(meant, scope, script)
    kind: JoinKind = "inner" if condition is not None else "cross"
    at, text = scope.item(on) if on is not None else (scope.location(join), "")
    return scope.builder.add(Join(left=handle, right=right, kind=kind, on=condition, at=at, text=text))


def _and_joins(handle: Handle, joins: Iterable[exp.Join], scope: Scope) -> Handle:
    for join in joins:
        handle = lower_join(handle, join, scope)
    return handle


def _named_in(first: exp.Expr, table: exp.Expr, scope: Scope) -> exp.Expr | None:
    """Return the relation of FROM that the changed table's name means, by alias or by name."""
    wanted = temporary_name(table, scope)
    candidates = [first, *(join.this for join in first.args.get("joins") or ())]
    for candidate in candidates:
        if isinstance(candidate, exp.Table) and alias_of(candidate, scope)[0] == wanted:
            return candidate
    for candidate in candidates:
        if isinstance(candidate, exp.Table) and not alias_of(candidate, scope)[0]:
            if temporary_name(candidate, scope) == wanted:
                return candidate
    return None


def _update_temporary(
    name: str, tree: exp.Expr, items: list[Item], rows: Handle, script: Script, scope: Scope, *, joined: bool
) -> None:
    """Give a temporary table new values where the condition holds, the old ones elsewhere."""
    where = tree.args.get("where")
    condition = lower_expression(where.this, scope) if where is not None else TRUE
    alias = _alias_of_target(tree, name, scope)
    replaced = tuple(
        Item(Call("case", (condition, item.expr, Ref(item.name or "", (alias,)))), item.name, item.at, item.text)
        for item in items
    )
    if not joined:
        script.views[name] = scope.builder.add(WithColumns(rows, replaced))
        return
    script.views[name] = scope.builder.add(Project(rows, (Item(Star((alias,), (), replaced)),)))


def _alias_of_target(tree: exp.Expr, name: str, scope: Scope) -> str:
    source = tree.args.get("from_")
    meant = _named_in(source.this, tree.this, scope) if source is not None else tree.this
    alias, _ = alias_of(meant if meant is not None else tree.this, scope)
    return alias or name


# --- DELETE ------------------------------------------------------------------------------------------------------


def delete(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    """Note a DELETE: which rows go, and no columns."""
    scope = with_ctes(tree, scope, lower_tree)
    table = tree.this if isinstance(tree.this, exp.Expr) else next(iter(tree.args.get("tables") or ()), None)
    if table is None:
        return
    named = (tree.args.get("tables") or [None])[0]
    meant = (_named_in(table, named, scope) if isinstance(named, exp.Expr) else None) or table
    rows = target_rows(table, scope, script) if meant is table else lower_from(_bare(table), scope)
    for join in table.args.get("joins") or ():
        rows = _join_target(rows, join, meant, scope, script)
    for other in tree.args.get("using") or ():
        rows = scope.builder.add(Join(left=rows, right=lower_from(other, scope), kind="cross"))
    name = temporary_of(meant, scope, script)
    where = tree.args.get("where")
    if name is not None:
        _delete_temporary(name, where, rows, script, scope)
        return
    plan = scope.builder.add(Project(_filtered(rows, where, scope), ()))
    add_write(script, dataset_of(meant, scope), plan, head, WriteOptions(mode="delete"))


def _bare(table: exp.Expr) -> exp.Expr:
    """Return a table without its joins, as a node of its own."""
    return exp.Table(**{key: value for key, value in table.args.items() if key != "joins"})


def _delete_temporary(
    name: str, where: exp.Expr | None, rows: Handle, script: Script, scope: Scope
) -> None:
    """Keep the rows of a temporary table for which the condition is not true."""
    condition = lower_expression(where.this, scope) if where is not None else TRUE
    kept = Call("not", (Call("coalesce", (condition, FALSE)),))
    at, text = scope.item(where.this) if where is not None else (None, "")
    script.views[name] = scope.builder.add(Filter(rows, kept, "WHERE", at, text))
