"""Copies of what a module holds: all that a run could change is copied, the rest is shared."""

import ast
from collections.abc import Callable
from dataclasses import fields
from types import FunctionType

from guardian.languages.python.branches import Budget
from guardian.languages.python.modules import Module
from guardian.languages.python.values import (
    Assumed,
    AssumedText,
    Bound,
    Builtin,
    ClassMethod,
    ClassValue,
    Environment,
    External,
    Function,
    Given,
    Instance,
    Missing,
    ModuleValue,
    Package,
    Partial,
    Property,
    StaticMethod,
    Super,
    Text,
    Unknown,
    Value,
)
from guardian.model.lineage import Location

# Values that nothing changes: the copy is the value itself.
PLAIN: frozenset[type] = frozenset({
    str, int, float, bool, complex, bytes, slice, type(None), Text, AssumedText, Assumed, External,
    Given, Location, Missing, Module, Package, Unknown, ast.AsyncFunctionDef, ast.ClassDef,
    ast.FunctionDef, ast.Lambda,
})  # fmt: skip
# Values of fields, frozen or not: the copy has copies of them.
COMPOUND: frozenset[type] = frozenset({
    Bound, ClassMethod, ClassValue, Function, Instance, ModuleValue, Partial, Property,
    StaticMethod, Super,
})  # fmt: skip


class NotSharedError(Exception):
    """A value that may belong to one run only, so that its module cannot be shared."""


class Copier:
    """Copies values, each once; `known` holds what was copied already, by identity."""

    def __init__(
        self, known: dict[int, Value], *, plain: frozenset[type], compound: frozenset[type]
    ) -> None:
        self.known = known
        self.pairs: list[tuple[Value, Value]] = []
        self._plain = plain
        self._compound = compound
        self._open: list[Callable[[], None]] = []
        self._budget: Budget | None = None

    def module(self, environment: Environment, into: Environment, budget: Budget) -> None:
        """Fill `into` with a copy of a module's names.

        Raises:
            NotSharedError: one of its values cannot be copied.
        """
        self._budget = budget
        self._environment(environment, into)
        while self._open:
            self._open.pop()()

    def _copy(self, value: Value) -> Value:
        kind = type(value)
        if kind in self._plain:
            return value
        found = self.known.get(id(value))
        if found is not None:
            return found
        if kind is dict:
            return self._dict(value)  # type: ignore[arg-type]  # its type was just looked at
        if kind is list:
            return self._list(value)  # type: ignore[arg-type]  # its type was just looked at
        if kind in self._compound:
            return self._fields(value)
        return self._rarer(value)

    def _rarer(self, value: Value) -> Value:
        if isinstance(value, tuple | frozenset):
            parts = [self._copy(item) for item in value]
            same = all(one is other for one, other in zip(parts, value, strict=True))
            return self._noted(value, value if same else type(value)(parts))
        if type(value) is set:
            return self._noted(value, {self._copy(item) for item in value})
        if isinstance(value, Environment):
            return self._environment(value)
        if isinstance(value, ast.AST):
            return value
        if isinstance(value, Budget):
            return self._budget
        if isinstance(value, Builtin):
            handler = value.handler
            if isinstance(handler, FunctionType) and handler.__closure__ is None:
                return value
        raise NotSharedError(type(value).__name__)

    def _noted(self, value: Value, made: Value) -> Value:
        self.known[id(value)] = made
        self.pairs.append((value, made))
        return made

    def _dict(self, value: dict[Value, Value]) -> Value:
        made: dict[Value, Value] = {}
        self._noted(value, made)
        copy = self._copy
        self._open.append(
            lambda: made.update({copy(key): copy(item) for key, item in value.items()})
        )
        return made

    def _list(self, value: list[Value]) -> Value:
        made: list[Value] = []
        self._noted(value, made)
        self._open.append(lambda: made.extend(map(self._copy, value)))
        return made

    def _fields(self, value: Value) -> Value:
        made: Value = object.__new__(type(value))
        self._noted(value, made)
        state = made.__dict__

        def fill() -> None:
            for name in field_names(type(value)):
                state[name] = self._copy(getattr(value, name))

        self._open.append(fill)
        return made

    def _environment(self, value: Environment, into: Environment | None = None) -> Environment:
        if into is None and value.around is None:
            raise NotSharedError(value.module.path)  # a module that was not lent
        made = into or Environment(value.module)
        self._noted(value, made)

        def fill() -> None:
            around = self._copy(value.around)
            made.around = around if isinstance(around, Environment) else None
            copied = self.known.get(id(value.names))
            made.names = copied if isinstance(copied, dict) else self._filled(value.names)
            for name, holder in value.shared.items():
                where = self._copy(holder)
                if isinstance(where, Environment):
                    made.shared[name] = where
            made.stars = list(value.stars)

        self._open.append(fill)
        return made

    def _filled(self, names: dict[str, Value]) -> dict[str, Value]:
        made: dict[str, Value] = {}
        self._noted(names, made)
        for name, value in names.items():
            made[name] = self._copy(value)
        return made


_FIELDS: dict[type, tuple[str, ...]] = {}


def field_names(kind: type) -> tuple[str, ...]:
    """Return the names of the fields of a dataclass."""
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(one.name for one in fields(kind))
    return _FIELDS[kind]
