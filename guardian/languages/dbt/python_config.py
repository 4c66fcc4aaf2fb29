"""What a dbt model in Python says of itself with `dbt.config(…)`."""

import ast
from collections.abc import Iterator
from typing import Any


def stated_config(text: str) -> dict[str, Any]:
    """Return the values that `dbt.config(…)` states in a model's text as constants."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    stated: dict[str, Any] = {}
    for call in _calls(tree, "config"):
        for keyword in call.keywords:
            if keyword.arg and isinstance(keyword.value, ast.Constant | ast.List | ast.Dict):
                try:
                    stated[keyword.arg] = ast.literal_eval(keyword.value)
                except (ValueError, TypeError, RecursionError):
                    continue
    return stated


def _calls(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == name
        ):
            yield node
