"""CREATE TABLE and ALTER TABLE: declared columns, keys, and how a table is stored."""

from collections.abc import Iterable

import msgspec
from sqlglot import exp

from guardian.languages.expressions import Scope, sql_text, type_text
from guardian.languages.sql.names import dataset_of
from guardian.languages.sql.script import Script
from guardian.languages.sql.writes import Head
from guardian.model.lineage import Column
from guardian.model.names import path_name
from guardian.model.plan import Declaration, Write, WriteOptions


def columns_of(schema: exp.Expr | None, scope: Scope) -> tuple[Column, ...]:
    """Return the columns of `(a int NOT NULL.

    B, …)`, those of the partition list not among them.
    """
    if schema is None:
        return ()
    keyed = {name for key in keys_of(schema, scope) for name in key}
    found = []
    for part in schema.expressions:
        if isinstance(part, exp.ColumnDef):
            found.append(_column(part, scope, keyed))
        elif isinstance(part, exp.Identifier):
            found.append(Column(scope.name(part)))
    return tuple(found)


def _column(node: exp.ColumnDef, scope: Scope, keyed: set[str]) -> Column:
    name = scope.name(node.this)
    kind = node.args.get("kind")
    text = type_text(kind, scope.dialect) if isinstance(kind, exp.Expr) else None
    nullable: bool | None = None
    for constraint in node.constraints:
        inner = constraint.args.get("kind")
        if isinstance(inner, exp.NotNullColumnConstraint):
            nullable = bool(inner.args.get("allow_null"))
        elif isinstance(inner, exp.PrimaryKeyColumnConstraint):
            nullable = False
    primary = name in keyed and nullable is None
    return Column(name, text, None if primary else nullable)


def keys_of(schema: exp.Expr, scope: Scope) -> tuple[tuple[str, ...], ...]:
    """Return the primary and unique keys of a table's definition."""
    keys: list[tuple[str, ...]] = []
    for part in schema.expressions:
        if isinstance(part, exp.ColumnDef):
            kinds = [constraint.args.get("kind") for constraint in part.constraints]
            unique = (exp.PrimaryKeyColumnConstraint, exp.UniqueColumnConstraint)
            if any(isinstance(kind, unique) for kind in kinds):
                keys.append((scope.name(part.this),))
        else:
            keys.extend(_table_keys(part, scope))
    return tuple(dict.fromkeys(keys))


def _table_keys(node: exp.Expr, scope: Scope) -> Iterable[tuple[str, ...]]:
    """Yield the keys of a table constraint, named (`CONSTRAINT pk PRIMARY KEY (…)`) or not."""
    for part in node.find_all(exp.PrimaryKey, exp.UniqueColumnConstraint):
        inner = part.this if isinstance(part, exp.UniqueColumnConstraint) else part
        names = tuple(_names(inner.expressions, scope)) if isinstance(inner, exp.Expr) else ()
        if names:
            yield names


def _names(nodes: Iterable[exp.Expr], scope: Scope) -> Iterable[str]:
    for node in nodes:
        identifier = node.find(exp.Identifier)
        if identifier is not None:
            yield scope.name(identifier)


# --- properties -----------------------------------------------------------------------------------


def properties(tree: exp.Expr) -> list[exp.Expr]:
    """Return the properties of a CREATE statement."""
    found = tree.args.get("properties")
    return list(found.expressions) if found is not None else []


def has_property(tree: exp.Expr, *kinds: type[exp.Expr]) -> bool:
    """Return whether a CREATE statement has a property of one of `kinds`."""
    return any(isinstance(part, kinds) for part in properties(tree))


def write_options(tree: exp.Expr, scope: Scope, mode: str, materialized: str = "") -> WriteOptions:
    """Return how a created table is stored."""
    form = location = ""
    partition: tuple[str, ...] = ()
    cluster: list[str] = []
    rest: list[tuple[str, str]] = []
    for part in properties(tree):
        match part:
            case exp.FileFormatProperty():
                form = part.name.lower() if part.this is not None else ""
            case exp.LocationProperty():
                location = path_name(scope.text(part.name))
            case exp.PartitionedByProperty():
                partition = list_texts(part.this, scope)
            case exp.ClusteredByProperty() | exp.Cluster() | exp.ClusterProperty():
                cluster.extend(list_texts(part, scope))
            case exp.DistKeyProperty() | exp.SortKeyProperty() | exp.DistributedByProperty():
                rest.append((part.key.removesuffix("property"), ",".join(list_texts(part, scope))))
            case exp.OptionsProperty():
                given = source_options(tree, scope)
                location = next(
                    (path_name(value) for name, value in given if name == "path"), location
                )
                rest.extend(pair for pair in given if pair[0] != "path")
            case exp.Property():
                form, location = _named(part, scope, form, location)
            case _:
                pass
    return WriteOptions(
        mode=mode, format=form, partition_by=partition, cluster_by=tuple(cluster),
        location=location,
        materialized=materialized, options=tuple(sorted(rest)),
    )  # fmt: skip


def source_options(tree: exp.Expr, scope: Scope) -> tuple[tuple[str, str], ...]:
    """Return the options that Spark gives a source with `OPTIONS (path '…', header true)`."""
    found: list[tuple[str, str]] = []
    for clause in properties(tree):
        for part in clause.expressions if isinstance(clause, exp.OptionsProperty) else ():
            value = part.args.get("value")
            if isinstance(part, exp.Property) and isinstance(value, exp.Expr):
                found.append((part.name.lower(), scope.text(value.name)))
    return tuple(found)


