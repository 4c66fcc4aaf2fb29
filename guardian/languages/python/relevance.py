"""Which blocks bear on data at all.

A branch that only logs, or only raises, opens no path worth following.
"""

import ast
from collections.abc import MutableMapping, Sequence

from guardian.languages.python.values import Given, Value

QUIET_OWNERS = frozenset(
    {"logger", "logging", "log", "warnings", "LOGGER", "LOG", "_logger", "console", "metrics"}
)
QUIET_NAMES = frozenset({"print", "display", "exit", "quit"})
QUIET_METHODS = frozenset({
    "info", "debug", "warning", "warn", "error", "exception", "critical", "log", "exit", "stop",
    "show", "sleep",
    "printSchema", "explain", "commit", "setLogLevel", "print_help", "unpersist", "close", "flush",
    "format_exc",
    "print_exc", "add_argument", "setLevel",
})  # fmt: skip
ARGUMENT_READERS = frozenset({"argv", "environ", "getenv", "getResolvedOptions"})
Memory = MutableMapping[ast.AST, bool]


def matters(body: Sequence[ast.stmt], memory: Memory) -> bool:
    """Return whether running `body` could make a difference to what is read, made or written."""
    return any(_statement_matters(statement, memory) for statement in body)


def argument_given(
    condition: Value, body: Sequence[ast.AST], other: Sequence[ast.AST]
) -> bool | None:
    """Return whether to take `body`, where the test is that a job argument is given.

    A job is taken to be started with the arguments that it goes on to read; a mere flag may be
    there or not: None.
    """
    if not isinstance(condition, Given):
        return None
    return condition.positive if _reads_arguments(body if condition.positive else other) else None


def _reads_arguments(body: Sequence[ast.AST]) -> bool:
    return any(
        getattr(node, "attr", getattr(node, "id", "")) in ARGUMENT_READERS
        for statement in body
        for node in ast.walk(statement)
    )


def _statement_matters(statement: ast.stmt, memory: Memory) -> bool:
    if statement not in memory:
        memory[statement] = _judge(statement, memory)
    return memory[statement]


def _judge(statement: ast.stmt, memory: Memory) -> bool:
    match statement:
        case ast.Pass() | ast.Raise() | ast.Import() | ast.ImportFrom() | ast.Assert():
            return False
        case ast.Expr(value=value):
            return not _is_quiet(value)
        case ast.If(body=body, orelse=other):
            return matters(body, memory) or matters(other, memory)
        case _:
            pass
    return True


def _is_quiet(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return True
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id in QUIET_NAMES
    if isinstance(node.func, ast.Attribute):
        owner = node.func.value
        named = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
        return node.func.attr in QUIET_METHODS or named in QUIET_OWNERS
    return False


def gives_up(body: Sequence[ast.stmt], memory: Memory) -> bool:
    """Return whether `body` does nothing but report, and then raises or exits."""
    if not body or matters(body[:-1], memory):
        return False
    last = body[-1]
    if isinstance(last, ast.Raise):
        return True
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        function = last.value.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        return name in {"exit", "_exit", "quit", "abort"}
    return False
