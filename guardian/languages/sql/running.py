"""A script from its text to the end.

Each statement parsed by itself, so that a broken one breaks nothing else.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import msgspec
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.expressions.source import SourceText, shortened
from guardian.languages.sql import forms
from guardian.languages.sql.hints import hints, search
from guardian.languages.sql.script import Script
from guardian.languages.sql.splitting import (
    MAX_DEPTH,
    Broken,
    depth_of,
    parsed,
    prepared,
    refusal,
    separated,
    statements,
    tokenized,
)
from guardian.languages.sql.statements import SILENT_WORDS, lower_statement
from guardian.languages.sql.writes import Head, add_write
from guardian.model.names import path_name
from guardian.model.plan import Handle, Write, WriteOptions

MAX_BODIES = 20
DYNAMIC_CONFIDENCE = 0.8
UNKNOWN_TEXT = (
    "dynamic SQL whose text is not known: declare what it reads and writes with "
    "`-- @LINEAGE_INPUTS: …` and `-- @LINEAGE_OUTPUTS: …`"
)
# What sqlglot does not understand becomes a diagnostic of ours; it need not go to the log as well.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


def run_script(text: str, script: Script) -> Handle | None:
    """Lower every statement of `text` in order; return the rows of the last bare query, if any.

    Nothing is raised for bad text: what is not understood is in `script.warnings`.
    """
    reason = refusal(text)
    if reason is not None:
        script.warn(1, reason)
        script.failed = True
        return None
    if "@LINEAGE_" in text.upper():
        hints(text, script)
    ready = prepared(text, script.dialect)
    tokens = tokenized(ready.text, script.dialect)
    if isinstance(tokens, Broken):
        script.warn(tokens.line, tokens.message)
        script.failed = True
        search(ready.text, 1, script, ready.symbols)
        return None
    source = SourceText(ready.text, tokens, script.path, script.first_line, ready.symbols)
    with _reading(source, script):
        return run_tokens(tokens, script)


def run_tokens(tokens: Sequence[Token], script: Script) -> Handle | None:
    """Lower the statements of a token list; T-SQL's have no semicolons between them."""
    tokens = separated(tokens, _text_of(script), script.dialect)
    if script.dialect in {"tsql", "fabric"}:
        from guardian.languages.tsql import run_batches  # noqa: PLC0415 (T-SQL runs statements of ours)

        return run_batches(tokens, script)
    if script.dialect in {"spark", "spark2", "databricks", "hive"}:
        tokens = forms.joined_strings(tokens)
    last = None
    for statement in statements(tokens):
        last = run_statement(statement, script) or last
    return last


def _text_of(script: Script) -> str:
    return script.source.text if script.source is not None else ""


@contextmanager
def _reading(source: SourceText, script: Script) -> Iterator[None]:
    before = script.source
    script.source = source
    try:
        yield
    finally:
        script.source = before


def run_inner(text: str, line: int, script: Script, *, confidence: float = 1.0) -> Handle | None:
    """Lower a script inside a script (the body of a function.

    Dynamic SQL) that starts on `line`.
    """
    if script.depth >= MAX_BODIES:
        return None
    first_line, known = script.first_line, script.confidence
    script.depth += 1
    script.first_line = line + first_line - 1
    script.confidence = min(known, confidence)
    try:
        return run_script(text, script)
    finally:
        script.first_line, script.confidence = first_line, known
        script.depth -= 1


def run_statement(tokens: Sequence[Token], script: Script) -> Handle | None:
    """Lower one statement; return its rows where it is a bare query."""
    if script.dialect not in {"tsql", "fabric"}:
        tokens = forms.unblocked(tokens)
    if not tokens or forms.is_end(tokens) or _is_silent(tokens):
        return None
    if _run_bodies(tokens, script) or forms.special(tokens, script) or _run_files(tokens, script):
        return None
    if forms.words(tokens, 2) == ["EXECUTE", "IMMEDIATE"]:
        return _run_dynamic(tokens, script)
    inner = forms.inner_statement(tokens)
    if inner is not None:
        return run_statement(inner, script) if inner else None
    return run_parsed(forms.with_as(forms.short_format(forms.undecorated(tokens))), script)


def _run_dynamic(tokens: Sequence[Token], script: Script) -> Handle | None:
    """Lower `EXECUTE IMMEDIATE '…'`; text that is put together at run time is not known."""
    text = tokens[2] if len(tokens) > 2 else None
    joined = any(forms.word(token) in {"||", "+"} for token in tokens[3:])
    if text is not None and text.token_type is TokenType.STRING and not joined:
        return run_inner(text.text, tokens[0].line, script, confidence=DYNAMIC_CONFIDENCE)
    script.warn(tokens[0].line, UNKNOWN_TEXT)
    return None


