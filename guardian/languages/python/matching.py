"""`match` statements: whether a pattern fits a value, and the names that it binds."""

import ast
from collections.abc import Sequence

from guardian.languages.python.machine import Machine
from guardian.languages.python.values import (
    Builtin,
    ClassValue,
    Environment,
    Instance,
    Text,
    Unknown,
    Value,
    fingerprintable,
    known,
    truth,
)


def fits(pattern: ast.pattern, subject: Value, scope: Environment, machine: Machine) -> Value:
    """Return whether `pattern` fits: True, False, or an `Unknown` where only a run would tell."""
    match pattern:
        case ast.MatchValue(value=node):
            return machine.compare(ast.Eq(), subject, machine.evaluate(node, scope))
        case ast.MatchSingleton(value=constant):
            return machine.compare(ast.Is(), subject, constant)
        case ast.MatchAs(pattern=inner, name=name):
            if name:
                scope.assign(name, subject)
            return True if inner is None else fits(inner, subject, scope, machine)
        case ast.MatchOr(patterns=options):
            return _any([fits(option, subject, scope, machine) for option in options])
        case ast.MatchSequence(patterns=parts):
            return _sequence(parts, subject, scope, machine)
        case ast.MatchMapping():
            return _mapping(pattern, subject, scope, machine)
        case ast.MatchClass():
            return _class(pattern, subject, scope, machine)
        case _:
            return Unknown()


def _any(answers: Sequence[Value]) -> Value:
    if True in answers:
        return True
    left = [answer for answer in answers if answer is not False]
    return Unknown(key=" or ".join(map(fingerprintable, left))) if left else False


def _all(answers: Sequence[Value]) -> Value:
    if False in answers:
        return False
    left = [answer for answer in answers if answer is not True]
    return Unknown(key=" and ".join(map(fingerprintable, left))) if left else True


def _bind_rest(pattern: ast.pattern, scope: Environment, subject: Value) -> None:
    """Bind the names of a pattern whose value is not known."""
    handles = subject.handles if isinstance(subject, Unknown) else ()
    for node in ast.walk(pattern):
        name = getattr(node, "name", getattr(node, "rest", None))
        if isinstance(node, ast.MatchAs | ast.MatchStar | ast.MatchMapping) and name:
            scope.assign(name, Unknown(name, handles=handles))


def _sequence(
    parts: Sequence[ast.pattern], subject: Value, scope: Environment, machine: Machine
) -> Value:
    if isinstance(subject, Unknown | Text):
        for part in parts:
            _bind_rest(part, scope, subject)
        return Unknown(key=f"{len(parts)} parts of {fingerprintable(subject)}")
    if isinstance(subject, str | dict | set) or (
        known(subject) and not isinstance(subject, list | tuple)
    ):
        return False
    elements = machine.iterate(subject)
    if elements is None:
        return Unknown()
    star = next((i for i, part in enumerate(parts) if isinstance(part, ast.MatchStar)), None)
    if star is None:
        if len(elements) != len(parts):
            return False
    else:
        behind = len(parts) - star - 1
        if len(elements) < len(parts) - 1:
            return False
        middle = elements[star : len(elements) - behind]
        elements = [*elements[:star], middle, *elements[len(elements) - behind :]]
    return _all(
        [
            _star(part, element, scope)
            if isinstance(part, ast.MatchStar)
            else fits(part, element, scope, machine)
            for part, element in zip(parts, elements, strict=True)
        ]
    )


def _star(part: ast.MatchStar, elements: Value, scope: Environment) -> Value:
    if part.name:
        scope.assign(part.name, elements)
    return True


def _mapping(
    pattern: ast.MatchMapping, subject: Value, scope: Environment, machine: Machine
) -> Value:
    if not isinstance(subject, dict):
        if not isinstance(subject, Unknown):
            return False
        _bind_rest(pattern, scope, subject)
        return Unknown()
    answers: list[Value] = []
    keys = [machine.evaluate(key, scope) for key in pattern.keys]
    for key, inner in zip(keys, pattern.patterns, strict=True):
        if not known(key) or key not in subject:
            return False
        answers.append(fits(inner, subject[key], scope, machine))
    if pattern.rest:
        rest = {key: value for key, value in subject.items() if key not in keys}
        scope.assign(pattern.rest, rest)
    return _all(answers)


def _class(pattern: ast.MatchClass, subject: Value, scope: Environment, machine: Machine) -> Value:
    kind = machine.evaluate(pattern.cls, scope)
    held = truth(machine.apply(machine.builtin("isinstance"), subject, kind))
    if held is False:
        return False
    answers: list[Value] = [True if held else Unknown(key=f"{fingerprintable(subject)} fits")]
    named = list(zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True))
    if isinstance(kind, Builtin) and len(pattern.patterns) == 1:
        answers.append(fits(pattern.patterns[0], subject, scope, machine))
    elif isinstance(kind, ClassValue):
        own = kind.find("__match_args__")
        names = [str(name) for name in own] if isinstance(own, tuple) else list(kind.fields())
        named = [*zip(names, pattern.patterns, strict=False), *named]
    for name, inner in named:
        if held is None and not isinstance(subject, Instance):
            _bind_rest(inner, scope, subject)
        else:
            answers.append(fits(inner, machine.attribute(subject, name), scope, machine))
    return _all(answers)
