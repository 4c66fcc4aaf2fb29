"""SQL text that Python hands on: run in its engine's dialect, with the file's plan and views."""

import re

from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_frames import Frame
from guardian.languages.python.spark_state import DIALECT, SqlResult, add, state_of
from guardian.languages.python.udfs import with_udfs
from guardian.languages.python.values import Assumed, Call, Value, as_sql, as_text, to_text
from guardian.languages.sql import Script, run_script
from guardian.languages.sql.state import State
from guardian.model.lineage import Location
from guardian.model.plan import Handle, Values

_COMMENT = r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/|\()*"
_STATEMENT = re.compile(
    _COMMENT + r"(?:select\s|with\s|insert\s+(?:into|overwrite|or|all|first)\b|update\s|merge\s|"
    r"delete\s+from\b|truncate\s|create\s|alter\s+table\b|copy\s|unload\s*\(|replace\s+into\b|"
    r"drop\s+(?:table|view)\b|export\s+data\b|begin\b|declare\s|set\s|from\s+\S+\s+(?:select|insert)\b)",
    re.IGNORECASE | re.DOTALL,
)
HEAD_LENGTH = 4000
# `%s` and `%(name)s` of the DB-API, outside of quoted text, as the placeholders that parsers know.
_PLACEHOLDER = re.compile(r"'(?:[^']|'')*'|%\((\w+)\)s|%s")


def is_sql(text: str) -> bool:
    """Return whether `text` starts as a statement that reads or writes does."""
    return _STATEMENT.match(text[:HEAD_LENGTH]) is not None


# `:name` and `?` outside of quoted text and comments; `a::int` and `:a.b` are something else.
_PARAMETER = re.compile(
    r"'(?:[^'\\]|''|\\.)*'|\"[^\"]*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|(?<![:\w\])]):([a-zA-Z_]\w*)|\?",
    re.DOTALL,
)


def with_arguments(text: str, given: Value, machine: Machine) -> str:
    """Return `text` with the values of `spark.sql(text, args=given)` in place of its parameters.

    A value that is not known leaves its parameter as it is.
    """
    if not isinstance(given, dict | list | tuple):
        return text
    waiting = iter(given if isinstance(given, list | tuple) else ())
    named = given if isinstance(given, dict) else {}

    def value(match: re.Match[str]) -> str:
        if match.group(1):
            return _literal(named[match.group(1)]) if match.group(1) in named else match.group()
        return _literal(next(waiting, None), "?") if match.group() == "?" else match.group()

    def _literal(known: Value, otherwise: str = "") -> str:
        held = known.value if isinstance(known, Assumed) else known
        if isinstance(held, bool | int | float):
            return str(held)
        if isinstance(held, str):
            return "'" + str(held).replace("\\", "\\\\").replace("'", "\\'") + "'"
        return otherwise or f"'{to_text(held)}'"

    filled = as_text(_PARAMETER.sub(value, text), text, *named.values())
    machine.inherit_origin(filled, text)
    return filled


def run_text(text: str, call: Call, dialect: str = DIALECT) -> Handle | None:
    """Return the rows of the last query in `text`, run with the session's views in scope.

    None where it holds no query. Its writes are the file's; a module that is being imported writes
    in its own right.
    """
    machine = call.machine
    state = state_of(machine)
    origin = machine.findings.origins.get(text, call.at)
    machine.budget.spend(20 + len(text) // 20)
    said = (state.sql.catalog, state.sql.schema, *state.sql.values.items())
    place = (text, dialect, origin, machine.callers(), tuple(sorted(state.views.items())), said)
    count = state.seen[place] = state.seen.get(place, 0) + 1
    result = state.file.statements.get((place, count))
    if result is None:
        result = _lowered(text, origin, machine, dialect)
        state.file.statements[place, count] = result
    state.views = dict(result.views)
    if dialect == DIALECT:
        state.sql = kept(result.state)
    state.file.worked = True
    if not machine.importing:
        for write in result.writes:
            state.file.writes.setdefault(write)
        for declaration in result.declarations:
            state.file.declarations.setdefault(declaration)
    return result.handle


def run_sql(text: str, call: Call) -> Frame:
    """Return what `spark.sql(text)` gives: the rows of its last query, or none."""
    handle = run_text(text, call)
    if handle is None:
        return Frame(add(call.machine, Values(fingerprint="command")))
    return Frame(handle)


def with_placeholders(text: str) -> str:
    """Return `text` with the DB-API's `%s` as `?` and `%(name)s` as `:name`."""

    def known(match: re.Match[str]) -> str:
        if match.group(1):
            return f":{match.group(1)}"
        return "?" if match.group() == "%s" else match.group()

    return _PLACEHOLDER.sub(known, text) if "%" in text else text


def _lowered(text: str, origin: Location, machine: Machine, dialect: str) -> SqlResult:
    state = state_of(machine)
    script = Script(
        builder=state.file.builder, dialect=dialect, path=origin.file, job=state.file.job,
        first_line=origin.line,
        views=dict(state.views), state=kept(state.sql) if dialect == DIALECT else State(),
    )  # fmt: skip
    before = len(state.file.builder.nodes)
    handle = run_script(as_sql(text), script)
    if state.udfs:
        nodes = state.file.builder.nodes
        nodes[before:] = [with_udfs(node, state.udfs) for node in nodes[before:]]
    for warning in script.warnings:
        machine.warn(warning.message, Location(warning.file, warning.line))
    for edge in script.tables:
        state.file.tables.setdefault(edge)
    for pair in script.aliases:
        state.file.aliases.setdefault((pair[0], pair[1]))
    return SqlResult(handle, script.views, script.writes, script.declarations, script.state)


def kept(state: State) -> State:
    """Return what of a statement's state the session keeps: its schema and its variables."""
    return State(
        values=dict(state.values), types=dict(state.types), catalog=state.catalog,
        schema=state.schema,
    )  # fmt: skip
