"""One statement of T-SQL: brought into words that the parser knows, and lowered."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import msgspec
from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.sql import forms, transact
from guardian.languages.sql.assigning import fetch, select_values
from guardian.languages.sql.dynamic import (
    assign,
    bulk_insert,
    execute,
    inserts_execution,
)
from guardian.languages.sql.executing import insert_execution
from guardian.languages.sql.forms import next_comma, word
from guardian.languages.sql.namespace import note_namespace
from guardian.languages.sql.output import (
    lifted,
    run_with_output,
    temporary_names,
    without_output,
)
from guardian.languages.sql.running import run_parsed, run_statement
from guardian.languages.sql.script import Script
from guardian.languages.sql.writes import forget_temporary
from guardian.model.plan import Handle, Write

Tokens = Sequence[Token]
# What a CREATE or ALTER may be of that rows are written to or read from.
_EXTERNAL = frozenset({"EXTERNAL"})
_OPTION = frozenset({"OPTION"})
_MADE = frozenset({"TABLE", "VIEW", "PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "SYNONYM"})


def run_one(statement: Tokens, script: Script) -> Handle | None:
    """Lower one statement; return its rows where it is a bare query."""
    statement = transact.without_namespaces(statement)
    if not statement or _is_external(statement):
        return None
    statement, inner = lifted(transact.with_plain_functions(statement))
    for lifted_out in inner:
        run_one(lifted_out, script)
    rows = _run(statement, script)
    for name in temporary_names(inner):
        forget_temporary(name, script)
    return rows


def _is_external(statement: Tokens) -> bool:
    """Return whether a procedure or a function is made of compiled code: `AS EXTERNAL NAME x`."""
    if word(statement[0]) not in {"CREATE", "ALTER"} or not forms.says(statement, _EXTERNAL):
        return False
    texts = [word(token) for token in statement]
    return ("EXTERNAL", "NAME") in pairwise(texts)


def _run(statement: Tokens, script: Script) -> Handle | None:
    first = word(statement[0])
    noted = _NOTED.get(first)
    if noted is not None:
        noted(statement, script)
        return None
    match first:
        case "IF" | "WHILE" | "GO" | "UPDATE STATISTICS":
            return None
        case "EXEC" | "EXECUTE":
            return execute(statement, script)
        case "SET" | "DECLARE":
            return assign(statement, script)
        case "INSERT" if inserts_execution(statement):
            insert_execution(statement, script)
            return None
        case "CREATE":
            return _create(statement, script)
        case "ALTER":
            plain = _altered(statement)
            return run_statement(plain, script) if plain else None
        case "DROP" if not _MADE & set(forms.words(statement, 3)):
            return None
        case "BULK":
            return bulk_insert(statement, script)
        case "SELECT":
            return _select(statement, script)
        case "RETURN":
            query = _returned(statement)
            return run_parsed(_cleaned(query), script) if query else None
        case _:
            plain, outputs = without_output(statement)
            return run_with_output(_cleaned(plain), outputs, script)


_NOTED: dict[str, Callable[[Tokens, Script], object]] = {"USE": note_namespace, "FETCH": fetch}


def _altered(statement: Tokens) -> Tokens:
    """Return ALTER in the parser's words; nothing where it alters neither rows nor columns."""
    head = forms.words(statement, 3)
    if head[1:2] == ["VIEW"]:
        return _view(statement)
    if head[1:2] == ["TABLE"]:
        return transact.plain_alter(statement)
    return _cleaned(statement) if _MADE & set(head) else ()


def _returned(statement: Tokens) -> Tokens:
    """Return the query in `RETURN (SELECT …)`; nothing where it is a value."""
    begin, end = 1, len(statement)
    while begin < end and word(statement[begin]) == "(":
        closed = forms.closing(statement, begin)
        begin, end = begin + 1, min(end, closed)
    query = statement[begin:end]
    return query if query and word(query[0]) in {"SELECT", "WITH"} else ()


