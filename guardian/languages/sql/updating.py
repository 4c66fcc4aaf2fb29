"""UPDATE and DELETE: the rows that they touch, the columns that they set."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression, order_of, sql_text
from guardian.languages.sql.ctes import with_ctes
from guardian.languages.sql.merging import (
    name_in_scope,
    set_items,
    set_values,
    target_rows,
    where_of,
)
from guardian.languages.sql.names import alias_of, dataset_of, temporary_name
from guardian.languages.sql.queries import lower_tree
from guardian.languages.sql.relations import lower_from, lower_join
from guardian.languages.sql.script import Script
from guardian.languages.sql.through import by_table, table_behind
from guardian.languages.sql.touched import Touched
from guardian.languages.sql.writes import Head, add_emptying, add_write, temporary_of
from guardian.model.plan import (
    Call,
    Constant,
    Expr,
    Filter,
    Handle,
    Item,
    Join,
    JoinKind,
    Limit,
    Project,
    Ref,
    Sort,
    Star,
    WithColumns,
    WriteOptions,
)

TRUE, FALSE = Constant("boolean", "true"), Constant("boolean", "false")


@dataclass(frozen=True, slots=True)
class _Rows:
    """The table that a statement changes.

    And the relations beside it, with the joins they come by.
    """

    table: exp.Expr
    first: exp.Expr
    joins: tuple[exp.Join, ...]
    beside: exp.Expr | None = None

    def plan(self, script: Script, scope: Scope) -> Handle:
        """Return the rows of the table joined with all that the statement looks at."""
        if self.first is self.table:
            handle = target_rows(self.table, scope, script)
        else:
            handle = lower_from(self.first, scope)
        for join in self.joins:
            handle = self._joined(handle, join, script, scope)
        if self.beside is None:
            return handle
        right = lower_from(self.beside, scope)
        return scope.builder.add(
            Join(left=handle, right=right, kind="cross", at=scope.location(self.beside))
        )

    def _joined(self, handle: Handle, join: exp.Join, script: Script, scope: Scope) -> Handle:
        if join.this is not self.table:
            return lower_join(handle, join, scope)
        on = join.args.get("on")
        condition = lower_expression(on, scope) if on is not None else None
        kind: JoinKind = "inner" if condition is not None else "cross"
        at, text = scope.item(on) if on is not None else (scope.location(join), "")
        right = target_rows(self.table, scope, script)
        return scope.builder.add(
            Join(left=handle, right=right, kind=kind, on=condition, at=at, text=text)
        )

    def others(self) -> list[exp.Expr]:
        """Return the relations beside the changed table."""
        found = [self.first, *(join.this for join in self.joins)]
        if self.beside is not None:
            found.append(self.beside)
        return [relation for relation in found if relation is not self.table]


def _detached(node: exp.Expr) -> tuple[exp.Join, ...]:
    """Take the joins off a relation, so that it can be read by itself."""
    return tuple(node.args.pop("joins", None) or ())


def _changed_rows(table: exp.Expr, source: exp.Expr | None, scope: Scope) -> _Rows:
    """Return what a statement changes: `table` itself, or what it names in `source`."""
    if source is None:
        return _Rows(table, table, _detached(table))
    joins = source.args.get("joins") or ()
    meant = _named_in([source, *(join.this for join in joins)], table, scope)
    if meant is None:
        return _Rows(table, table, _detached(table), source)
    return _Rows(meant, source, _detached(source))


def _named_in(candidates: list[exp.Expr], table: exp.Expr, scope: Scope) -> exp.Expr | None:
    """Return the relation that the changed table's name means: by alias first, then by name."""
    wanted = temporary_name(table, scope)
    tables = [candidate for candidate in candidates if isinstance(candidate, exp.Table)]
    by_alias = [candidate for candidate in tables if alias_of(candidate, scope)[0] == wanted]
    by_name = [
        candidate
        for candidate in tables
        if not alias_of(candidate, scope)[0] and temporary_name(candidate, scope) == wanted
    ]
    whole = dataset_of(table, scope)
    same = [candidate for candidate in tables if dataset_of(candidate, scope) == whole]
    return next(iter((*by_alias, *by_name, *same)), None)


