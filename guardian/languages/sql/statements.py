"""Statements: which of them write, and what."""

from collections.abc import Callable

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression, lower_item, sql_text
from guardian.languages.sql.altering import alter
from guardian.languages.sql.copying import copy, load
from guardian.languages.sql.creating import create
from guardian.languages.sql.hints import search
from guardian.languages.sql.inserting import insert, insert_many, into_of, select_into
from guardian.languages.sql.merging import merge
from guardian.languages.sql.names import dataset_of, temporary_name
from guardian.languages.sql.queries import lower_query
from guardian.languages.sql.script import Script
from guardian.languages.sql.touched import Touched
from guardian.languages.sql.updating import delete, update
from guardian.languages.sql.writes import (
    Head,
    add_emptying,
    add_write,
    declare_temporary,
    forget_temporary,
    is_temporary_name,
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
        case exp.Query() if into_of(tree) is None:
            return lower_query(tree, script)
        case exp.Values() | exp.Pivot():
            return lower_query(tree, script)
        case exp.Block() | exp.IfBlock() | exp.WhileBlock() | exp.LoopBlock():
            return _block(tree, script, head)
        case exp.SetOperation():
            select_into(tree, script, scope, head)
            return None
        case _:
            pass
    handler = _HANDLERS.get(type(tree))
    if handler is not None:
        handler(tree, script, scope, head)
    elif not isinstance(tree, SILENT) and not _calls(tree, script):
        _not_understood(tree, script, scope)
    return None


def _calls(tree: exp.Expr, script: Script) -> bool:
    """Return whether a statement of PL/SQL calls a procedure, which is a job of its own."""
    called = (exp.Anonymous, exp.Dot, exp.Column)
    return script.dialect == "oracle" and isinstance(tree, called)


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
            if name is not None and is_temporary_name(name):
                continue  # perhaps it is not run: `IF OBJECT_ID('tempdb..#t') IS NOT NULL DROP …`
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
        script.views[temporary_name(tree.this, scope)] = lower_query(query, script)


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
    if not is_opaque(tree):
        return
    _leave_out(scope.text(" ".join(_words_of(tree)[:4])).split()[:4], script, scope)


def is_opaque(tree: exp.Expr) -> bool:
    """Return whether a statement is one that sqlglot does not know, and may alter tables."""
    if not isinstance(tree, exp.Command):
        return False
    return not _is_harmless([word.upper() for word in _words_of(tree)])


def _words_of(tree: exp.Expr) -> list[str]:
    rest = tree.args.get("expression")
    behind = rest.name if isinstance(rest, exp.Expr) else str(rest or "")
    return f"{tree.this} {behind}".split()


def _is_harmless(words: list[str]) -> bool:
    """Return whether a statement that sqlglot does not know alters neither rows nor columns."""
    first = words[0] if words else ""
    if first == "ALTER":
        shapes = "COLUMN" in words and not _DESCRIBES.intersection(words)
        return not shapes and not _MOVES.intersection(words)
    if first in {"CREATE", "DROP"}:
        return not _MAKES.intersection(words[:6])
    return first in SILENT_WORDS


_MOVES = frozenset({"RENAME", "SWAP", "EXCHANGE", "SWITCH", "COLUMNS"})
_DESCRIBES = frozenset({"SET", "UNSET", "COMMENT"})
_MAKES = frozenset({"TABLE", "VIEW", "PROCEDURE", "FUNCTION"})


def lower_returning(body: exp.Expr, scope: Scope, script: Script) -> Handle:
    """Note a statement inside WITH, and return the rows that its RETURNING gives."""
    head = Head(scope.location(body) or script.line(1), scope.text(sql_text(body, script.dialect)))
    changed: list[Touched] = []
    match body:
        case exp.Delete():
            rows = delete(body, script, scope, head)
        case exp.Update():
            rows, changed = _update_inside(body, script, scope, head)
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
    if changed and not returning.find(exp.Star):
        items = changed[0].returned(returning.expressions)
        return scope.builder.add(Project(changed[0].rows, items))
    items = tuple(
        lower_item(part, scope, place) for place, part in enumerate(returning.expressions)
    )
    return scope.builder.add(Project(rows, items or (Item(Star()),)))


def _update_inside(
    body: exp.Expr, script: Script, scope: Scope, head: Head
) -> tuple[Handle | None, list[Touched]]:
    """Note an UPDATE inside WITH; return its rows, and how RETURNING looks at them."""
    before, script.touched = script.touched, []
    try:
        rows = update(body, script, scope, head)
        return rows, script.touched
    finally:
        script.touched = before


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
    "DECLARE", "BEGIN", "COMMIT", "ROLLBACK", "START", "END", "SHOW", "DESCRIBE", "DESC",
    "EXPLAIN", "ADD", "LIST", "LS", "MSCK", "UNCACHE", "CLEAR", "REINDEX", "CLUSTER", "CHECKPOINT",
    "LOCK", "UNLOCK", "KILL", "PRAGMA", "INSTALL", "ATTACH", "DETACH", "CALL", "DEALLOCATE",
    "PREPARE", "DISCARD", "LISTEN", "NOTIFY", "SUSPEND", "RESUME", "PRINT", "RAISE", "RETURN",
    "PERFORM", "OPEN", "CLOSE", "FETCH", "ASSERT", "SAVEPOINT", "RELEASE", "THROW", "RAISERROR",
    "PROCEDURE", "FUNCTION", "SUBTYPE", "GO", "DBCC", "EXIT", "WAITFOR", "UPDATE STATISTICS",
    "NULL", "BREAK", "CONTINUE", "LEAVE", "ITERATE", "DELIMITER", "PUT", "GET", "REMOVE", "RM",
    "UNSET", "UNDROP", "SECURITY", "ABORT", "SYSTEM", "FLUSH", "PURGE", "FSCK", "AUDIT", "REORG",
    "CONVERT", "RESTORE", "DFS", "ENABLE", "DISABLE", "SIGNAL", "RESIGNAL", "GOTO", "REVERT",
    "BACKUP",
})  # fmt: skip
SILENT_PAIRS = frozenset({"EXPORT DATABASE", "IMPORT DATABASE", "EXPORT MODEL"})
