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
from sqlglot.tokenizer_core import Token

from guardian.languages.expressions.segments import kinds_of
from guardian.languages.expressions.source import SourceText, shortened
from guardian.languages.sql import client, forms, moving
from guardian.languages.sql.creation import readable
from guardian.languages.sql.dictionaries import QUERY, chosen, dictionary, rows_of_table
from guardian.languages.sql.dress import Include, Part, parts
from guardian.languages.sql.functions import is_plain_value, string_function
from guardian.languages.sql.giving import declare_routine
from guardian.languages.sql.hints import hinted_in, hints, search
from guardian.languages.sql.including import run_included
from guardian.languages.sql.readings import (
    CONFIDENCE,
    Reading,
    another_dialect,
    another_reading,
    line_of,
    read_as,
    reason_of,
)
from guardian.languages.sql.rewording import outfile, reworded
from guardian.languages.sql.script import Script
from guardian.languages.sql.scripting import run_scripting
from guardian.languages.sql.splitting import (
    MAX_DEPTH,
    Broken,
    depth_of,
    has_rests,
    prepared,
    refusal,
    separated,
    statements,
    tokenized,
)
from guardian.languages.sql.statements import SILENT_PAIRS, SILENT_WORDS, is_opaque, lower_statement
from guardian.languages.sql.texts import known_texts
from guardian.languages.sql.unlisted import SAID
from guardian.languages.sql.variables import value_of
from guardian.languages.sql.writes import Head, add_write
from guardian.model.lineage import Diagnostic
from guardian.model.names import path_name
from guardian.model.plan import Handle, Write, WriteOptions

MAX_BODIES = 20
DYNAMIC_CONFIDENCE = 0.8
NOT_READ = (
    "the body of this procedure is written in {} and is not read: declare what it reads and writes "
    "with `-- @LINEAGE_INPUTS: …` and `-- @LINEAGE_OUTPUTS: …`"
)
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
    last = None
    for part in parts(text, script.dialect):
        if isinstance(part, Include):
            run_included(part, script, run_script)
        else:
            last = _run_part(part, script) or last
    return last


def _run_part(part: Part, script: Script) -> Handle | None:
    """Lower a stretch of a script that no included file interrupts."""
    first_line = script.first_line
    script.first_line += part.line - 1
    try:
        return _run_text(part.text, script)
    finally:
        script.first_line = first_line


def _run_text(text: str, script: Script, *, guessed: bool = False) -> Handle | None:
    ready = prepared(text, script.dialect)
    tokens = tokenized(ready.text, script.dialect)
    if isinstance(tokens, Broken):
        other = "" if guessed else another_dialect(ready.text, script.dialect)
        if other:
            script.warn(tokens.line, read_as(other, script.dialect, tokens.message))
            with _guessed(other, script):
                return _run_text(text, script, guessed=True)
        script.warn(tokens.line, tokens.message)
        script.failed = True
        search(ready.text, 1, script, ready.symbols)
        return None
    for name, written in ready.spelled.items():
        script.spell(name, written)
    found = client.definitions(text, script.dialect)
    tokens = client.expanded(tokens, ready, text, found, script)
    script.state.gathered = client.gathered(text) if script.dialect in client.PSQL else {}
    source = SourceText(ready.text, tokens, script.path, script.first_line, ready.symbols)
    with _reading(source, script):
        return run_tokens(tokens, script)


