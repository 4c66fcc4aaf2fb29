"""INSERT and SELECT INTO: rows that go into a table, or several."""

from collections.abc import Sequence

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression, lower_item, sql_text
from guardian.languages.sql.ctes import with_ctes
from guardian.languages.sql.names import dataset_of
from guardian.languages.sql.queries import lower_tree
from guardian.languages.sql.script import Script
from guardian.languages.sql.touched import Touched
from guardian.languages.sql.unlisted import as_values
from guardian.languages.sql.upserting import upserted
from guardian.languages.sql.writes import (
    Head,
    Target,
    add_write,
    insert_temporary,
    temporary_of,
)
from guardian.model.names import path_name
from guardian.model.plan import (
    Alias,
    Call,
    Constant,
    Expr,
    Filter,
    Handle,
    Opaque,
    Project,
    Rename,
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
    columns = column_list(table, scope)
    if columns:
        as_values(tree.args.get("expression"), len(columns))
    rows = _rows(tree, scope, head)
    overwrite = bool(tree.args.get("overwrite"))
    if isinstance(table, exp.Directory):
        return _into_directory(table, rows, script, scope, head)
    if isinstance(table, exp.Anonymous):  # ClickHouse's INSERT INTO FUNCTION s3('…')
        return _into_function(table, rows, script, scope, head)
    named = scope.builder.add(Rename(rows, positional=columns)) if columns else rows
    name = temporary_of(table, scope, script)
    if script.touched is not None:
        script.touched.append(_inserted(table, rows, columns, name, scope, script))
    if name is not None:
        insert_temporary(name, rows, columns, script, overwrite=overwrite)
        return named
    static, dynamic = partition_of(table, tree, scope)
    by_name = bool(tree.args.get("by_name"))
    target = Target(columns, positional=not columns and not by_name, static=static)
    options = WriteOptions(
        mode="overwrite" if overwrite else "append",
        partition_by=tuple(name for name, _ in static) + dynamic,
        options=_options(tree, scope),
    )
    conflict = tree.args.get("conflict")
    if isinstance(conflict, exp.OnConflict) and conflict.expressions:
        if not columns:
            named = scope.builder.add(Rename(rows, like=dataset_of(table, scope)))
        rows = upserted(tree, conflict, named, columns, script, scope)
        target, options = Target(), WriteOptions(mode="merge", options=options.options)
    add_write(script, dataset_of(table, scope), rows, head, options, target)
    return named


def _inserted(
    table: exp.Expr,
    rows: Handle,
    columns: tuple[str, ...],
    name: str | None,
    scope: Scope,
    script: Script,
) -> Touched:
    """Return the new rows, under the names of the columns that they go into."""
    plain = table.this if isinstance(table, exp.Schema) else table
    known = columns or (script.filled(name) if name else ())
    known = known or script.declared(dataset_of(plain, scope))
    named = scope.builder.add(Rename(rows, positional=known)) if known else rows
    handle = scope.builder.add(Alias(named, "inserted"))
    after = {column: exp.column(column, table="inserted", quoted=True) for column in known}
    return Touched(handle, scope, "INSERT", plain, after=after, named=bool(known))


def _rows(tree: exp.Expr, scope: Scope, head: Head) -> Handle:
    source = tree.args.get("expression")
    if isinstance(source, (exp.Query, exp.Values, exp.Table)):
        return lower_tree(source, scope)
    if source is None and tree.args.get("default"):
        return scope.builder.add(Values())
    reason = sql_text(source, scope.dialect) if isinstance(source, exp.Expr) else "no rows given"
    return scope.builder.add(Opaque(fingerprint=reason, reason=reason[:80], at=head.at))


def column_list(table: exp.Expr, scope: Scope) -> tuple[str, ...]:
    """Return the columns of `INSERT INTO t (a, b)`, wherever the dialect has put the list."""
    if isinstance(table, exp.Schema):
        return tuple(
            scope.name(part.this if isinstance(part, (exp.Column, exp.ColumnDef)) else part)
            for part in table.expressions
        )
    return ()


def partition_of(
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


def _into_function(
    table: exp.Anonymous, rows: Handle, script: Script, scope: Scope, head: Head
) -> Handle:
    """Note rows that go where a table function leads; its first text is the place."""
    first = next((part for part in table.expressions if isinstance(part, exp.Literal)), None)
    if first is not None:
        place = path_name(scope.text(first.name))
        add_write(script, place, rows, head, WriteOptions(mode="append", location=place))
    return rows


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
    first = str(tree.args.get("kind") or "").upper() == "FIRST"
    earlier: list[Expr] = []
    when: exp.Expr | None = None
    away: tuple[Expr, ...] = ()
    for part in tree.expressions:
        if isinstance(part, exp.ConditionalInsert):
            condition = part.args.get("expression")
            if condition is not None:
                when, away = condition, tuple(earlier) if first else ()
                earlier.append(lower_expression(condition, scope))
            elif part.args.get("else_"):
                when, away = None, tuple(earlier)
            _conditional(part, source, script, scope, head, when, away)
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
    part: exp.Expr,
    source: exp.Expr | None,
    script: Script,
    scope: Scope,
    head: Head,
    condition: exp.Expr | None,
    earlier: Sequence[Expr],
) -> None:
    """Note one INTO of INSERT ALL or FIRST, for rows that no condition of `earlier` holds for."""
    target = part.this
    if source is None or not isinstance(target, exp.Insert):
        return
    rows = lower_tree(source, scope)
    for other in earlier:
        away = Call("not", (Call("coalesce", (other, Constant("boolean", "false"))),))
        rows = scope.builder.add(Filter(rows, away, "WHEN"))
    if condition is not None:
        at, text = scope.item(condition)
        rows = scope.builder.add(Filter(rows, lower_expression(condition, scope), "WHEN", at, text))
    values = target.args.get("expression")
    columns = column_list(target.this, scope)
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


def into_of(tree: exp.Expr) -> exp.Expr | None:
    """Return the INTO of a query, that of the first SELECT of a union."""
    while isinstance(tree, exp.SetOperation):
        tree = tree.this
    into = tree.args.get("into")
    return into if isinstance(into, exp.Expr) else None


def select_into(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    """Note SELECT … INTO: a new table, or a temporary one; variables are no tables."""
    into = into_of(tree)
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
