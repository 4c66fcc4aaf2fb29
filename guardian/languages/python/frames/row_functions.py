"""Functions of Python over a row: which of its columns they use, without running them."""

import ast

from guardian.languages.python.function_code import function_fingerprint
from guardian.languages.python.machine import Machine
from guardian.languages.python.overriding import override
from guardian.languages.python.values import Bound, Function, Partial, Value

# What a row has that is no column.
METHODS = frozenset({
    "get", "keys", "items", "values", "copy", "to_dict", "pop", "name", "index", "update",
    "asDict", "append", "isnull", "notnull", "dropna", "fillna", "sum", "mean", "max", "min",
    "astype", "apply", "map", "squeeze", "tolist", "all", "any",
})  # fmt: skip


def code_of(function: Value, machine: Machine) -> str:
    """Return what tells a function's code from others."""
    inner = function.function if isinstance(function, Bound | Partial) else function
    if isinstance(inner, Function):
        machine.findings.called.add(inner.node)
    return function_fingerprint(function, "", machine.budget)


def columns_used(function: Value) -> list[str] | None:
    """Return the columns that a function takes from its first argument, in order.

    None where they are not known: the row goes somewhere as a whole, or a name is computed.
    """
    inner = function.function if isinstance(function, Bound | Partial) else function
    if not isinstance(inner, Function):
        return None
    parameters = [*inner.node.args.posonlyargs, *inner.node.args.args]
    if not parameters:
        return None
    row = parameters[-1].arg if isinstance(function, Bound) else parameters[0].arg
    body = inner.node.body if isinstance(inner.node.body, list) else [inner.node.body]
    found = _Used(row)
    for statement in body:
        found.visit(statement)
    return None if found.whole else list(dict.fromkeys(found.names))


class _Used(ast.NodeVisitor):
    """Collects `row["a"]`, `row.a` and `row.get("a")`; `whole` where the row is used otherwise."""

    def __init__(self, row: str) -> None:
        self.row = row
        self.names: list[str] = []
        self.whole = False

    def _is_row(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id == self.row

    @override
    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not self._is_row(node.value):
            self.generic_visit(node)
            return
        keys = node.slice.elts if isinstance(node.slice, ast.List) else [node.slice]
        for key in keys:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                if isinstance(node.ctx, ast.Load):
                    self.names.append(key.value)
            else:
                self.whole = True

    @override
    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        getter = isinstance(function, ast.Attribute) and function.attr == "get"
        if getter and isinstance(function, ast.Attribute) and self._is_row(function.value):
            key = node.args[0] if node.args else None
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                self.names.append(key.value)
                for argument in node.args[1:]:
                    self.visit(argument)
                return
        self.generic_visit(node)

    @override
    def visit_Attribute(self, node: ast.Attribute) -> None:
        if not self._is_row(node.value):
            self.generic_visit(node)
        elif node.attr in METHODS:
            self.whole = True
        else:
            self.names.append(node.attr)

    @override
    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not self._is_row(node.value):
            self.visit(node.value)

    @override
    def visit_Name(self, node: ast.Name) -> None:
        if node.id == self.row and isinstance(node.ctx, ast.Load):
            self.whole = True


def columns_changed(function: Value) -> tuple[list[str], list[str]] | None:
    """Return the columns that a function sets in its row, and those that it deletes.

    None where they are not known: a name is computed, or another row is returned.
    """
    inner = function.function if isinstance(function, Bound | Partial) else function
    if not isinstance(inner, Function) or isinstance(inner.node, ast.Lambda):
        return None
    parameters = [*inner.node.args.posonlyargs, *inner.node.args.args]
    if not parameters:
        return None
    row = parameters[-1].arg if isinstance(function, Bound) else parameters[0].arg
    made, gone = list[str](), list[str]()
    for node in ast.walk(inner.node):
        if isinstance(node, ast.Return):
            if not (isinstance(node.value, ast.Name) and node.value.id == row):
                return None
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            if not (isinstance(node.value, ast.Name) and node.value.id == row):
                continue
            if not (isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)):
                return None
            (made if isinstance(node.ctx, ast.Store) else gone).append(node.slice.value)
    return list(dict.fromkeys(made)), list(dict.fromkeys(gone))