def run_tokens(tokens: Sequence[Token], script: Script) -> Handle | None:
    """Lower the statements of a token list; T-SQL's have no semicolons between them."""
    kinds = kinds_of(tokens)
    if has_rests(kinds):
        tokens = separated(tokens, _text_of(script), script.dialect)
        kinds = kinds_of(tokens)
    if script.dialect in {"tsql", "fabric"}:
        from guardian.languages.tsql import run_batches  # noqa: PLC0415 (T-SQL runs statements of ours)

        return run_batches(tokens, script)
    if script.dialect in {"spark", "spark2", "databricks", "hive"} and forms.strings_touch(kinds):
        tokens = forms.joined_strings(tokens)
        kinds = kinds_of(tokens)
    return run_scripting(list(statements(tokens, kinds)), script, run_statement)


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
    tokens = reworded(tokens, script.dialect)
    if forms.word(tokens[0]) in moving.WORDS and moving.moved(
        tokens, script, head_of(tokens, script)
    ):
        return None
    if _run_bodies(tokens, script):
        return None
    if _run_dictionary(tokens, script) or forms.special(tokens, script):
        return None
    if _run_files(tokens, script):
        return None
    if forms.runs_text(tokens, script):
        return _run_dynamic(tokens, script)
    inner = forms.inner_statement(tokens)
    if inner is not None:
        return run_statement(inner, script) if inner else None
    return run_parsed(
        forms.pivot_as_query(forms.with_as(forms.short_format(forms.undecorated(tokens)))), script
    )


def _run_dynamic(tokens: Sequence[Token], script: Script) -> Handle | None:
    """Lower `EXECUTE IMMEDIATE …` as far as its text is known."""
    begin = 2 if forms.word(tokens[1]) in {"IMMEDIATE", "FROM"} else 1
    ends = (index for index, token in enumerate(tokens) if forms.word(token) in _BEHIND_TEXT)
    texts = known_texts(value_of(tokens[begin : next(ends, len(tokens))], script))
    if not texts:
        script.warn(tokens[0].line, UNKNOWN_TEXT)
        return None
    last = None
    for text in texts:
        last = run_known(text, tokens, script) or last
    return last


_BEHIND_TEXT = frozenset({"INTO", "USING"})


def run_known(text: str, tokens: Sequence[Token], script: Script) -> Handle | None:
    """Lower dynamic SQL; where pieces of it are not known, it may well not be readable.

    It has variables of its own only, but for those that the caller of it has given to it.
    """
    said, failed = list(script.warnings), script.failed
    script.failed = False
    rows = run_inner(text, tokens[0].line, script, confidence=DYNAMIC_CONFIDENCE)
    if script.failed:
        script.warnings[:] = said
        script.warn(tokens[0].line, UNKNOWN_TEXT)
    else:
        _say_once(len(said), tokens[0].line, script)
    script.failed = failed
    return rows


def _say_once(first: int, line: int, script: Script) -> None:
    """Have what is said of dynamic SQL said where it is run, and each thing once."""
    at = script.line(line).line
    found: dict[str, Diagnostic] = {}
    for said in script.warnings[first:]:
        found.setdefault(SAID if SAID in said.message else said.message, said)
    script.warnings[first:] = [msgspec.structs.replace(said, line=at) for said in found.values()]


def _is_silent(tokens: Sequence[Token]) -> bool:
    first = forms.word(tokens[0]).partition(" ")[0]
    return first in SILENT_WORDS or " ".join(forms.words(tokens, 2)) in SILENT_PAIRS


def run_parsed(tokens: Sequence[Token], script: Script) -> Handle | None:
    """Parse and lower the tokens of one statement; where that fails, search it for table names."""
    head = head_of(tokens, script)
    source = script.source
    if source is None:
        return None
    kinds = kinds_of(tokens)
    deepest = depth_of(tokens, kinds)
    if deepest > MAX_DEPTH:
        _failed(tokens, f"brackets nested {deepest} deep, more than {MAX_DEPTH}", script)
        return None
    script.source = replace(source, tokens=tokens)
    script.source.kinds = kinds
    try:
        trees = readable(tokens, source.text, script.dialect)
        if script.dialect not in {"tsql", "fabric"} and any(map(is_opaque, trees)):
            reading = another_reading(tokens, source, script.dialect, "its syntax is not known")
            if reading is not None:
                return _lowered_as(reading, tokens[0].line, source, script, head)
        return _lowered(trees, script, head)
    except SqlglotError as error:
        return _read_otherwise(tokens, source, script, head, error)
    except RecursionError:
        _failed(tokens, "nested too deep to be read", script)
    finally:
        script.source = source
    return None


