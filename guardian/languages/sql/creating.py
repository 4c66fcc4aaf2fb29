"""CREATE TABLE and VIEW, with a query or without."""

from sqlglot import exp

from guardian.languages.expressions import Scope
from guardian.languages.sql.computed import formulas_in, write_computed
from guardian.languages.sql.ctes import with_ctes
from guardian.languages.sql.functions import created_function
from guardian.languages.sql.names import dataset_of, temporary_name
from guardian.languages.sql.queries import lower_tree
from guardian.languages.sql.relations import lower_from
from guardian.languages.sql.script import Script
from guardian.languages.sql.storage import (
    has_property,
    properties,
    source_options,
    write_options,
)
from guardian.languages.sql.tables import columns_of, declare, keys_of
from guardian.languages.sql.writes import Head, add_write, declare_temporary, is_temporary_name
from guardian.model.lineage import Column
from guardian.model.names import path_name
from guardian.model.plan import Declaration, Handle, Rename, Scan, WriteOptions

_SHARES = frozenset({"spark", "spark2", "databricks"})  # whose global views are in `global_temp`
_TO = exp.ToTableProperty
_STORED = {
    exp.MaterializedProperty: "materialized view", exp.DynamicProperty: "dynamic table",
}  # fmt: skip


def create(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    """Note what a CREATE statement makes: a table or a view of a query, or declared columns."""
    kind = str(tree.args.get("kind") or "").upper()
    if kind in {"FUNCTION", "MACRO"}:
        created_function(tree, script, scope)
    if kind not in {"TABLE", "VIEW", "MODEL"}:
        return
    target = tree.this
    schema = target if isinstance(target, exp.Schema) else None
    table = schema.this if schema is not None else target
    if not isinstance(table, exp.Table):
        return
    rows = _rows(tree, scope)
    columns = columns_of(schema, scope)
    temporary = _temporary(tree, table, scope)
    by_name = kind == "TABLE" and script.dialect == "mysql"
    if rows is not None and columns and not by_name:
        rows = scope.builder.add(Rename(rows, positional=tuple(column.name for column in columns)))
    if temporary:
        rows = rows if rows is not None else _external(tree, columns, scope, head)
        names = tuple(column.name for column in columns)
        like = _shape(tree, scope) if rows is None else ""
        _make_temporary(temporary, rows, names or script.declared(like), script)
        if like and not names:
            script.shapes[temporary] = like
    elif rows is not None:
        if schema is not None and any(column.type for column in columns):
            declare(tree, schema, script, scope, head)
        _write(tree, table, rows, kind, script, scope, head)
    else:
        _declare(tree, target, columns, script, scope, head)


def _rows(tree: exp.Expr, scope: Scope) -> Handle | None:
    clone = tree.args.get("clone")
    if isinstance(clone, exp.Clone) and isinstance(clone.this, exp.Table):
        return lower_from(clone.this, scope)
    query = tree.args.get("expression")
    if isinstance(query, exp.Table) and scope.dialect == "clickhouse":
        return None  # CREATE TABLE a AS b copies the columns alone
    if isinstance(query, (exp.Query, exp.Values)):
        return lower_tree(query, with_ctes(tree, scope, lower_tree))
    if isinstance(query, exp.Table):
        return lower_from(query, scope)
    return None


def _external(
    tree: exp.Expr, columns: tuple[Column, ...], scope: Scope, head: Head
) -> Handle | None:
    """Return the rows of `CREATE TEMPORARY VIEW v USING csv OPTIONS (path '…')`."""
    options = dict(source_options(tree, scope))
    table = options.get("dbtable", "").strip("() ")
    place = write_options(tree, scope, "view").location or table
    if not place:
        return None
    return scope.builder.add(Scan(dataset=path_name(place), columns=columns, at=head.at))


def _temporary(tree: exp.Expr, table: exp.Expr, scope: Scope) -> str:
    """Return the name of a temporary table or view, empty where it is to last."""
    name = temporary_name(table, scope)
    if is_temporary_name(name):
        return name
    if not has_property(tree, exp.TemporaryProperty, exp.GlobalProperty):
        return ""
    shared = scope.dialect in _SHARES and (
        has_property(tree, exp.GlobalProperty)
        or any(
            isinstance(part, exp.TemporaryProperty) and str(part.this or "").upper() == "GLOBAL"
            for part in properties(tree)
        )
    )
    return f"global_temp.{name}" if shared and "." not in name else name


def _make_temporary(
    name: str, rows: Handle | None, columns: tuple[str, ...], script: Script
) -> None:
    if rows is None:
        declare_temporary(name, columns, script)
    else:
        script.columns[name] = columns
        script.views[name] = rows


def _write(
    tree: exp.Expr,
    table: exp.Expr,
    rows: Handle,
    kind: str,
    script: Script,
    scope: Scope,
    head: Head,
) -> None:
    filled = next((part.this for part in properties(tree) if isinstance(part, _TO)), None)
    if isinstance(filled, exp.Table):  # ClickHouse's view adds what comes in to another table
        add_write(script, dataset_of(filled, scope), rows, head, WriteOptions(mode="append"))
        return
    dataset = dataset_of(table, scope)
    mode = "view" if kind == "VIEW" else "create"
    if kind == "TABLE" and (tree.args.get("replace") or dataset in script.dropped):
        mode = "overwrite"
    elif kind == "TABLE" and tree.args.get("exists"):
        mode = "ignore"
    stored = next((text for part, text in _STORED.items() if has_property(tree, part)), "")
    if stored:
        mode = "create"
    script.views.pop(temporary_name(table, scope), None)
    add_write(script, dataset, rows, head, write_options(tree, scope, mode, stored))


def _declare(
    tree: exp.Expr,
    target: exp.Expr,
    columns: tuple[Column, ...],
    script: Script,
    scope: Scope,
    head: Head,
) -> None:
    """Note the columns of a table without rows: its own, and those of the one that it is like."""
    like = _shape(tree, scope)
    if not like:
        if isinstance(target, exp.Schema):
            declare(tree, target, script, scope, head)
            write_computed(dataset_of(target, scope), formulas_in(target, scope), script, head)
        return
    schema = target if isinstance(target, exp.Schema) else None
    script.declarations.append(
        Declaration(
            dataset=dataset_of(target, scope), columns=columns, like=like,
            keys=keys_of(schema, scope) if schema is not None else (), job=script.job, at=head.at,
        )
    )  # fmt: skip


def _shape(tree: exp.Expr, scope: Scope) -> str:
    """Return the dataset that a table without rows has the columns of, empty where it has none."""
    parts = [
        *properties(tree),
        *(tree.this.expressions if isinstance(tree.this, exp.Schema) else ()),
    ]
    for part in parts:
        if isinstance(part, (exp.LikeProperty, exp.PartitionedOfProperty)):
            return dataset_of(part.this, scope)
    query = tree.args.get("expression")
    return dataset_of(query, scope) if isinstance(query, exp.Table) else ""
