"""User-defined functions.

Opaque, but told apart by a fingerprint of their code and of the code that they call.
"""

import ast
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from sqlglot import exp

from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_columns import as_tree, combined
from guardian.languages.python.values import (
    MISSING,
    Bound,
    Call,
    ClassValue,
    Environment,
    Function,
    Instance,
    ModuleValue,
    Unknown,
    Value,
    fingerprintable,
    known,
)
from guardian.model.plan import Call as PlanCall
from guardian.model.plan import OpaqueExpr

MARK = "udf:"
FOLLOW_LIMIT = 50


@dataclass(frozen=True, eq=False)
class Udf:
    """A function that runs row by row (or batch by batch) where we do not look."""

    name: str
    fingerprint: str

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: what matters is calling it."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the column that it makes of its arguments."""
        if name in {"asNondeterministic", "asNonNullable"}:
            return self
        if name != "__call__":
            return Unknown()
        values = [*call.args, *call.kwargs.values()]
        trees = [as_tree(value, literal=False) for value in values]
        marked = f"{MARK}{self.fingerprint}:{self.name}"
        return combined(exp.Anonymous(this=marked, expressions=trees), values)


def udf_of(function: Value, machine: Machine) -> Udf:
    """Return the UDF that a function of the repository makes."""
    if isinstance(function, Udf):
        return function
    inner = function.function if isinstance(function, Bound) else function
    if isinstance(inner, Function):
        machine.findings.called.add(inner.node)
        return Udf(inner.name, function_fingerprint(inner))
    return Udf(getattr(function, "name", "") or "udf", "unknown")


def function_fingerprint(function: Function) -> str:
    """Return a digest of a function's code and of the repository's code that it uses.

    Comments, docstrings and layout are no part of it.
    """
    parts: list[str] = []
    pending: list[Value] = [function]
    seen: set[ast.AST] = set()
    while pending and len(seen) < FOLLOW_LIMIT:
        current = pending.pop(0)
        node = getattr(current, "node", None)
        if node is None or node in seen:
            continue
        seen.add(node)
        parts.append(_dump(node))
        if isinstance(current, Function):
            pending.extend(_used(current, node, parts))
        elif isinstance(current, ClassValue):
            methods = [item for item in current.attributes.values() if isinstance(item, Function)]
            pending.extend(methods)
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _dump(node: ast.AST) -> str:
    if isinstance(node, ast.Lambda):
        return ast.dump(node)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        body = node.body
        if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body = body[1:]
        return _parameters(node.args) + "".join(ast.dump(statement) for statement in body)
    return ast.dump(node)


def _parameters(arguments: ast.arguments) -> str:
    """Return the parameters without their annotations, which change no result."""
    parts = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    spare = [part.arg if part else "" for part in (arguments.vararg, arguments.kwarg)]
    defaults = [ast.dump(node) for node in (*arguments.defaults, *arguments.kw_defaults) if node]
    return repr(([part.arg for part in parts], spare, defaults))


def _used(function: Function, node: ast.AST, parts: list[str]) -> list[Value]:
    """Return the repository's functions that the code names.

    Constants that it names go into `parts`.
    """
    found: list[Value] = []
    for inner in ast.walk(node):
        value: Value = MISSING
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
            value = _named(function.closure, inner.id)
        elif isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name):
            owner = _named(function.closure, inner.value.id)
            value = _member(owner, inner.attr)
        if isinstance(value, Function | ClassValue):
            found.append(value)
        elif value is not MISSING and (known(value) or isinstance(value, dict)):
            parts.append(f"{getattr(inner, 'id', getattr(inner, 'attr', ''))}={_constant(value)}")
    return found


def _constant(value: Value) -> str:
    if isinstance(value, dict):
        return repr(
            [
                (str(key), fingerprintable(item) if known(item) else "?")
                for key, item in value.items()
            ]
        )
    if isinstance(value, set | frozenset):
        return repr(sorted(fingerprintable(item) for item in value))
    return fingerprintable(value)


def _named(scope: Environment, name: str) -> Value:
    holder = scope.find(name)
    return MISSING if holder is None else holder.names[name]


def _member(owner: Value, name: str) -> Value:
    if isinstance(owner, ModuleValue):
        return owner.environment.names.get(name, MISSING)
    if isinstance(owner, ClassValue):
        return owner.find(name)
    return owner.attributes.get(name, MISSING) if isinstance(owner, Instance) else MISSING


_Part = TypeVar("_Part")


def with_udfs(part: _Part, registered: Mapping[str, object]) -> _Part:
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


def _as_udf(part: object, registered: Mapping[str, object]) -> object:
    if isinstance(part, tuple):
        return tuple(_as_udf(item, registered) for item in part)
    function = registered.get(part.name) if isinstance(part, PlanCall) else None
    if isinstance(part, PlanCall) and isinstance(function, Udf):
        return OpaqueExpr(function.fingerprint, part.args, function.name)
    return part
