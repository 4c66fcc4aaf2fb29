"""The rows that an INSERT, UPDATE, DELETE or MERGE touches, as OUTPUT may look at them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec
from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression, lower_item
from guardian.model.plan import Handle, Item, Star

Action = Literal["INSERT", "UPDATE", "DELETE"]


@dataclass(frozen=True, slots=True)
class Touched:
    """The rows that a statement, or one branch of a MERGE, touches.

    `rows` are they as they were found, the relations beside them in reach. `before` is the name by
    which the old row is reached there, empty where there was none; `after` are the new values by
    column, None where the row is gone. `table` is the one they belong to. `named` says that all
    columns which a new row is given are among `after`; else its own names are taken at their word.
    `absent` is a relation that OUTPUT may name and that has no row here.
    """

    rows: Handle
    scope: Scope
    action: Action
    table: exp.Expr
    before: str = ""
    after: Mapping[str, exp.Expr] | None = None
    named: bool = True
    absent: str = ""

    def items(self, listed: list[exp.Expr]) -> tuple[Item, ...]:
        """Return the columns of an OUTPUT list over these rows."""
        found: list[Item] = []
        for position, node in enumerate(listed):
            if isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
                found.extend(self._star(node))
                continue
            plain = lower_item(node, self.scope, position)
            inner = node.unalias().copy().transform(self._meant)
            value = lower_expression(inner, self.scope)
            found.append(msgspec.structs.replace(plain, expr=value))
        return tuple(found)

    def returned(self, listed: list[exp.Expr]) -> tuple[Item, ...]:
        """Return the columns of an UPDATE's RETURNING list: new values under the table's name."""
        found: list[Item] = []
        for position, node in enumerate(listed):
            plain = lower_item(node, self.scope, position)
            inner = node.unalias().copy().transform(self._returned)
            value = lower_expression(inner, self.scope)
            found.append(msgspec.structs.replace(plain, expr=value))
        return tuple(found)

    def _returned(self, node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column) or self.scope.name(node.table) not in {"", self.before}:
            return node
        given = (self.after or {}).get(self.scope.name(node.this))
        return node if given is None else given.copy()

    def _star(self, node: exp.Column) -> list[Item]:
        at = self.scope.location(node)
        if not self.named:
            return [Item(Star(("inserted",)), None, at)]
        if node.table.lower() == "deleted" or self.after is None:
            return [Item(Star((self.before,)), None, at)] if self.before else []
        new = [
            Item(lower_expression(value, self.scope), name, at)
            for name, value in self.after.items()
        ]
        return [Item(Star((self.before,), (), tuple(new)), None, at)] if self.before else new

    def _meant(self, node: exp.Expr) -> exp.Expr:
        """Return what `inserted.a`, `deleted.a` and `$action` stand for in these rows."""
        if not isinstance(node, exp.Column):
            return node
        if node.name.lower() == "$action":
            return exp.Literal.string(self.action)
        match node.table.lower():
            case "deleted":
                return self._old(node)
            case "inserted":
                return self._new(node)
            case name if name and name == self.absent:
                return exp.null()
            case _:
                return node

    def _old(self, node: exp.Column) -> exp.Expr:
        return exp.column(node.this, table=self.before, quoted=True) if self.before else exp.null()

    def _new(self, node: exp.Column) -> exp.Expr:
        if self.after is None:
            return exp.null()
        if not self.named:
            return node
        given = self.after.get(self.scope.name(node.this))
        if given is not None:
            return given.copy()
        return self._old(node) if self.before else self._made_by_table(node)

    def _made_by_table(self, node: exp.Column) -> exp.Expr:
        """Return a value that the table itself gives a new row: its identity, a default."""
        table = self.table.copy()
        table.set("alias", None)
        return exp.Subquery(this=exp.select(node.this).from_(table))
