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
from guardian.languages.sql.touched import Action, Touched
from guardian.languages.sql.writes import (
    Head,
    Target,
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
    Rename,
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
    elif temporary_name(table, scope) in scope.relations:  # a CTE, whose rows are changed
        return lower_from(table, scope)
    else:
        handle = scope.builder.add(scan_of(table, scope, target=True))
    alias, _ = alias_of(table, scope)
    if not alias and name is not None:
        alias = name
    return scope.builder.add(Alias(handle, alias)) if alias else handle


def name_in_scope(relation: exp.Expr, scope: Scope) -> str:
    """Return the name by which a relation's columns are reached."""
    alias, _ = alias_of(relation, scope)
    name = alias or temporary_name(relation, scope)
    return name if name.startswith("#") else name.rpartition(".")[2]


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
    evolves = "SCHEMA EVOLUTION" in " ".join(head.text[:200].upper().split())
    starred = () if evolves else declared
    branches = _Branches(tree, target, source, declared, starred, scope)
    arms = [branches.rows(when, script) for when in listed]
    plan = united(arms, scope)
    name = temporary_of(tree.this, scope, script)
    if name is not None:
        script.views[name] = united([rows_of_temporary(name, script), plan], scope)
        return
    fitted = Target(fitted=not evolves and not declared)
    add_write(script, dataset_of(tree.this, scope), plan, head, WriteOptions(mode="merge"), fitted)


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
    """The branches of a MERGE: of those that a row may take, it takes the first.

    `declared` are the target's columns, `starred` those that `*` is held to, empty for any.
    """

    tree: exp.Expr
    target: Handle
    source: Handle
    declared: tuple[str, ...]
    starred: tuple[str, ...]
    scope: Scope
    taken: dict[str, list[Expr]] = field(default_factory=dict)

    def rows(self, when: exp.Expr, script: Script) -> Handle:
        """Return what one WHEN writes.

        Over matched rows, new ones, or ones that the source lacks.
        """
        scope, then = self.scope, when.args["then"]
        then = _row_values(then) if isinstance(then, exp.Insert) else then
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
            items = _update_items(then.expressions, self.tree, self.starred, scope)
        elif isinstance(then, exp.Insert) and isinstance(then.args.get("this"), exp.Star):
            items = _star_items(self.tree, self.starred, scope, then.this)
        elif isinstance(then, exp.Insert):
            items = _insert_items(then, self.tree, self.declared, scope)
        where = then.args.get("where") if isinstance(then, exp.Expr) else None
        handle = _filtered(handle, where, scope)
        if script.touched is not None:
            script.touched.append(self._touched(when, handle))
        written = scope.builder.add(Project(handle, items))
        if isinstance(then, exp.Insert) and self._unlisted(then):
            return scope.builder.add(Rename(written, like=dataset_of(self.tree.this, scope)))
        return written

    def _unlisted(self, then: exp.Expr) -> bool:
        """Return whether new rows fill the target by position, as of `INSERT ROW`."""
        this = then.args.get("this")
        if isinstance(this, exp.Var):
            return this.name.upper() == "ROW"
        return not isinstance(this, exp.Expr) and isinstance(then.args.get("expression"), exp.Expr)

    def _touched(self, when: exp.Expr, handle: Handle) -> Touched:
        """Return the rows of one branch, as OUTPUT may look at them."""
        scope, then, table = self.scope, when.args["then"], self.tree.this
        if isinstance(then, exp.Insert):
            after = _inserted_values(then, self.declared, scope)
            return Touched(handle, scope, "INSERT", table, after=after)
        before = name_in_scope(table, scope)
        lone = when.args.get("source") and not when.args.get("matched")
        absent = name_in_scope(self.tree.args["using"], scope) if lone else ""
        updates = isinstance(then, exp.Update)
        new = set_values(then.expressions, scope) if updates else None
        action: Action = "UPDATE" if updates else "DELETE"
        return Touched(handle, scope, action, table, before, new, absent=absent)

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
    on = tree.args.get("on") or None
    using = tuple(scope.name(part) for part in tree.args.get("using_cond") or ())
    at, text = scope.item(on) if on is not None else (scope.location(tree), "")
    condition = lower_expression(on, scope) if on is not None else None
    return scope.builder.add(
        Join(left=left, right=right, kind=kind, on=condition, using=using, at=at, text=text)
    )


def _source_star(tree: exp.Expr, scope: Scope, star: object = None) -> Item:
    """Return `UPDATE SET *` and `INSERT *`: every column of the source, but for an EXCEPT list."""
    left_out = (star.args.get("except_") or ()) if isinstance(star, exp.Star) else ()
    using = tree.args["using"]
    alias, _ = alias_of(using, scope)
    if not alias and isinstance(using, exp.Table):
        alias = temporary_name(using, scope).rpartition(".")[2]
    away = tuple(_column_name(part, scope) for part in left_out)
    return Item(Star((alias,) if alias else (), away), None, scope.location(using))


def _star_items(
    tree: exp.Expr, declared: tuple[str, ...], scope: Scope, star: exp.Star
) -> tuple[Item, ...]:
    """Return what `*` writes: the columns that the target is declared to have, else all there are.

    A column that the source alone has is left out, but where the schema may evolve.
    """
    item = _source_star(tree, scope, star)
    if not declared or not isinstance(item.expr, Star):
        return (item,)
    qualifier, away = item.expr.qualifier, item.expr.excluded
    kept = [name for name in declared if name not in away]
    return tuple(Item(Ref(name, qualifier), name, item.at) for name in kept)


def _update_items(
    nodes: Iterable[exp.Expr], tree: exp.Expr, declared: tuple[str, ...], scope: Scope
) -> tuple[Item, ...]:
    items: list[Item] = []
    for node in nodes:
        if isinstance(node, exp.Star):
            items.extend(_star_items(tree, declared, scope, node))
        else:
            items.extend(set_items(node, scope, tree.this))
    return tuple(items)


def set_items(node: exp.Expr, scope: Scope, table: exp.Expr | None = None) -> list[Item]:
    """Return the columns that one `SET a = x` or `SET (a, b) = (x, y)` gives a value.

    Of `table`, where it is given: `SET info.total = x` then is a field of the column `info`.
    """
    at, text = scope.item(node)
    if not isinstance(node, exp.EQ):
        return []
    value = node.args["expression"]
    if isinstance(value, exp.Column) and not value.table and value.name.upper() == "DEFAULT":
        return [Item(Call("default", ()), _field_name(node.this, table, scope), at, text)]
    if not isinstance(node.this, exp.Tuple):
        shown = sql_text(value, scope.dialect)
        return [
            Item(
                lower_expression(value, scope),
                _field_name(node.this, table, scope),
                at,
                _right_side(text, shown, scope),
            )
        ]
    names = [_column_name(part, scope) for part in node.this.expressions]
    return [
        Item(expr, name, at, text)
        for name, expr in zip(names, _row(value, names, scope), strict=False)
    ]


def set_values(nodes: Iterable[exp.Expr], scope: Scope) -> dict[str, exp.Expr]:
    """Return the new value of each column that `SET a = x` names, as it is written."""
    return {
        _column_name(node.this, scope): node.args["expression"]
        for node in nodes
        if isinstance(node, exp.EQ) and not isinstance(node.this, exp.Tuple)
    }


def _right_side(text: str, shown: str, scope: Scope) -> str:
    left, sign, right = text.partition("=")
    plain = sign and left and left[-1] not in "<>!+-*/%"
    return right.strip() if plain else scope.text(shown)


def _column_name(node: exp.Expr, scope: Scope) -> str:
    if isinstance(node, exp.Column):
        return scope.name(node.this)
    identifier = node.find(exp.Identifier)
    return scope.name(identifier) if identifier is not None else scope.text(node.name)


def _field_name(node: exp.Expr, table: exp.Expr | None, scope: Scope) -> str:
    """Return the column that SET fills, with its field where that is all it fills."""
    if table is None or not isinstance(node, exp.Column) or scope.dialect not in _FIELDS:
        return _column_name(node, scope)
    parts = [scope.name(part) for part in node.parts]
    alias = alias_of(table, scope)[0]
    own = [alias] if alias else temporary_name(table, scope).split(".")
    for start in range(len(own)):
        if parts[: len(own) - start] == own[start:] and len(parts) > len(own) - start:
            return ".".join(parts[len(own) - start :])
    return ".".join(parts)


# Engines in which SET may fill a field of a struct.
_FIELDS = frozenset({"bigquery", "spark", "databricks", "postgres"})


def _row(value: exp.Expr, names: list[str], scope: Scope) -> list[Expr]:
    """Return a row's parts: those of a list, or of a query that gives one row."""
    inner = value.unnest() if isinstance(value, (exp.Paren, exp.Subquery)) else value
    if isinstance(inner, exp.Tuple) or inner.name.upper() == "ROW":
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


def _inserted_values(
    then: exp.Expr, declared: tuple[str, ...], scope: Scope
) -> dict[str, exp.Expr]:
    names = [name for name in _insert_names(then.args.get("this"), declared, scope) if name]
    return dict(zip(names, _cells(then.args.get("expression")), strict=False))


def _insert_names(this: object, declared: tuple[str, ...], scope: Scope) -> list[str | None]:
    """Return the columns that a branch's INSERT fills."""
    if isinstance(this, (exp.Tuple, exp.Schema)):
        return [_column_name(part, scope) for part in this.expressions]
    return [_column_name(this, scope)] if isinstance(this, exp.Expr) else list(declared)


def _cells(values: exp.Expr | None) -> list[exp.Expr]:
    cells = values.expressions if isinstance(values, exp.Tuple) else [values] if values else []
    if len(cells) == 1 and isinstance(cells[0], exp.Tuple):
        return list(cells[0].expressions)
    return list(cells)


def _row_values(then: exp.Expr) -> exp.Expr:
    """Return an INSERT whose VALUES stand where BigQuery's parser takes them for a column."""
    this = then.args.get("this")
    only = this.expressions[0] if isinstance(this, exp.Tuple) and this.expressions else None
    if isinstance(only, exp.Anonymous) and only.name.upper() == "VALUES":
        return exp.Insert(expression=exp.Tuple(expressions=only.expressions))
    return then


def _insert_items(
    then: exp.Expr, tree: exp.Expr, declared: tuple[str, ...], scope: Scope
) -> tuple[Item, ...]:
    this, values = then.args.get("this"), then.args.get("expression")
    if isinstance(this, exp.Var) or not isinstance(values, exp.Expr):
        return (_source_star(tree, scope, this),)
    names = _insert_names(this, declared, scope)
    items = []
    for position, cell in enumerate(_cells(values)):
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
