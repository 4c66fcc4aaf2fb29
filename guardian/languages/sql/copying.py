"""COPY and LOAD: files into a table, rows into files."""

from sqlglot import exp

from guardian.languages.expressions import Scope
from guardian.languages.sql.inserting import column_list, partition_of
from guardian.languages.sql.names import dataset_of
from guardian.languages.sql.queries import lower_tree
from guardian.languages.sql.relations import lower_from
from guardian.languages.sql.script import Script
from guardian.languages.sql.writes import Head, Target, add_write, insert_temporary, temporary_of
from guardian.model.names import is_path, path_name
from guardian.model.plan import Handle, Scan, WriteOptions


def copy(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    """Note COPY: files into a table, or rows into files."""
    this = tree.this
    files = [part for part in tree.args.get("files") or () if isinstance(part, exp.Expr)]
    form = _format(tree)
    if _is_location(this, scope) or not tree.args.get("kind"):
        _unload(this, files, form, script, scope, head)
        return
    if files and files[0].name.lower() in _CLIENTS:
        return
    sources = [_file_rows(part, scope, head) for part in files]
    if not sources or not isinstance(this, (exp.Table, exp.Schema)):
        return
    columns = column_list(this, scope)
    name = temporary_of(this, scope, script)
    if name is not None:
        insert_temporary(name, sources[0], columns, script)
        return
    options = WriteOptions(mode="append", format=form)
    add_write(
        script,
        dataset_of(this, scope),
        sources[0],
        head,
        options,
        Target(columns, positional=not columns),
    )


def _is_location(node: exp.Expr, scope: Scope) -> bool:
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Literal):
        return True
    return (isinstance(node, exp.Table) and isinstance(node.this, exp.Var)) or is_path(
        scope.text(node.name)
    )


def _location_name(node: exp.Expr, scope: Scope) -> str:
    inner = node.this if isinstance(node, exp.Table) and isinstance(node.this, exp.Expr) else node
    return path_name(scope.text(inner.name))


def _file_rows(node: exp.Expr, scope: Scope, head: Head) -> Handle:
    if isinstance(node, exp.Query):
        return lower_tree(node, scope)
    return scope.builder.add(Scan(dataset=_location_name(node, scope), at=head.at))


def _unload(
    this: exp.Expr, files: list[exp.Expr], form: str, script: Script, scope: Scope, head: Head
) -> None:
    """Note rows that go into files; Snowflake names the files first, others the rows."""
    rows, place = (
        (files[:1], this) if _is_location(this, scope) else ([this], next(iter(files), None))
    )
    if not rows or place is None:
        return
    plan = (
        lower_from(rows[0], scope) if isinstance(rows[0], exp.Table) else lower_tree(rows[0], scope)
    )
    path = _location_name(place, scope)
    if path.lower() not in {"stdout", "stdin"}:
        add_write(
            script, path, plan, head, WriteOptions(mode="overwrite", format=form, location=path)
        )


def _format(tree: exp.Expr) -> str:
    for part in tree.args.get("params") or ():
        name = part.this.name.lower() if isinstance(part.this, exp.Expr) else str(part.this).lower()
        value = part.args.get("expression")
        if name in {"format", "fileformat"} and isinstance(value, exp.Expr):
            return str(value.name).lower()
        if name == "file_format":
            for inner in part.expressions:
                if isinstance(inner, exp.Property) and inner.name.lower() == "type":
                    return str(inner.args["value"].name).lower()
    return ""


def load(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    """Note Hive's LOAD DATA INPATH '…' INTO TABLE t, and BigQuery's … FROM FILES (uris = […])."""
    path = tree.args.get("inpath") or _first_uri(tree.args.get("files"))
    if not isinstance(path, exp.Expr) or not isinstance(tree.this, exp.Expr):
        return
    rows = scope.builder.add(Scan(dataset=path_name(scope.text(path.name)), at=head.at))
    static, dynamic = partition_of(tree.this, tree, scope)
    options = WriteOptions(
        mode="overwrite" if tree.args.get("overwrite") else "append",
        partition_by=tuple(name for name, _ in static) + dynamic,
    )
    add_write(
        script,
        dataset_of(tree.this, scope),
        rows,
        head,
        options,
        Target(positional=True, static=static),
    )


# Rows that the client sends, or a program on its machine: no dataset that one could name.
_CLIENTS = frozenset({"stdin", "pstdin", "program"})


def _first_uri(files: object) -> exp.Expr | None:
    found = files.find_all(exp.Property) if isinstance(files, exp.Expr) else ()
    uris = next((part.args.get("value") for part in found if part.name.lower() == "uris"), None)
    return next(iter(uris.expressions), None) if isinstance(uris, exp.Array) else None
