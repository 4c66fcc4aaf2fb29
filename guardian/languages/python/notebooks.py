"""`%run`.

Another notebook of the repository, run with the names and the session of the one that asks for it.
"""

import ast
import re
from collections.abc import Mapping
from functools import lru_cache

from guardian.languages.python.machine import Machine
from guardian.languages.python.modules import Module, parse_module
from guardian.languages.python.spark_state import state_of
from guardian.languages.python.values import (
    Call,
    Environment,
    Unknown,
    Value,
    as_text,
    plain,
    to_text,
)
from guardian.model.lineage import Diagnostic
from guardian.model.source import SourceFile

_PARAMETER = re.compile(r"\$\{(\w+)\}|(?<![\w$])\$([A-Za-z_]\w*)")

_IDENTIFIER = re.compile(r"\bIDENTIFIER\s*\([^()]{1,2000}\)", re.IGNORECASE)
_MARKER = re.compile(r"'[^'\n]*'|:([A-Za-z_]\w*)")

INCLUDE_DEPTH = 10


def run_notebook(call: Call) -> Value:
    """Run the notebook that the call names."""
    machine = call.machine
    name = plain(to_text(call.value(0)))
    module = _load(name, machine, call)
    scope = machine.main_scope
    if module is None or scope is None or module.path in machine.defined:
        return None
    if machine.including >= INCLUDE_DEPTH:
        machine.warn(f"`%run {name}` is nested too deeply and was not followed", call.at)
        return None
    machine.including += 1
    try:
        machine.run_module(module, _inside(module, scope))
    finally:
        machine.including -= 1
    if only_defines(module):
        machine.defined.add(module.path)
    return None


def only_defines(module: Module) -> bool:
    """Return whether running a notebook again would change nothing: it only defines names."""
    return all(
        isinstance(
            statement,
            ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom | ast.Assign
            | ast.AnnAssign | ast.Pass,
        )
        or (isinstance(statement, ast.Expr) and _includes(statement.value))
        for statement in module.tree.body
    )  # fmt: skip


def _includes(node: ast.expr) -> bool:
    """Return whether an expression is a text, or a `%run` that passes nothing."""
    if isinstance(node, ast.Call):
        named = isinstance(node.func, ast.Name) and node.func.id == "__run_notebook__"
        return named and len(node.args) == 1
    return isinstance(node, ast.Constant)


def run_cell(call: Call) -> Value:
    """Return the rows of an SQL cell.

    Widgets that it names (`$db`, `${db}`) are put in where they are known.
    """
    from guardian.languages.python.sql_text import run_sql  # noqa: PLC0415 - it needs the machine's library

    text = call.value(0)
    if not isinstance(text, str):
        return None
    widgets = state_of(call.machine).widgets

    def shown(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(2)
        return to_text(widgets.get(name, Unknown(name)), hint=name)

    filled = as_text(
        _IDENTIFIER.sub(lambda name: _named(name, widgets), _PARAMETER.sub(shown, text))
    )
    if filled != text:
        call.machine.inherit_origin(filled, text)
    return run_sql(filled, call)


def _named(found: re.Match[str], widgets: Mapping[str, Value]) -> str:
    """Return a name that an expression makes with the widgets that the notebook gives a value."""

    def shown(part: re.Match[str]) -> str:
        value = widgets.get(part.group(1)) if part.group(1) else None
        return f"'{value}'" if isinstance(value, str) else part.group(0)

    return _MARKER.sub(shown, found.group(0))


def _inside(module: Module, scope: Environment) -> Environment:
    """Return the asking notebook's names, for code that stands in the other notebook."""
    inner = Environment(module)
    inner.names = scope.names
    inner.stars = scope.stars
    return inner


def _load(name: str, machine: Machine, call: Call) -> Module | None:
    from guardian.languages.notebook import locate  # noqa: PLC0415 - it imports this package

    importer = machine.module.path if machine.module is not None else ""
    path = locate(name, importer, machine.finder.paths)
    file = machine.finder.sources.read(path) if path is not None else None
    if file is None:
        machine.warn(f"the notebook `{name}` of this `%run` is not in the repository", call.at)
        return None
    module, warnings = _parsed(file)
    for warning in warnings:
        machine.findings.warnings.setdefault(warning)
    return module


@lru_cache(maxsize=64)
def _parsed(file: SourceFile) -> tuple[Module | None, tuple[Diagnostic, ...]]:
    """Return a notebook's program and what could not be read of it: many include the same few."""
    from guardian.languages.notebook import program_of  # noqa: PLC0415 - it imports this package

    warnings: list[Diagnostic] = []
    program = program_of(file, warnings)
    if program is None:
        return None, tuple(warnings)
    module = parse_module(file.path, program.text, line_numbers=program.line_numbers)
    return module if isinstance(module, Module) else None, tuple(warnings)