def _read_otherwise(
    tokens: Sequence[Token], source: SourceText, script: Script, head: Head, error: SqlglotError
) -> Handle | None:
    """Lower another reading of a statement; where there is none, search it for table names."""
    reason = source.restored(reason_of(error))
    reading = another_reading(tokens, source, script.dialect, reason)
    if reading is None:
        script.source = source
        _failed(tokens, reason, script, line_of(error))
        return None
    return _lowered_as(reading, line_of(error) or tokens[0].line, source, script, head)


def _lowered_as(
    reading: Reading, line: int, source: SourceText, script: Script, head: Head
) -> Handle | None:
    """Lower a reading that is a guess: less sure, and said to be one."""
    if reading.message:
        script.warn(line, reading.message)
    script.source = replace(source, tokens=reading.tokens)
    with _guessed(reading.dialect, script):
        return _lowered(reading.trees, script, head)


@contextmanager
def _guessed(dialect: str, script: Script) -> Iterator[None]:
    """Read in another dialect for a while, with less confidence."""
    before = (script.dialect, script.confidence)
    script.dialect, script.confidence = dialect, min(script.confidence, CONFIDENCE)
    try:
        yield
    finally:
        script.dialect, script.confidence = before


def _lowered(trees: list[exp.Expr], script: Script, head: Head) -> Handle | None:
    last = None
    for tree in trees:
        last = lower_statement(tree, script, head) or last
    if last is not None:
        script.queried = (head.at, head.text)
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


def _failed(
    tokens: Sequence[Token], reason: str, script: Script, broken_at: int | None = None
) -> None:
    """Note a statement that could not be read, and the tables that it seems to name."""
    line = tokens[0].line
    source = script.source
    text = source.text[tokens[0].start : tokens[-1].end + 1] if source is not None else ""
    symbols = tuple(source.symbols) if source is not None else ()
    script.warn(
        broken_at or line,
        f"this statement could not be read as {script.dialect or 'SQL'} ({reason}); "
        "its tables were searched for by name only",
    )
    script.failed = True
    search(text, line, script, symbols)


def _run_bodies(tokens: Sequence[Token], script: Script) -> bool:
    """Lower the body of a function or procedure that is written as a string."""
    found = False
    for token in forms.bodies(tokens):
        found = True
        outer = dict(script.state.values)
        declare_routine(tokens[: tokens.index(token)], script)
        line = script.source.text.count("\n", 0, token.start) + 1 if script.source else token.line
        own = script.state.values
        parameters = {name: held for name, held in own.items() if outer.get(name) is not held}
        for place, held in enumerate(parameters.values(), start=1):
            own[f"${place}"] = held
        whole = is_plain_value(token.text) and script.dialect == "snowflake"
        body = f"SELECT {token.text}" if whole else token.text
        string_function(tokens, run_inner(body, line, script), parameters, script)
        script.state.values = outer
    language = "" if found else forms.foreign_language(tokens)
    lines = range(tokens[0].line - 10, tokens[-1].line + 10)
    if language and not hinted_in(lines, script):
        script.warn(tokens[0].line, NOT_READ.format(language))
    return found or bool(language)


def _run_dictionary(tokens: Sequence[Token], script: Script) -> bool:
    """Note ClickHouse's CREATE DICTIONARY over a table or a query."""
    found = dictionary(tokens, script)
    if found is None:
        return False
    dataset, settings, columns = found
    head = head_of(tokens, script)
    query = settings.get(QUERY)
    rows = rows_of_table(settings, script, head)
    if query is not None:
        rows = run_inner(query.text, query.line, script)
    if rows is not None:
        options = WriteOptions(mode="overwrite", materialized="dictionary")
        add_write(script, dataset, chosen(rows, columns, script), head, options)
    return True


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
    unloaded = forms.unloaded(tokens) or outfile(tokens, script.dialect)
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
