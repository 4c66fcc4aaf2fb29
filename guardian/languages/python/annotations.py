"""What a parameter or a field that nobody passes may be, told by its annotation."""

import ast

from guardian.languages.python.machine import Machine
from guardian.languages.python.values import (
    MISSING,
    Call,
    ClassValue,
    Environment,
    Instance,
    Unknown,
    Value,
)

TEXT_LENGTH = 200
# Annotations that stand for the class that they hold.
WRAPPERS = frozenset({"Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired"})


def unpassed(name: str, annotation: ast.expr | None, scope: Environment, machine: Machine) -> Value:
    """Return what stands for a value that nobody passes: by its type, its name, or unknown."""
    text = ast.unparse(annotation)[:TEXT_LENGTH] if annotation is not None else ""
    cls = _class_of(annotation, scope, machine)
    if isinstance(cls, ClassValue):
        return _any_instance(cls, name, machine)
    value = machine.library.parameter(name, text, machine)
    return Unknown(name) if value is MISSING else value


def _any_instance(cls: ClassValue, name: str, machine: Machine) -> Value:
    """Return an object of the class, made with values that nobody passed."""
    members = any(isinstance(item, Instance) for item in cls.attributes.values())
    if cls in machine.standing_in or members:
        return Unknown(name)
    machine.standing_in.append(cls)
    try:
        return machine.instantiate(cls, Call(machine, [], {}))
    finally:
        machine.standing_in.pop()


def _class_of(node: ast.expr | None, scope: Environment, machine: Machine) -> Value:
    match node:
        case ast.Constant(value=str(text)):
            return _class_of(_parsed(text), scope, machine)
        case ast.Name(id=name):
            return _named(name, scope, machine)
        case ast.Attribute(value=owner, attr=name):
            found = _class_of(owner, scope, machine)
            return found if isinstance(found, ClassValue | None) else machine.attribute(found, name)
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            sides = [item for item in (left, right) if not _is_none(item)]
            return _class_of(sides[0], scope, machine) if len(sides) == 1 else None
        case ast.Subscript(value=wrapper, slice=inner):
            first = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
            name = getattr(wrapper, "attr", getattr(wrapper, "id", ""))
            return _class_of(first if name in WRAPPERS else wrapper, scope, machine)
        case _:
            return None


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body if len(text) < TEXT_LENGTH else None
    except (SyntaxError, ValueError):
        return None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _named(name: str, scope: Environment, machine: Machine) -> Value:
    holder = scope.find(name)
    if holder is not None:
        return holder.names[name]
    _import_for_types(name, scope, machine)
    return scope.outermost().names.get(name)


def _import_for_types(name: str, scope: Environment, machine: Machine) -> None:
    """Bind a name that is imported for type checkers only."""
    for statement in scope.module.tree.body:
        if not (isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.dump(statement.test)):
            continue
        for inner in statement.body:
            if isinstance(inner, ast.ImportFrom | ast.Import) and name in {
                alias.asname or alias.name.partition(".")[0] for alias in inner.names
            }:
                machine.execute_body([inner], scope.outermost())
