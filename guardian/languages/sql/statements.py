"""Statements: which of them write, and what."""

from collections.abc import Callable

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression, lower_item, sql_text
from guardian.languages.sql.creating import create
from guardian.languages.sql.hints import search
from guardian.languages.sql.inserting import copy, insert, insert_many, load, select_into
from guardian.languages.sql.merging import merge
from guardian.languages.sql.names import dataset_of
from guardian.languages.sql.queries import lower_query
from guardian.languages.sql.script import Script
from guardian.languages.sql.tables import alter
from guardian.languages.sql.updating import delete, update
from guardian.languages.sql.writes import (
    Head,
    add_emptying,
    add_write,
    declare_temporary,
    forget_temporary,
    temporary_of,
)
from guardian.model.plan import Handle, Item, Project, Scan, Star, WriteOptions

# Statements that alter neither rows nor columns, or only settings.
SILENT = (
    exp.Set, exp.Use, exp.Grant, exp.Revoke, exp.Analyze, exp.Comment, exp.Declare, exp.Transaction,
    exp.Commit, exp.Rollback, exp.Describe, exp.Show, exp.Kill, exp.Pragma, exp.Attach, exp.Detach,
    exp.Install, exp.Refresh, exp.Uncache, exp.AlterSession, exp.EndStatement, exp.Semicolon,
    exp.Put, exp.Get, exp.Undrop, exp.Return, exp.Leave, exp.Iterate, exp.Summarize,
)  # fmt: skip


def lower_statement(tree: exp.Expr, script: Script, head: Head) -> Handle | None:
    """Note what one statement does to `script`; return the rows of a bare query."""
    scope = script.scope(head.at)
    match tree:
        case exp.Query() if tree.args.get("into") is None:
            return lower_query(tree, script)
        case exp.Values() | exp.Pivot():
            return lower_query(tree, script)
        case exp.Block() | exp.IfBlock() | exp.WhileBlock() | exp.LoopBlock():
            return _block(tree, script, head)
        case _:
            pass
    handler = _HANDLERS.get(type(tree))
    if handler is not None:
        handler(tree, script, scope, head)
    elif not isinstance(tree, SILENT):
        _not_understood(tree, script, scope)
    return None


_LEFT_OUT = (
    "`{}` is not understood and was left out; declare what it reads and writes with "
    "`-- @LINEAGE_INPUTS: …` and `-- @LINEAGE_OUTPUTS: …`"
)


def _not_understood(tree: exp.Expr, script: Script, scope: Scope) -> None:
    _leave_out(scope.text(sql_text(tree, script.dialect)).split()[:4], script, scope)


def _leave_out(words: list[str], script: Script, scope: Scope) -> None:
    """Say that a statement was not read; the file counts as failed if it seems to write a table."""
    scope.warn(_LEFT_OUT.format(" ".join(words)))
    source = script.source
    if source is None or not source.tokens:
        return
    first, last = source.tokens[0], source.tokens[-1]
    text = source.text[first.start : last.end + 1]
    if search(text, first.line, script, tuple(source.symbols)):
        script.failed = True


def _block(tree: exp.Expr, script: Script, head: Head) -> Handle | None:
    """Read the statements of a block one after the other, all of its branches."""
    last = None
    for key in ("expressions", "true", "false", "body"):
        value = tree.args.get(key)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, exp.Expr):
                last = lower_statement(part, script, head) or last
    return last


def _drop(tree: exp.Expr, script: Script, scope: Scope, _head: Head) -> None:
    for table in tree.args.get("tables") or [tree.this, *tree.expressions]:
        if isinstance(table, exp.Table):
            name = temporary_of(table, scope, script)
            if name is None or not forget_temporary(name, script):
                script.dropped.add(dataset_of(table, scope))


