"""What tells two calls that are not understood apart.

Their meaning as far as it is known, not their layout.
"""

import ast
import hashlib
from collections.abc import Iterable

from guardian.languages.python.branches import Budget
from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.function_code import function_fingerprint
from guardian.languages.python.spark_columns import Column, WindowSpec
from guardian.languages.python.udfs import Udf
from guardian.languages.python.values import Call, Function, Value, fingerprintable, known


def digest(text: str) -> str:
    """Return a short digest of `text` that is the same on every machine."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def call_fingerprint(name: str, call: Call) -> str:
    """Return a digest of a call: its name and what its arguments are."""
    parts = [name]
    for index, value in enumerate(call.args):
        parts.append(described(value, call.syntax(index), call.machine.budget))
    for key, value in call.kwargs.items():
        parts.append(f"{key}={described(value, call.keyword_nodes.get(key), call.machine.budget)}")
    return digest("\n".join(parts))


def values_fingerprint(values: Iterable[Value]) -> str:
    """Return a digest of values alone."""
    return digest("\n".join(described(value, None) for value in values))


def described(value: Value, node: ast.expr | None, budget: Budget | None = None) -> str:
    """Return what tells a value from others.

    The syntax that made it where the value does not tell.
    """
    if isinstance(value, EachColumn):
        return f"each but {','.join(sorted(value.excluded))}"
    if isinstance(value, Column):
        return f"{value.tree.sql('spark', comments=False)} as {','.join(value.names)}"
    if isinstance(value, Function):
        return function_fingerprint(value, budget=budget)
    if isinstance(value, Udf):
        return value.fingerprint
    if isinstance(value, WindowSpec):
        return "window"
    if hasattr(value, "handle"):
        return "frame"
    if isinstance(value, str) or known(value):
        return fingerprintable(value)
    if isinstance(value, set | frozenset):
        return f"{{{','.join(sorted(described(item, None) for item in value)[:200])}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(described(item, None) for item in list(value)[:200])}]"
    if isinstance(value, dict):
        pairs = list(value.items())[:200]
        return repr([(described(key, None), described(item, None)) for key, item in pairs])
    return ast.dump(node)[:2000] if node is not None else type(value).__name__
