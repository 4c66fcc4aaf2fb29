"""`%run`.

Another notebook of the repository, run with the names and the session of the one that asks for it.
"""

import re

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

_PARAMETER = re.compile(r"\$\{(\w+)\}|(?<![\w$])\$([A-Za-z_]\w*)")

INCLUDE_DEPTH = 10


def run_notebook(call: Call) -> Value:
    """Run the notebook that the call names."""
    machine = call.machine
    name = plain(to_text(call.value(0)))
    module = _load(name, machine, call)
    scope = machine.main_scope
    if module is None or scope is None:
        return None
    if machine.including >= INCLUDE_DEPTH:
        machine.warn(f"`%run {name}` is nested too deeply and was not followed", call.at)
        return None
    machine.including += 1
    try:
        machine.run_module(module, _inside(module, scope))
    finally:
        machine.including -= 1
    return None


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

    filled = as_text(_PARAMETER.sub(shown, text))
    if filled != text:
        call.machine.inherit_origin(filled, text)
    return run_sql(filled, call)


def _inside(module: Module, scope: Environment) -> Environment:
    """Return the asking notebook's names, for code that stands in the other notebook."""
    inner = Environment(module)
    inner.names = scope.names
    inner.stars = scope.stars
    return inner


def _load(name: str, machine: Machine, call: Call) -> Module | None:
    from guardian.languages.notebook import locate, program_of  # noqa: PLC0415 - it imports this package

    importer = machine.module.path if machine.module is not None else ""
    path = locate(name, importer, machine.finder.paths)
    file = machine.finder.sources.read(path) if path is not None else None
    if file is None:
        machine.warn(f"the notebook `{name}` of this `%run` is not in the repository", call.at)
        return None
    warnings: list[Diagnostic] = []
    program = program_of(file, warnings)
    for warning in warnings:
        machine.findings.warnings.setdefault(warning)
    if program is None:
        return None
    module = parse_module(file.path, program.text, line_numbers=program.line_numbers)
    return module if isinstance(module, Module) else None