def _truncate(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    for table in tree.expressions:
        name = temporary_of(table, scope, script)
        if name is not None:
            declare_temporary(name, script.columns.get(name, ()), script)
            continue
        dataset = dataset_of(table, scope)
        rows = scope.builder.add(Scan(dataset=dataset, target=True, at=head.at))
        plan = scope.builder.add(Project(rows, ()))
        add_emptying(script, dataset, plan, head)


def _cache(tree: exp.Expr, script: Script, scope: Scope, _head: Head) -> None:
    query = tree.args.get("expression")
    if isinstance(query, exp.Query):
        script.views[dataset_of(tree.this, scope)] = lower_query(query, script)


def _update(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    update(tree, script, scope, head)


def _delete(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    delete(tree, script, scope, head)


def _insert(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    insert(tree, script, scope, head)


def _export(tree: exp.Expr, script: Script, scope: Scope, head: Head) -> None:
    """Note BigQuery's EXPORT DATA OPTIONS (uri = '…') AS SELECT …."""
    options = tree.args.get("options")
    uri = ""
    for part in options.find_all(exp.Property) if options is not None else ():
        if part.name.lower() == "uri":
            uri = part.args["value"].name
    query = tree.this
    if isinstance(query, exp.Query) and uri:
        plan = lower_query(query, script)
        add_write(script, scope.text(uri).rstrip("/"), plan, head, WriteOptions(mode="overwrite"))


def _command(tree: exp.Expr, script: Script, scope: Scope, _head: Head) -> None:
    rest = tree.args.get("expression")
    behind = rest.name if isinstance(rest, exp.Expr) else str(rest or "")
    words = f"{tree.this} {scope.text(behind)}".split()[:4]
    if _is_harmless(f"{tree.this} {behind}".upper().split()):
        return
    _leave_out(words, script, scope)


def _is_harmless(words: list[str]) -> bool:
    """Return whether a statement that sqlglot does not know alters neither rows nor columns."""
    first = words[0] if words else ""
    if first == "ALTER":
        return not _MOVES.intersection(words)
    if first in {"CREATE", "DROP"}:
        return not _MAKES.intersection(words[:6])
    return first in SILENT_WORDS


_MOVES = frozenset({"RENAME", "SWAP", "EXCHANGE", "SWITCH", "COLUMN", "COLUMNS"})
_MAKES = frozenset({"TABLE", "VIEW", "PROCEDURE", "FUNCTION"})


def lower_returning(body: exp.Expr, scope: Scope, script: Script) -> Handle:
    """Note a statement inside WITH, and return the rows that its RETURNING gives."""
    head = Head(scope.location(body) or script.line(1), scope.text(sql_text(body, script.dialect)))
    match body:
        case exp.Delete():
            rows = delete(body, script, scope, head)
        case exp.Update():
            rows = update(body, script, scope, head)
        case exp.Insert():
            rows = insert(body, script, scope, head)
        case _:
            merge(body, script, scope, head)
            rows = None
    if isinstance(body, exp.Delete):
        rows = _as_input(body, rows, scope)
    returning = body.args.get("returning")
    if rows is None:
        rows = scope.builder.add(Scan(dataset=dataset_of(body.this, scope), at=head.at))
    if returning is None:
        return rows
    items = tuple(
        lower_item(part, scope, place) for place, part in enumerate(returning.expressions)
    )
    return scope.builder.add(Project(rows, items or (Item(Star()),)))


def _as_input(body: exp.Expr, rows: Handle | None, scope: Scope) -> Handle | None:
    """Return the deleted rows once more, of a scan that counts as an input: they are read."""
    if rows is None or not isinstance(body.this, exp.Table):
        return rows
    from guardian.languages.sql.relations import lower_from  # noqa: PLC0415 (only for this)
    from guardian.model.plan import Filter  # noqa: PLC0415 (only for this)

    read = lower_from(body.this, scope)
    where = body.args.get("where")
    if where is None:
        return read
    at, text = scope.item(where.this)
    return scope.builder.add(Filter(read, lower_expression(where.this, scope), "WHERE", at, text))


Handler = Callable[[exp.Expr, Script, Scope, Head], None]
_HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Create: create,
    exp.Insert: _insert, exp.MultitableInserts: insert_many, exp.Merge: merge, exp.Update: _update,
    exp.Delete: _delete, exp.TruncateTable: _truncate, exp.Alter: alter, exp.Drop: _drop,
    exp.Copy: copy, exp.LoadData: load, exp.Cache: _cache, exp.Select: select_into,
    exp.Export: _export, exp.Command: _command,
}  # fmt: skip
SILENT_WORDS = frozenset({
    "SET", "RESET", "USE", "GRANT", "REVOKE", "DENY", "ANALYZE", "REFRESH", "VACUUM", "COMMENT",
    "DECLARE", "BEGIN", "COMMIT", "ROLLBACK", "START", "END", "SHOW", "DESCRIBE", "DESC", "EXPLAIN",
    "ADD", "LIST", "LS", "MSCK", "OPTIMIZE", "UNCACHE", "CLEAR", "REINDEX", "CLUSTER", "CHECKPOINT",
    "LOCK", "UNLOCK", "KILL", "PRAGMA", "INSTALL", "ATTACH", "DETACH", "CALL", "DEALLOCATE",
    "PREPARE", "DISCARD", "LISTEN", "NOTIFY", "SUSPEND", "RESUME", "PRINT", "RAISE", "RETURN",
    "PERFORM", "OPEN", "CLOSE", "FETCH", "ASSERT", "SAVEPOINT", "RELEASE", "THROW", "RAISERROR",
    "GO", "DBCC", "EXIT", "WAITFOR", "UPDATE STATISTICS", "NULL", "BREAK", "CONTINUE", "LEAVE",
    "ITERATE", "DELIMITER", "PUT", "GET", "REMOVE", "RM", "UNSET", "UNDROP", "SECURITY", "ABORT",
    "REORG", "CONVERT", "RESTORE", "ENABLE", "DISABLE", "SIGNAL", "GOTO", "REVERT", "BACKUP",
})  # fmt: skip
