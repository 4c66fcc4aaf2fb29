"""How a module calls Spark's functions, and the import that it needs to do so."""

import re
from collections.abc import Iterator

import libcst as cst
from libcst.codemod import CodemodContext
from libcst.codemod.visitors import AddImportsVisitor

from guardian.rewriting import Splice

SPARK, FUNCTIONS = "pyspark.sql", "pyspark.sql.functions"


class Imports:
    """The imports of one module."""

    def __init__(self, module: cst.Module) -> None:
        """Read them when they are first asked for."""
        self._module = module
        self._known: dict[str, tuple[str, tuple[Splice, ...]]] = {}

    def function(self, name: str) -> tuple[str, tuple[Splice, ...]]:
        """Return how a function of `pyspark.sql.functions` is called; and the import to be added.

        None is added where the module has one that will do.
        """
        if name not in self._known:
            known = next(self._called(name), None)
            self._known[name] = (known, ()) if known else self._added(name)
        return self._known[name]

    def _called(self, name: str) -> Iterator[str]:
        statements = _import_statements(self._module)
        for statement in statements:
            if isinstance(statement, cst.Import):
                for one in statement.names:
                    if one.evaluated_name == FUNCTIONS:
                        yield f"{one.evaluated_alias or FUNCTIONS}.{name}"
            else:
                yield from _called_from(statement, name)

    def _added(self, name: str) -> tuple[str, tuple[Splice, ...]]:
        alias = "F" if not re.search(r"\bF\b", self._module.code) else None
        context = CodemodContext()
        AddImportsVisitor.add_needed_import(context, SPARK, "functions", alias)
        first = self._first_statements()
        new = AddImportsVisitor(context).transform_module(first).code
        # Of no statements at all it makes an end of line that is not there.
        before = first.code if first.body else ""
        lines = new if new.endswith("\n") or first.code == self._module.code else f"{new}\n"
        return f"{alias or 'functions'}.{name}", tuple(_difference(before, lines))

    def _first_statements(self) -> cst.Module:
        """Return the module up to its last import: what follows costs time and bears on nothing."""
        body = self._module.body
        first = int(self._module.get_docstring() is not None)
        last = max((n for n, line in enumerate(body, start=1) if _imports(line)), default=first)
        return self._module.with_changes(body=body[:last], footer=())


def _import_statements(module: cst.Module) -> Iterator[cst.Import | cst.ImportFrom]:
    for line in module.body:
        yield from _imports(line)


def _imports(line: cst.CSTNode) -> list[cst.Import | cst.ImportFrom]:
    if not isinstance(line, cst.SimpleStatementLine):
        return []
    return [one for one in line.body if isinstance(one, (cst.Import, cst.ImportFrom))]


def _called_from(statement: cst.ImportFrom, name: str) -> Iterator[str]:
    source = cst.Module([]).code_for_node(statement.module) if statement.module else ""
    if isinstance(statement.names, cst.ImportStar):
        if source == FUNCTIONS:
            yield name
        return
    for one in statement.names:
        own = one.evaluated_alias or one.evaluated_name
        if source == FUNCTIONS and one.evaluated_name == name:
            yield own
        if source == SPARK and one.evaluated_name == "functions":
            yield f"{own}.{name}"


def _difference(before: str, after: str) -> Iterator[Splice]:
    """Yield the one piece in which two texts differ."""
    start = _alike(before, after)
    end = len(before) - _alike(before[start:][::-1], after[start:][::-1])
    if before != after:
        yield Splice(start, end, after[start : len(after) - len(before) + end])


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
