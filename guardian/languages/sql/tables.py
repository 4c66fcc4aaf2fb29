"""CREATE TABLE: declared columns and keys."""

from collections.abc import Container, Iterable

from sqlglot import exp

from guardian.languages.expressions import Scope, type_text
from guardian.languages.sql.names import dataset_of
from guardian.languages.sql.script import Script
from guardian.languages.sql.storage import properties, write_options
from guardian.languages.sql.writes import Head
from guardian.model.lineage import Column
from guardian.model.plan import Declaration


def columns_of(schema: exp.Expr | None, scope: Scope) -> tuple[Column, ...]:
    """Return the columns of `(a int NOT NULL.

    B, …)`, those of the partition list not among them.
    """
    if schema is None:
        return ()
    primary = set(primary_key(schema, scope))
    found = []
    for part in schema.expressions:
        if isinstance(part, exp.ColumnDef):
            found.append(column_of(part, scope, primary))
        elif isinstance(part, exp.Identifier):
            found.append(Column(scope.name(part)))
    return tuple(found)


def column_of(node: exp.ColumnDef, scope: Scope, primary: Container[str] = ()) -> Column:
    """Return the column of a definition; one of the `primary` key is never NULL."""
    name = scope.name(node.this)
    kind = node.args.get("kind")
    text = type_text(kind, scope.dialect) if isinstance(kind, exp.Expr) else None
    nullable = False if name in primary else None
    for constraint in node.constraints:
        inner = constraint.args.get("kind")
        if isinstance(inner, exp.NotNullColumnConstraint):
            nullable = bool(inner.args.get("allow_null"))
        elif isinstance(inner, exp.PrimaryKeyColumnConstraint) and _refuses_null(scope):
            nullable = False
    return Column(name, text, nullable)


def _refuses_null(scope: Scope) -> bool:
    """Return whether a primary key is never NULL."""
    return scope.dialect not in {"sqlite", "clickhouse"}


def primary_key(node: exp.Expr, scope: Scope) -> Iterable[str]:
    """Yield the columns of a primary key that a table's definition, or a constraint, lists."""
    for part in node.find_all(exp.PrimaryKey) if _refuses_null(scope) else ():
        yield from names_in(part.expressions, scope)


def keys_of(schema: exp.Expr, scope: Scope) -> tuple[tuple[str, ...], ...]:
    """Return the primary and unique keys of a table's definition.

    None in ClickHouse, where a primary key is what rows are sorted by.
    """
    if scope.dialect == "clickhouse":
        return ()
    keys: list[tuple[str, ...]] = []
    for part in schema.expressions:
        if isinstance(part, exp.ColumnDef):
            kinds = [constraint.args.get("kind") for constraint in part.constraints]
            unique = (exp.PrimaryKeyColumnConstraint, exp.UniqueColumnConstraint)
            if any(isinstance(kind, unique) for kind in kinds):
                keys.append((scope.name(part.this),))
        else:
            keys.extend(table_keys(part, scope))
    return tuple(dict.fromkeys(keys))


def table_keys(node: exp.Expr, scope: Scope) -> Iterable[tuple[str, ...]]:
    """Yield the keys of a table constraint, named (`CONSTRAINT pk PRIMARY KEY (…)`) or not."""
    for part in node.find_all(exp.PrimaryKey, exp.UniqueColumnConstraint):
        inner = part.this if isinstance(part, exp.UniqueColumnConstraint) else part
        names = tuple(names_in(inner.expressions, scope)) if isinstance(inner, exp.Expr) else ()
        if names:
            yield names


def names_in(nodes: Iterable[exp.Expr], scope: Scope) -> Iterable[str]:
    """Yield the first name in each of some nodes."""
    for node in nodes:
        identifier = node.find(exp.Identifier)
        if identifier is not None:
            yield scope.name(identifier)


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
