"""INSERT, SELECT INTO, COPY, LOAD: rows that go into a table or a file."""

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression, lower_item, sql_text
from guardian.languages.sql.ctes import with_ctes
from guardian.languages.sql.merging import set_items, target_rows, united
from guardian.languages.sql.names import dataset_of
from guardian.languages.sql.queries import lower_tree
from guardian.languages.sql.relations import lower_from
from guardian.languages.sql.script import Script
from guardian.languages.sql.writes import (
    Head,
    Target,
    add_write,
    insert_temporary,
    temporary_of,
)
from guardian.model.names import is_path, path_name
from guardian.model.plan import (
    Alias,
    Constant,
    Expr,
    Filter,
    Handle,
    Join,
    Opaque,
    Project,
    Rename,
    Scan,
    Symbol,
    Values,
    WriteOptions,
)


def insert(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> Handle | None:
    """Note an INSERT.

    Return the rows that go in, named as the target names them where that is known.
    """
    scope = with_ctes(tree, scope, lower_tree)
    table = tree.args.get("this")
    if not isinstance(table, exp.Expr):
        return None
    rows = _rows(tree, scope, head)
    overwrite = bool(tree.args.get("overwrite"))
    if isinstance(table, exp.Directory):
        return _into_directory(table, rows, script, scope, head)
    columns = _column_list(table, scope)
    named = scope.builder.add(Rename(rows, positional=columns)) if columns else rows
    name = temporary_of(table, scope, script)
    if name is not None:
        insert_temporary(name, rows, columns, script, overwrite=overwrite)
        return named
    static, dynamic = _partition(table, tree, scope)
    by_name = bool(tree.args.get("by_name"))
    target = Target(columns, positional=not columns and not by_name, static=static)
    options = WriteOptions(
        mode="overwrite" if overwrite else "append",
        partition_by=tuple(name for name, _ in static) + dynamic,
        options=_options(tree, scope),
    )
    conflict = tree.args.get("conflict")
    if isinstance(conflict, exp.OnConflict) and conflict.expressions:
        rows = _upsert(tree, conflict, named, script, scope)
        target, options = Target(), WriteOptions(mode="merge", options=options.options)
    add_write(script, dataset_of(table, scope), rows, head, options, target)
    return named


def _rows(tree: exp.Expr, scope: Scope, head: Head) -> Handle:
    source = tree.args.get("expression")
    if isinstance(source, (exp.Query, exp.Values, exp.Table)):
        return lower_tree(source, scope)
    if source is None and tree.args.get("default"):
        return scope.builder.add(Values())
    reason = sql_text(source, scope.dialect) if isinstance(source, exp.Expr) else "no rows given"
    return scope.builder.add(Opaque(fingerprint=reason, reason=reason[:80], at=head.at))


def _column_list(table: exp.Expr, scope: Scope) -> tuple[str, ...]:
    """Return the columns of `INSERT INTO t (a, b)`, wherever the dialect has put the list."""
    if isinstance(table, exp.Schema):
        return tuple(
            scope.name(part.this if isinstance(part, (exp.Column, exp.ColumnDef)) else part)
            for part in table.expressions
        )
    return ()


def _partition(
    table: exp.Expr, tree: exp.Expr, scope: Scope
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return the partition's columns that are given a constant, and those that are not."""
    inner = table.this if isinstance(table, exp.Schema) else table
    clause = inner.args.get("partition") or tree.args.get("partition")
    static: list[tuple[str, str]] = []
    dynamic: list[str] = []
    for part in clause.expressions if isinstance(clause, exp.Expr) else ():
        if isinstance(part, (exp.EQ, exp.PropertyEQ)):
            value = lower_expression(part.args["expression"], scope)
            static.append((_name(part.this, scope), _constant_text(value, part, scope)))
        else:
            dynamic.append(_name(part, scope))
    return tuple(static), tuple(dynamic)


def _name(node: exp.Expr, scope: Scope) -> str:
    return scope.name(node.this if isinstance(node, exp.Column) else node)


def _constant_text(value: Expr, node: exp.Expr, scope: Scope) -> str:
    if isinstance(value, Constant):
        return value.text
    if isinstance(value, Symbol):
        return f"{{{value.name}}}"
    return scope.text(sql_text(node.args["expression"], scope.dialect))


def _options(tree: exp.Expr, scope: Scope) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    alternative = tree.args.get("alternative")
    if alternative:
        found.append(("or", str(alternative).lower()))
    conflict = tree.args.get("conflict")
    if isinstance(conflict, exp.OnConflict):
        action = conflict.args.get("action")
        keys = ",".join(
            scope.name(identifier)
            for key in conflict.args.get("conflict_keys") or ()
            if (identifier := key.find(exp.Identifier)) is not None
        )
        found.append(("on conflict", f"{keys} {action.name.lower() if action else ''}".strip()))
    where = tree.args.get("where")  # Databricks' INSERT … REPLACE WHERE
    if isinstance(where, exp.Expr):
        found.append(("replace where", scope.text(sql_text(where, scope.dialect))))
    return tuple(sorted(found))


def _upsert(
    tree: exp.Expr, conflict: exp.Expr, rows: Handle, script: Script, scope: Scope
) -> Handle:
    """Return ON CONFLICT DO UPDATE: the new rows, and what the update makes of those there are."""
    table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    target = target_rows(table, scope, script)
    new = scope.builder.add(Alias(rows, "excluded"))
    keys = [
        key.this if isinstance(key, exp.Ordered) else key
        for key in conflict.args.get("conflict_keys") or ()
    ]
    names = tuple(scope.name(key.this) for key in keys if isinstance(key, exp.Column))
    joined = scope.builder.add(
        Join(left=target, right=new, kind="inner", using=names)
        if names
        else Join(left=target, right=new, kind="cross")
    )
    items = tuple(item for node in conflict.expressions for item in set_items(node, scope))
    where = conflict.args.get("where")
    if where is not None:
        joined = scope.builder.add(Filter(joined, lower_expression(where.this, scope)))
    return united([rows, scope.builder.add(Project(joined, items))], scope)


def _into_directory(
    table: exp.Expr, rows: Handle, script: Script, scope: Scope, head: Head
) -> Handle:
    path = path_name(scope.text(table.name))
    add_write(script, path, rows, head, WriteOptions(mode="overwrite", location=path))
    return rows


# --- several tables at once -----------------------------------------------------------------------


def insert_many(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    """Note Hive's `FROM t INSERT … INSERT …` and Snowflake's `INSERT ALL`."""
    scope = with_ctes(tree, scope, lower_tree)
    source = tree.args.get("source")
    for part in tree.expressions:
        if isinstance(part, exp.ConditionalInsert):
            _conditional(part, source, script, scope, head)
        elif isinstance(part, exp.Insert):
            query = part.args.get("expression")
            if (
                isinstance(query, exp.Select)
                and query.args.get("from_") is None
                and source is not None
            ):
                query.args["from_"] = exp.From(this=source)
            insert(part, script, scope, head)


def _conditional(
    part: exp.Expr, source: exp.Expr | None, script: Script, scope: Scope, head: Head
) -> None:
    target = part.this
    if source is None or not isinstance(target, exp.Insert):
        return
    rows = lower_tree(source, scope)
    condition = part.args.get("expression")
    if condition is not None:
        at, text = scope.item(condition)
        rows = scope.builder.add(Filter(rows, lower_expression(condition, scope), "WHEN", at, text))
    values = target.args.get("expression")
    columns = _column_list(target.this, scope)
    if isinstance(values, exp.Values) and values.expressions:
        row = values.expressions[0]
        cells = row.expressions if isinstance(row, exp.Tuple) else [row]
        items = tuple(lower_item(cell, scope, place) for place, cell in enumerate(cells))
        rows = scope.builder.add(Project(rows, items))
    options = WriteOptions(mode="overwrite" if target.args.get("overwrite") else "append")
    add_write(
        script,
        dataset_of(target.this, scope),
        rows,
        head,
        options,
        Target(columns, positional=not columns),
    )


def select_into(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    """Note SELECT … INTO: a new table, or a temporary one; variables are no tables."""
    into = tree.args.get("into")
    rows = lower_tree(tree, scope)
    table = into.this if into is not None else None
    if not isinstance(table, exp.Table):
        return
    name = temporary_of(table, scope, script)
    if name is None and into is not None and into.args.get("temporary"):
        name = dataset_of(table, scope)
    if name is not None:
        script.columns.pop(name, None)
        script.views[name] = rows
        return
    dataset = dataset_of(table, scope)
    add_write(
        script,
        dataset,
        rows,
        head,
        WriteOptions(mode="overwrite" if dataset in script.dropped else "create"),
    )


# --- files ----------------------------------------------------------------------------------------


def copy(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    """Note COPY: files into a table, or rows into files."""
    this = tree.this
    files = [part for part in tree.args.get("files") or () if isinstance(part, exp.Expr)]
    form = _format(tree)
    if _is_location(this, scope) or not tree.args.get("kind"):
        _unload(this, files, form, script, scope, head)
        return
    sources = [_file_rows(part, scope, head) for part in files]
    if not sources or not isinstance(this, (exp.Table, exp.Schema)):
        return
    columns = _column_list(this, scope)
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
    """Note Hive's LOAD DATA INPATH '…' INTO TABLE t."""
    path = tree.args.get("inpath")
    if not isinstance(path, exp.Expr) or not isinstance(tree.this, exp.Expr):
        return
    rows = scope.builder.add(Scan(dataset=path_name(scope.text(path.name)), at=head.at))
    static, dynamic = _partition(tree.this, tree, scope)
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
