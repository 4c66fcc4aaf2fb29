"""ALTER TABLE: columns, keys, names and storage from here on."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
from sqlglot import exp

from guardian.languages.expressions import Scope, type_text
from guardian.languages.sql.names import dataset_of
from guardian.languages.sql.script import Script
from guardian.languages.sql.storage import storage_of, store_otherwise
from guardian.languages.sql.tables import column_of, columns_of, names_in, primary_key, table_keys
from guardian.languages.sql.writes import NULL, Head, declare_temporary, is_empty, temporary_of
from guardian.model.lineage import Column, Location
from guardian.model.plan import Declaration, Drop, Item, Ref, Rename, WithColumns, Write


@dataclass(slots=True)
class _Alteration:
    """What the actions of one ALTER TABLE do to a table's columns and keys."""

    scope: Scope
    columns: list[Column] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    renames: list[tuple[str, str]] = field(default_factory=list)
    keys: list[tuple[str, ...]] = field(default_factory=list)
    retyped: set[str] = field(default_factory=set)

    def add(self, action: exp.Expr) -> None:
        """Note one action."""
        scope = self.scope
        match action:
            case exp.ColumnDef():
                self.columns.append(column_of(action, scope))
            case exp.Schema():
                self.columns.extend(columns_of(action, scope))
            case exp.Drop() if str(action.args.get("kind") or "").upper() == "COLUMN":
                tables = action.args.get("tables") or action.expressions
                self.dropped.extend(names_in(tables, scope))
            case exp.RenameColumn():
                self.renames.extend(_pairs(action, scope))
            case exp.AlterColumn():
                self._altered(action)
            case exp.ModifyColumn():
                self.columns.append(column_of(action.this, scope))
                self.retyped.add(self.columns[-1].name)
                before = action.args.get("rename_from")
                if isinstance(before, exp.Identifier):
                    self.renames.append((scope.name(before), self.columns[-1].name))
            case exp.ReplaceColumns():
                self.dropped.append("*")
                self.columns.extend(columns_of(action, scope))
            case exp.AddConstraint():
                self.keys.extend(table_keys(action, scope))
                never_null = primary_key(action, scope)
                self.columns.extend(Column(name, nullable=False) for name in never_null)
            case _:
                pass

    def _altered(self, action: exp.Expr) -> None:
        name = self.scope.name(action.this)
        renamed, kind = action.args.get("rename_to"), action.args.get("dtype")
        if isinstance(renamed, exp.Identifier):
            self.renames.append((name, self.scope.name(renamed)))
        elif isinstance(kind, exp.Expr):
            self.columns.append(Column(name, type_text(kind, self.scope.dialect)))
            self.retyped.add(name)

    def declaration(self, dataset: str, script: Script, head: Head) -> Declaration | None:
        """Return it as a declaration on top of others; None where it says nothing of columns."""
        if not (self.columns or self.dropped or self.renames or self.keys):
            return None
        return Declaration(
            dataset=dataset, columns=tuple(self.columns), keys=tuple(self.keys), extend=True,
            complete=False, drop=tuple(self.dropped), renames=tuple(self.renames), job=script.job,
            at=head.at,
        )  # fmt: skip


def alter(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    """Note what ALTER TABLE does to a dataset's columns, its storage, or its name."""
    if not isinstance(tree.this, exp.Table):
        return
    dataset = dataset_of(tree.this, scope)
    actions = [part for part in tree.args.get("actions") or () if isinstance(part, exp.Expr)]
    alteration = _Alteration(scope)
    for action in actions:
        match action:
            case exp.AlterRename():
                new = _renamed(dataset, action.this, scope)
                rename_dataset(dataset, new, script, head.at)
            case exp.SwapTable():
                swap_datasets(dataset, dataset_of(action.this, scope), script)
            case _:
                alteration.add(action)
    temporary = temporary_of(tree.this, scope, script)
    if temporary is not None and temporary in script.views:
        _alter_temporary(temporary, alteration, script)
        return
    declared = alteration.declaration(dataset, script, head)
    if declared is not None:
        script.declarations.append(declared)
    stored = storage_of(actions, scope)
    if stored is not None:
        store_otherwise(dataset, stored, script, head.at)


def _alter_temporary(name: str, alteration: _Alteration, script: Script) -> None:
    """Give a temporary table its new columns, NULL at first; take away and rename others."""
    rows, known = script.views[name], script.columns.get(name, ())
    there = alteration.retyped.union(known)
    new = tuple(column.name for column in alteration.columns if column.name not in there)
    kept = tuple(column for column in known if column not in alteration.dropped)
    renames = dict(alteration.renames)
    names = tuple(renames.get(column, column) for column in (*kept, *new))
    if is_empty(rows, script):
        declare_temporary(name, names, script)
        return
    if known:
        script.columns[name] = names
    builder = script.builder
    if new:
        rows = builder.add(WithColumns(rows, tuple(Item(NULL, column) for column in new)))
    if alteration.dropped:
        rows = builder.add(Drop(rows, tuple(Ref(column) for column in alteration.dropped)))
    if renames:
        rows = builder.add(Rename(rows, tuple(renames.items())))
    script.views[name] = rows


def _pairs(action: exp.Expr, scope: Scope) -> Iterable[tuple[str, str]]:
    old, new = list(names_in([action.this], scope)), list(names_in([action.args["to"]], scope))
    return zip(old, new, strict=False)


def _renamed(dataset: str, table: exp.Expr, scope: Scope) -> str:
    """Return the new name in full: RENAME TO gives the last part only, where there is a schema."""
    new = dataset_of(table, scope)
    before, dot, _ = dataset.rpartition(".")
    return f"{before}{dot}{new}" if dot and not table.args.get("db") and "." not in new else new


def rename_dataset(old: str, new: str, script: Script, at: Location) -> None:
    """Rename a dataset.

    What the script wrote under the old name, it has written under the new one, and that has the
    columns of the old one.
    """
    if old in script.views:
        script.views[new] = script.views.pop(old)
        return
    for index, write in enumerate(script.writes):
        if write.dataset == old:
            script.writes[index] = _moved(script, index, new)
    script.declarations.append(copied(new, old, script, at))


def copied(dataset: str, like: str, script: Script, at: Location) -> Declaration:
    """Return the declaration of a dataset that has the columns of another one."""
    return Declaration(
        dataset=dataset, like=like, extend=True, complete=False, job=script.job, at=at
    )


def swap_datasets(one: str, other: str, script: Script) -> None:
    """Exchange the names of two datasets that the script has written."""
    names = {one: other, other: one}
    for index, write in enumerate(script.writes):
        if write.dataset in names:
            script.writes[index] = _moved(script, index, names[write.dataset])


def _moved(script: Script, index: int, dataset: str) -> Write:

    return msgspec.structs.replace(script.writes[index], dataset=dataset)