def _named(part: exp.Expr, scope: Scope, form: str, location: str) -> tuple[str, str]:
    """Return format and location as Trino and Athena give them: `WITH (format = 'parquet', …)`."""
    value = part.args.get("value")
    text = scope.text(value.name) if isinstance(value, exp.Expr) else ""
    match part.name.lower():
        case "format" | "table_type":
            return text.lower() or form, location
        case "external_location" | "location":
            return form, path_name(text)
        case _:
            return form, location


def list_texts(node: exp.Expr | None, scope: Scope) -> tuple[str, ...]:
    """Return the parts of a list as text: names folded, expressions as written."""
    if node is None:
        return ()
    nested = node.expressions or (
        [node.this] if isinstance(node, (exp.Property, exp.Paren)) else []
    )
    listed = (
        nested
        if isinstance(node, (exp.Schema, exp.Tuple, exp.Property, exp.Cluster, exp.Paren))
        else [node]
    )
    found = []
    for part in listed:
        inner = part.this if isinstance(part, (exp.Column, exp.ColumnDef, exp.Ordered)) else part
        inner = inner.this if isinstance(inner, exp.Column) else inner
        if isinstance(inner, exp.Identifier):
            found.append(scope.name(inner))
        elif isinstance(inner, exp.Expr):
            found.append(scope.text(sql_text(inner, scope.dialect)).lower())
    return tuple(found)


# --- declarations ---------------------------------------------------------------------------------


def declare(tree: exp.Expr, schema: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    """Note the columns that CREATE TABLE gives a dataset.

    Columns that it is partitioned by last.
    """
    options = write_options(tree, scope, "create")
    columns = columns_of(schema, scope)
    named = {column.name for column in columns}
    for part in properties(tree):
        if isinstance(part, exp.PartitionedByProperty) and isinstance(part.this, exp.Schema):
            columns += tuple(
                column for column in columns_of(part.this, scope) if column.name not in named
            )
    if columns:
        script.declarations.append(
            Declaration(
                dataset=dataset_of(schema, scope), columns=columns, keys=keys_of(schema, scope),
                job=script.job, at=head.at, options=options,
            )
        )  # fmt: skip


def alter(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    """Note what ALTER TABLE does to a dataset's columns, or to its name."""
    if not isinstance(tree.this, exp.Table):
        return
    dataset = dataset_of(tree.this, scope)
    columns: list[Column] = []
    dropped: list[str] = []
    renames: list[tuple[str, str]] = []
    keys: list[tuple[str, ...]] = []
    for action in tree.args.get("actions") or ():
        match action:
            case exp.ColumnDef():
                columns.append(_column(action, scope, set()))
            case exp.Schema():
                columns.extend(columns_of(action, scope))
            case exp.Drop() if str(action.args.get("kind") or "").upper() == "COLUMN":
                dropped.extend(_names(action.args.get("tables") or action.expressions, scope))
            case exp.RenameColumn():
                renames.extend(_pairs(action, scope))
            case exp.AlterColumn() if isinstance(action.args.get("dtype"), exp.Expr):
                columns.append(
                    Column(scope.name(action.this), type_text(action.args["dtype"], scope.dialect))
                )
            case exp.AlterRename():
                rename_dataset(dataset, _renamed(dataset, action.this, scope), script)
            case exp.SwapTable():
                swap_datasets(dataset, dataset_of(action.this, scope), script)
            case exp.AddConstraint():
                keys.extend(_table_keys(action, scope))
            case _:
                pass
    if columns or dropped or renames or keys:
        script.declarations.append(
            Declaration(
                dataset=dataset, columns=tuple(columns), keys=tuple(keys), extend=True,
                complete=False,
                drop=tuple(dropped), renames=tuple(renames), job=script.job, at=head.at,
            )
        )  # fmt: skip


def _pairs(action: exp.Expr, scope: Scope) -> Iterable[tuple[str, str]]:
    old, new = list(_names([action.this], scope)), list(_names([action.args["to"]], scope))
    return zip(old, new, strict=False)


def _renamed(dataset: str, table: exp.Expr, scope: Scope) -> str:
    """Return the new name in full: RENAME TO gives the last part only, where there is a schema."""
    new = dataset_of(table, scope)
    before, dot, _ = dataset.rpartition(".")
    return f"{before}{dot}{new}" if dot and not table.args.get("db") and "." not in new else new


def rename_dataset(old: str, new: str, script: Script) -> None:
    """Rename a dataset.

    What the script wrote under the old name, it has written under the new one.
    """
    if old in script.views:
        script.views[new] = script.views.pop(old)
        return
    written = [index for index, write in enumerate(script.writes) if write.dataset == old]
    if not written:
        script.aliases.append((new, old))
    for index in written:
        script.writes[index] = _moved(script, index, new)


def swap_datasets(one: str, other: str, script: Script) -> None:
    """Exchange the names of two datasets that the script has written."""
    names = {one: other, other: one}
    for index, write in enumerate(script.writes):
        if write.dataset in names:
            script.writes[index] = _moved(script, index, names[write.dataset])


def _moved(script: Script, index: int, dataset: str) -> Write:

    return msgspec.structs.replace(script.writes[index], dataset=dataset)