def _cleaned(statement: Tokens) -> Tokens:
    """Return a statement without what lineage does not need: hints, OPTION at its end."""
    statement = transact.without_target_hint(statement)
    if word(statement[0]) in {"UPDATE", "MERGE", "WITH"}:
        statement = transact.with_plain_assignments(statement)
    if not forms.says(statement, _OPTION):
        return statement
    for index in range(len(statement) - 2, 0, -1):
        if word(statement[index]) == "OPTION" and word(statement[index + 1]) == "(":
            return statement[:index]
    return statement


def _select(statement: Tokens, script: Script) -> Handle | None:
    """Lower a SELECT; one that only gives values to variables reads, and writes nothing."""
    if select_values(_cleaned(statement), script) or script.state.only_values:
        return None
    return run_parsed(_cleaned(statement), script)


def _create(statement: Tokens, script: Script) -> Handle | None:
    """Lower CREATE; the storage options of a Synapse CTAS are taken off and kept."""
    head = forms.words(statement, 6)
    if not _MADE & set(head) or "PARTITION" in head[:2]:
        return None
    if "VIEW" in head:
        return run_statement(_view(statement), script)
    if "TABLE" not in head[:4]:
        return run_statement(statement, script)
    start = _first_of({"WITH", "AS"}, statement)
    if "".join(forms.words(statement[start : start + 2], 2)) != "WITH(":
        handle = run_statement(transact.plain_table(_cleaned(statement)), script)
        transact.note_generated(statement, script)
        return handle
    end = forms.closing(statement, start + 1)
    known = len(script.writes)
    plain = transact.plain_table([*statement[:start], *statement[end + 1 :]])
    handle = run_statement(_cleaned(plain), script)
    options = _storage(statement[start + 2 : end], script)
    for index in range(known, len(script.writes)):
        script.writes[index] = _with_storage(script.writes[index], options)
    return handle


def _first_of(texts: set[str], tokens: Tokens) -> int:
    """Return where the first of some words stands outside all brackets, the end where none does."""
    depth = 0
    for index, token in enumerate(tokens):
        text = word(token)
        depth += (text == "(") - (text == ")")
        if depth == 0 and text in texts:
            return index
    return len(tokens)


def _view(statement: Tokens) -> Tokens:
    """Return a view without its options; ALTER VIEW is CREATE OR ALTER VIEW."""
    start = next((index for index, token in enumerate(statement) if word(token) == "WITH"), None)
    begin = next((index for index, token in enumerate(statement) if word(token) == "AS"), None)
    if start is not None and begin is not None and start < begin:
        statement = [*statement[:start], *statement[begin:]]
    if forms.words(statement[-3:], 3) == ["WITH", "CHECK", "OPTION"]:
        statement = statement[:-3]
    if word(statement[0]) == "ALTER":
        first = statement[0]
        create = Token(TokenType.CREATE, "CREATE", first.line, first.col, first.start, first.end)
        statement = [create, *statement[1:]]
    return statement


def _storage(tokens: Tokens, script: Script) -> tuple[tuple[str, str], ...]:
    """Return the storage options of a table as text: `distribution` and how it is indexed."""
    found: list[tuple[str, str]] = []
    begin = 0
    while begin < len(tokens) and script.source is not None:
        end = next_comma(tokens, begin)
        text = script.source.slice(tokens[begin].start, tokens[end - 1].end).lower()
        name, sign, value = text.partition("=")
        found.append((name.strip(), value.strip()) if sign else ("index", name.strip()))
        begin = end + 1
    return tuple(sorted(found))


def _with_storage(write: Write, options: tuple[tuple[str, str], ...]) -> Write:
    stored = msgspec.structs.replace(
        write.options, options=tuple(sorted({*write.options.options, *options}))
    )
    return msgspec.structs.replace(write, options=stored)
