"""MERGE: a projection for each of its branches; the columns that SET gives a value."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression, sql_text
from guardian.languages.sql.ctes import with_ctes
from guardian.languages.sql.names import alias_of, dataset_of, temporary_name
from guardian.languages.sql.queries import lower_tree
from guardian.languages.sql.relations import lower_from, scan_of
from guardian.languages.sql.script import Script
from guardian.languages.sql.writes import (
    Head,
    add_write,
    rows_of_temporary,
    temporary_of,
)
from guardian.model.lineage import Location
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
    WriteOptions,
)

FALSE = Constant("boolean", "false")
_MATCHED = re.compile(r"^(not\s+)?matched(\s+by\s+\w+)?\s+and\s+", re.IGNORECASE)


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


def where_of(where: exp.Expr | None, scope: Scope) -> tuple[Location | None, str]:
    """Return where a WHERE clause is written, and its text."""
    return scope.item(where.this) if where is not None else (None, "")


def merge(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    """Note a MERGE: a projection for each of its branches, united by name."""
    scope = with_ctes(tree, scope, lower_tree)
    target = target_rows(tree.this, scope, script)
    source = lower_from(tree.args["using"], scope)
    whens = tree.args["whens"]
    declared = _declared(tree.this, scope, script)
    listed = whens.expressions if isinstance(whens, exp.Expr) else whens
    branches = _Branches(tree, target, source, declared, scope)
    arms = [branches.rows(when) for when in listed]
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


@dataclass(slots=True)
class _Branches:
    """The branches of a MERGE: of those that a row may take, it takes the first."""

    tree: exp.Expr
    target: Handle
    source: Handle
    declared: tuple[str, ...]
    scope: Scope
    taken: dict[str, list[Expr]] = field(default_factory=dict)

    def rows(self, when: exp.Expr) -> Handle:
        """Return what one WHEN writes.

        Over matched rows, new ones, or ones that the source lacks.
        """
        scope, then = self.scope, when.args["then"]
        handle = self._left_over(when)
        condition = when.args.get("condition")
        if condition is not None:
            at, text = scope.item(condition)
            shown = _MATCHED.sub("", text)
            handle = scope.builder.add(
                Filter(handle, lower_expression(condition, scope), "WHEN", at, shown)
            )
        items: tuple[Item, ...] = ()
        if isinstance(then, exp.Update):
            items = _update_items(then.expressions, self.tree, scope)
        elif isinstance(then, exp.Insert):
            items = _insert_items(then, self.tree, self.declared, scope)
        where = then.args.get("where") if isinstance(then, exp.Expr) else None
        return scope.builder.add(Project(_filtered(handle, where, scope), items))

    def _left_over(self, when: exp.Expr) -> Handle:
        """Return the rows of a branch's kind that no branch before it takes."""
        if when.args.get("matched"):
            kind, handle = (
                "matched",
                _joined(self.tree, self.target, self.source, "inner", self.scope),
            )
        elif when.args.get("source"):
            kind, handle = (
                "source",
                _joined(self.tree, self.target, self.source, "anti", self.scope),
            )
        else:
            kind, handle = (
                "target",
                _joined(self.tree, self.source, self.target, "anti", self.scope),
            )
        for earlier in self.taken.get(kind, ()):
            other = Call("not", (Call("coalesce", (earlier, FALSE)),))
            handle = self.scope.builder.add(Filter(handle, other, "WHEN"))
        condition = when.args.get("condition")
        if condition is not None:
            lowered = lower_expression(condition, self.scope)
            self.taken.setdefault(kind, []).append(lowered)
        return handle


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
        return [
            Item(
                lower_expression(value, scope),
                _column_name(node.this, scope),
                at,
                _right_side(text, shown, scope),
            )
        ]
    names = [_column_name(part, scope) for part in node.this.expressions]
    return [
        Item(expr, name, at, text)
        for name, expr in zip(names, _row(value, names, scope), strict=False)
    ]


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
        items.append(
            Item(
                lower_expression(cell, scope),
                name,
                at,
                text or sql_text(cell, scope.dialect),
            )
        )
    return tuple(items)
