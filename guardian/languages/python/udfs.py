"""User-defined functions.

Opaque, but told apart by a fingerprint of their code and of the code that they call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import msgspec
from sqlglot import exp

from guardian.languages.python.branches import Budget
from guardian.languages.python.function_code import function_fingerprint
from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_calls import labelled
from guardian.languages.python.spark_columns import Column, as_tree, combined
from guardian.languages.python.spark_types import type_text
from guardian.languages.python.values import (
    MISSING,
    Bound,
    Builtin,
    Call,
    ClassValue,
    External,
    Function,
    Partial,
    Unknown,
    Value,
)
from guardian.model.plan import Call as PlanCall
from guardian.model.plan import Expr, OpaqueExpr

MARK = "udf:"


@dataclass(frozen=True, eq=False)
class Udf:
    """A function that runs row by row (or batch by batch) where we do not look.

    `returns` is the type that it was given, which is part of what it does.
    """

    name: str
    function: Value
    returns: str
    budget: Budget

    @cached_property
    def fingerprint(self) -> str:
        """Return what tells its code from others.

        Taken when it is first asked for: functions that it calls may be defined below it.
        """
        return function_fingerprint(self.function, self.returns, self.budget)

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: what matters is calling it."""
        del machine
        return self.function if name == "func" else MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the column that it makes of its arguments."""
        if name in {"asNondeterministic", "asNonNullable"}:
            return self
        if name != "__call__":
            return Unknown()
        values = [*call.args, *call.kwargs.values()]
        trees = [as_tree(value, literal=False) for value in values]
        called = exp.Anonymous(this=MARK + self.fingerprint, expressions=trees)
        shown = "<lambda>" if self.name == "lambda" else self.name
        return combined(labelled(called, shown, trees), values)


def opaque_udf(fingerprint: str, args: tuple[Expr, ...]) -> OpaqueExpr:
    """Return a call of a UDF in the plan.

    It is called after its code: its own name tells nothing, and two versions are told apart.
    """
    return OpaqueExpr(fingerprint, args, f"udf_{fingerprint[:4]}")


def opaque_column(name: str, fingerprint: str, columns: Sequence[Value]) -> Column:
    """Return the column that a function which is not read makes of the columns it is given."""
    trees = [as_tree(value, literal=False) for value in columns]
    called = exp.Anonymous(this=MARK + fingerprint, expressions=trees)
    return combined(labelled(called, name, trees), columns)


def is_callable(value: Value) -> bool:
    """Return whether a value is a function, and not the type that a function is to return."""
    if isinstance(value, External):
        return not value.path.endswith("Type")
    return isinstance(value, Function | Bound | Partial | ClassValue | Builtin | Udf)


def udf_of(function: Value, machine: Machine, returns: Value = None) -> Udf:
    """Return the UDF that a function of the repository makes."""
    if isinstance(function, Udf):
        return function
    kind = type_text(returns) or "string"
    inner = function.function if isinstance(function, Bound | Partial) else function
    if isinstance(inner, Function):
        machine.findings.called.add(inner.node)
        return Udf(inner.name, function, kind, machine.budget)
    return Udf(getattr(function, "name", "") or "udf", function, kind, machine.budget)


_Part = TypeVar("_Part")


def with_udfs(part: _Part, registered: Mapping[str, Udf]) -> _Part:
    """Return a part of a plan with calls of registered functions opaque, told by their code."""
    if isinstance(part, tuple):
        return type(part)(with_udfs(item, registered) for item in part)
    if not isinstance(part, msgspec.Struct):
        return part
    changes = {}
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if isinstance(value, tuple | msgspec.Struct):
            changed = _as_udf(with_udfs(value, registered), registered)
            if changed != value:
                changes[name] = changed
    return msgspec.structs.replace(part, **changes) if changes else part


def _as_udf(part: object, registered: Mapping[str, Udf]) -> object:
    if isinstance(part, tuple):
        return tuple(_as_udf(item, registered) for item in part)
    function = registered.get(part.name) if isinstance(part, PlanCall) else None
    if isinstance(part, PlanCall) and function is not None:
        return opaque_udf(function.fingerprint, part.args)
    return part
