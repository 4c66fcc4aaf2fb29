"""One of several known functions or classes where only a run would tell which."""

import re

from guardian.languages.python.branches import OPTION_LIMIT, OPTION_SITE
from guardian.languages.python.machine import Machine
from guardian.languages.python.values import (
    SYMBOL,
    Bound,
    ClassValue,
    Function,
    Instance,
    ModuleValue,
    Partial,
    StaticMethod,
    Value,
    fingerprintable,
    known,
    only_symbol,
)
from guardian.model.lineage import Location

DEPTH_LIMIT = 2


def is_step(value: Value, depth: int = 0) -> bool:
    """Return whether a value of a table does something, or holds what does."""
    if isinstance(value, Function | ClassValue | Bound | Partial | StaticMethod | ModuleValue):
        return True
    if isinstance(value, Instance):
        return "value" not in value.attributes
    if depth >= DEPTH_LIMIT:
        return False
    if isinstance(value, dict):
        return any(is_step(item, depth + 1) for item in value.values())
    return isinstance(value, tuple | list) and any(is_step(item, depth + 1) for item in value)


def one_of(options: dict[Value, Value], key: Value, at: Location, machine: Machine) -> Value:
    """Return one of the options by their names, each on a path of its own."""
    names = list(options)[:OPTION_LIMIT]
    machine.budget.divide(len(names))
    for index, name in enumerate(names[:-1]):
        site = (at.file, at.line, OPTION_SITE + index)
        if machine.path.decide(site, f"{fingerprintable(key)} == {fingerprintable(name)}"):
            return options[name]
    return options[names[-1]]


def table_of_steps(table: dict[Value, Value], key: Value) -> dict[Value, Value]:
    """Return the entries of a table of functions, where the key is not known; else none.

    A table of more entries than could be followed is no table of commands.
    """
    if known(key) or not 0 < len(table) <= OPTION_LIMIT:
        return {}
    if not all(is_step(value) for value in table.values()):
        return {}
    return table


def named_steps(owner: Value, name: Value) -> dict[Value, Value]:
    """Return what a module or a class defines itself under a name that is not known whole."""
    fits = re.compile(pattern_of(name) if isinstance(name, str) else r"[^_].*")
    match owner:
        case ModuleValue():
            own = {
                key: value
                for key, value in owner.environment.names.items()
                if isinstance(value, Function | ClassValue)
                and value.module.path == owner.module.path
            }
        case Instance():
            return {
                key: Bound(owner, key, value)
                for cls in reversed(owner.cls.lineage())
                for key, value in cls.attributes.items()
                if isinstance(value, Function) and fits.fullmatch(key)
            }
        case _:
            return {}
    return {key: value for key, value in own.items() if fits.fullmatch(key)}


def pattern_of(text: str, wild: str = r"\w+") -> str:
    """Return the regular expression of a text whose unknown parts may be any word.

    A text that is not known at all is any public name.
    """
    if only_symbol(text) is not None:
        return rf"(?!_){wild}"
    pieces = SYMBOL.split(text)
    return "".join(wild if index % 2 else re.escape(part) for index, part in enumerate(pieces))