def _filtered(handle: Handle, where: exp.Expr | None, scope: Scope) -> Handle:
    if where is None:
        return handle
    at, text = scope.item(where.this)
    return scope.builder.add(Filter(handle, lower_expression(where.this, scope), "WHERE", at, text))


def _limited(handle: Handle, tree: exp.Expr, scope: Scope) -> Handle:
    """Return no more of the rows than `LIMIT 10`, or `TOP (10)`, lets a statement touch."""
    limit, order = tree.args.get("limit"), tree.args.get("order")
    if not isinstance(limit, exp.Limit) or not isinstance(limit.expression, exp.Expr):
        return handle
    if isinstance(order, exp.Order):
        keys = order_of(order.expressions, scope)
        handle = scope.builder.add(Sort(handle, keys, scope.location(order)))
    count = limit.expression.unnest()
    text = count.name if isinstance(count, exp.Literal) else sql_text(count, scope.dialect)
    return scope.builder.add(Limit(handle, scope.text(text), at=scope.location(limit)))


# --- UPDATE ---------------------------------------------------------------------------------------


def update(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> Handle | None:
    """Note an UPDATE; return the rows that it changes, with their new values."""
    scope = with_ctes(tree, scope, lower_tree)
    table, source = tree.args.get("this"), tree.args.get("from_")
    if not isinstance(table, exp.Expr) or not tree.expressions:
        scope.warn("an UPDATE without SET was left out", tree)
        return None
    rows = _changed_rows(table, source.this if source is not None else None, scope)
    given = by_table(tree.expressions, rows.table, (join.this for join in rows.joins), scope)
    if given[1:] or given[0][0] is not rows.table:
        _update_each(rows, given, tree.args.get("where"), script, scope, head)
        return None
    items = tuple(item for node in tree.expressions for item in set_items(node, scope, rows.table))
    where = tree.args.get("where")
    name = temporary_of(rows.table, scope, script)
    if script.touched is not None:
        script.touched.append(_changed(rows, tree, script, scope))
    if name is not None:
        script.views[name] = _updated(name, rows, items, where, script, scope)
        return script.views[name]
    changed = _limited(_filtered(rows.plan(script, scope), where, scope), tree, scope)
    behind = table_behind(tree, rows.table, (item.name or "" for item in items), scope)
    dataset = dataset_of(rows.table if behind is None else behind[0], scope)
    written = items if behind is None else _renamed(items, behind[1])
    plan = scope.builder.add(Project(changed, written))
    add_write(script, dataset, plan, head, WriteOptions(mode="update"))
    return scope.builder.add(WithColumns(changed, items))


def _renamed(items: Iterable[Item], names: Mapping[str, str]) -> tuple[Item, ...]:
    return tuple(
        Item(item.expr, names.get(item.name or "", item.name), item.at, item.text) for item in items
    )


def _update_each(
    rows: _Rows,
    given: Iterable[tuple[exp.Expr, list[exp.Expr]]],
    where: exp.Expr | None,
    script: Script,
    scope: Scope,
    head: Head,
) -> None:
    """Note MySQL's UPDATE of joined tables: each one that SET names is written."""
    for table, nodes in given:
        items = tuple(item for node in nodes for item in set_items(node, scope, table))
        changed = _filtered(_Rows(table, rows.first, rows.joins).plan(script, scope), where, scope)
        name = temporary_of(table, scope, script)
        if name is not None:
            one = _Rows(table, rows.first, rows.joins)
            script.views[name] = _updated(name, one, items, where, script, scope)
            continue
        plan = scope.builder.add(Project(changed, items))
        add_write(script, dataset_of(table, scope), plan, head, WriteOptions(mode="update"))


def _changed(rows: _Rows, tree: exp.Expr, script: Script, scope: Scope) -> Touched:
    """Return the rows that an UPDATE or a DELETE finds, with the values that SET gives them."""
    handle = _filtered(rows.plan(script, scope), tree.args.get("where"), scope)
    before = name_in_scope(rows.table, scope)
    if isinstance(tree, exp.Delete):
        return Touched(handle, scope, "DELETE", rows.table, before)
    return Touched(handle, scope, "UPDATE", rows.table, before, set_values(tree.expressions, scope))


def _updated(
    name: str,
    rows: _Rows,
    items: Iterable[Item],
    where: exp.Expr | None,
    script: Script,
    scope: Scope,
) -> Handle:
    """Return a temporary table with new values where the condition holds.

    The old ones elsewhere.
    """
    target = target_rows(rows.table, scope, script)
    alias = alias_of(rows.table, scope)[0] or name
    conditions = [
        lower_expression(join.args["on"], scope) for join in rows.joins if join.args.get("on")
    ]
    if where is not None:
        conditions.append(lower_expression(where.this, scope))
    condition = _all(conditions)
    replaced = tuple(
        Item(
            Call("case", (condition, item.expr, Ref(item.name or "", (alias,)))),
            item.name,
            item.at,
            item.text,
        )
        for item in items
    )
    right = _beside(rows, scope)
    if right is None:
        return scope.builder.add(WithColumns(target, replaced))
    at, lateral = scope.location(rows.others()[0]), _looks_around(rows)
    target = scope.builder.add(  # each row of the table stays, matched or not
        Join(left=target, right=right, kind="left", on=condition, lateral=lateral, at=at)
    )
    return scope.builder.add(Project(target, (Item(Star((alias,), (), replaced)),)))


def _beside(rows: _Rows, scope: Scope) -> Handle | None:
    """Return all that a statement looks at beside the changed table, not yet joined by anything."""
    handle: Handle | None = None
    for relation in rows.others():
        right = lower_from(relation, scope)
        if handle is None:
            handle = right
            continue
        lateral = isinstance(relation, exp.Lateral)
        joined = Join(left=handle, right=right, kind="cross", lateral=lateral)
        handle = scope.builder.add(joined)
    return handle


def _looks_around(rows: _Rows) -> bool:
    return any(isinstance(relation, exp.Lateral) for relation in rows.others())


def _all(conditions: list[Expr]) -> Expr:
    if len(conditions) < 2:
        return conditions[0] if conditions else TRUE
    return Call("and", tuple(conditions))


# --- DELETE ---------------------------------------------------------------------------------------


def delete(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> Handle | None:
    """Note a DELETE: which rows go, and no columns; return the rows that go."""
    scope = with_ctes(tree, scope, lower_tree)
    named = next(iter(tree.args.get("tables") or ()), None)
    table = tree.this if isinstance(tree.this, exp.Expr) else named
    if not isinstance(table, exp.Expr):
        return None
    rows = _changed_rows(named or table, table if named is not None else None, scope)
    handle = rows.plan(script, scope)
    for other in tree.args.get("using") or ():
        handle = scope.builder.add(Join(left=handle, right=lower_from(other, scope), kind="cross"))
    where = tree.args.get("where")
    name = temporary_of(rows.table, scope, script)
    if script.touched is not None:
        script.touched.append(_changed(rows, tree, script, scope))
    if name is not None:
        script.views[name] = _remaining(rows, where, script, scope)
        return None
    gone = _limited(_filtered(handle, where, scope), tree, scope)
    plan = scope.builder.add(Project(gone, ()))
    behind = table_behind(tree, rows.table, (), scope)
    dataset = dataset_of(rows.table if behind is None else behind[0], scope)
    whole = where is None and tree.args.get("limit") is None
    if whole and not rows.others() and not tree.args.get("using"):
        add_emptying(script, dataset, plan, head)
    else:
        add_write(script, dataset, plan, head, WriteOptions(mode="delete"))
    return gone


def _remaining(rows: _Rows, where: exp.Expr | None, script: Script, scope: Scope) -> Handle:
    """Return the rows of a temporary table for which the condition is not true."""
    target = target_rows(rows.table, scope, script)
    condition = lower_expression(where.this, scope) if where is not None else TRUE
    right = _beside(rows, scope)
    if right is not None:
        conditions = [
            lower_expression(join.args["on"], scope) for join in rows.joins if join.args.get("on")
        ]
        on = _all([*conditions, *([condition] if where is not None else [])])
        lateral = _looks_around(rows)
        return scope.builder.add(
            Join(left=target, right=right, kind="anti", on=on, lateral=lateral)
        )
    kept = Call("not", (Call("coalesce", (condition, FALSE)),))
    at, text = where_of(where, scope)
    return scope.builder.add(Filter(target, kept, "WHERE", at, text))