def _is_silent(tokens: Sequence[Token]) -> bool:
    return forms.word(tokens[0]).partition(" ")[0] in SILENT_WORDS


def run_parsed(tokens: Sequence[Token], script: Script) -> Handle | None:
    """Parse and lower the tokens of one statement; where that fails, search it for table names."""
    head = head_of(tokens, script)
    source = script.source
    if source is None:
        return None
    deepest = depth_of(tokens)
    if deepest > MAX_DEPTH:
        _failed(tokens, f"brackets nested {deepest} deep, more than {MAX_DEPTH}", script)
        return None
    script.source = replace(source, tokens=tokens)
    try:
        trees = parsed(tokens, source.text, script.dialect)
        return _lowered(trees, script, head)
    except SqlglotError as error:
        _failed(tokens, _reason(error), script, _line_of(error))
    except RecursionError:
        _failed(tokens, "nested too deep to be read", script)
    finally:
        script.source = source
    return None


def _lowered(trees: list[exp.Expr], script: Script, head: Head) -> Handle | None:
    last = None
    for tree in trees:
        last = lower_statement(tree, script, head) or last
    return last


def head_of(tokens: Sequence[Token], script: Script) -> Head:
    """Return where a statement stands, and its text."""
    at = script.line(tokens[0].line)
    text = (
        script.source.slice(tokens[0].start, min(tokens[-1].end, tokens[0].start + 2000))
        if script.source
        else ""
    )
    return Head(at, shortened(text))


def _reason(error: SqlglotError) -> str:
    errors = getattr(error, "errors", None)
    if errors:
        near = str(errors[0].get("highlight") or "").strip()
        description = str(errors[0].get("description") or "").rstrip(".")
        if description.startswith("Required keyword"):  # in sqlglot's own words, of its classes
            description = "something is missing"
        return f"{description} near `{near[:60]}`" if near else description
    return str(error).partition("\n")[0][:200]


def _line_of(error: SqlglotError) -> int | None:
    errors = getattr(error, "errors", None)
    line = errors[0].get("line") if errors else None
    return line if isinstance(line, int) else None


def _failed(
    tokens: Sequence[Token], reason: str, script: Script, broken_at: int | None = None
) -> None:
    """Note a statement that could not be read, and the tables that it seems to name."""
    line = tokens[0].line
    source = script.source
    text = source.text[tokens[0].start : tokens[-1].end + 1] if source is not None else ""
    symbols = tuple(source.symbols) if source is not None else ()
    message = source.restored(reason) if source is not None else reason
    script.warn(
        broken_at or line,
        f"this statement could not be read as {script.dialect or 'SQL'} ({message}); "
        "its tables were searched for by name only",
    )
    script.failed = True
    search(text, line, script, symbols)


def _run_bodies(tokens: Sequence[Token], script: Script) -> bool:
    """Lower the body of a function or procedure that is written as a string."""
    found = False
    for token in forms.bodies(tokens):
        found = True
        line = script.source.text.count("\n", 0, token.start) + 1 if script.source else token.line
        run_inner(token.text, line, script)
    return found


def _run_files(tokens: Sequence[Token], script: Script) -> bool:
    """Note a query whose rows go into files, by the forms that sqlglot does not know."""
    text = script.source.text[tokens[0].start : tokens[-1].end] if script.source else ""
    into = forms.directory(tokens) if "DIRECTORY" in text.upper() else None
    if into is not None:
        form, shorter = into
        known = len(script.writes)
        run_parsed(shorter, script)
        for index in range(known, len(script.writes)):
            script.writes[index] = _formatted(script.writes[index], form)
        return True
    unloaded = forms.unloaded(tokens)
    if unloaded is None:
        return False
    query, path, form = unloaded
    rows = (
        run_inner(query, tokens[0].line, script)
        if isinstance(query, str)
        else run_parsed(query, script)
    )
    if rows is not None and path:
        name = path_name(script.source.restored(path) if script.source else path)
        options = WriteOptions(mode="overwrite", format=form, location=name)
        add_write(script, name, rows, head_of(tokens, script), options)
    return True


def _formatted(write: Write, form: str) -> Write:
    options = msgspec.structs.replace(write.options, format=form or write.options.format)
    return msgspec.structs.replace(write, options=options)
