"""Rules over Python: one place of a module turned into another."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Code:
    """One file of Python."""

    tree: ast.Module

    def text(self, *, pretty: bool = False) -> str:  # noqa: ARG002 - one layout alone
        return ast.unparse(ast.fix_missing_locations(self.tree)) + "\n"


@dataclass(frozen=True, slots=True)
class Around:
    """What a rule may know: the whole module and a seeded chance."""

    module: ast.Module
    chance: Random

    def name(self, prefix: str) -> str:
        """Return a name that nothing else has."""
        return f"{prefix}_{self.chance.randrange(100_000)}"


# Takes a place, a copy to do with what it likes; returns what is to stand there, or None.
Turning: TypeAlias = Callable[[Any, Around], ast.AST | None]
# Takes a whole module, a copy; returns whether it changed it.
Reworking: TypeAlias = Callable[[ast.Module, Around], bool]
Step: TypeAlias = Callable[[Code, Random], Code | None]


class Book:
    """Rules of Python by name."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}

    def at(self, name: str, *kinds: type[ast.AST]) -> Callable[[Turning], Turning]:
        """Return what adds a rule about single nodes."""

        def added(turning: Turning) -> Turning:
            self.steps[name] = _turned(turning, kinds)
            return turning

        return added

    def over(self, name: str) -> Callable[[Reworking], Reworking]:
        """Return what adds a rule about a whole module."""

        def added(reworking: Reworking) -> Reworking:
            self.steps[name] = _reworked(reworking)
            return reworking

        return added


def _turned(turning: Turning, kinds: tuple[type[ast.AST], ...]) -> Step:
    def step(code: Code, chance: Random) -> Code | None:
        tree = copy.deepcopy(code.tree)
        places = [place for place in _places(tree) if isinstance(place[2], kinds)]
        chance.shuffle(places)
        around = Around(tree, chance)
        for parent, (field, index), node in places:
            made = turning(copy.deepcopy(node), around)
            if made is None:
                continue
            if index is None:
                setattr(parent, field, made)
            else:
                getattr(parent, field)[index] = made
            return Code(ast.fix_missing_locations(tree))
        return None

    return step


def _reworked(reworking: Reworking) -> Step:
    def step(code: Code, chance: Random) -> Code | None:
        tree = copy.deepcopy(code.tree)
        return (
            Code(ast.fix_missing_locations(tree)) if reworking(tree, Around(tree, chance)) else None
        )

    return step


Place: TypeAlias = tuple[ast.AST, tuple[str, int | None], ast.AST]


def _places(root: ast.AST) -> Iterator[Place]:
    """Yield every node with where it stands; nothing of what Spark runs row by row."""
    for parent in _compared(root):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.AST):
                yield parent, (field, None), value
            elif isinstance(value, list):
                yield from (
                    (parent, (field, n), node)
                    for n, node in enumerate(value)
                    if isinstance(node, ast.AST)
                )


def _compared(root: ast.AST) -> Iterator[ast.AST]:
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Lambda | ast.JoinedStr):
            continue  # compared by its code, or part of a text
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(d, ast.Name | ast.Call | ast.Attribute) and "udf" in ast.unparse(d)
            for d in node.decorator_list
        ):
            continue
        yield node
        stack.extend(ast.iter_child_nodes(node))


# --- what calls look like ------------------------------------------------------------------------------


def method(node: ast.AST) -> str:
    """Return the name of the method that a call calls, "" where it is none."""
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return node.func.attr if called else ""  # type: ignore[attr-defined]


def binds_functions(code: Code) -> bool:
    """Return whether a module that uses `F` imports it, or makes it."""
    nodes = list(ast.walk(code.tree))
    names = [node for node in nodes if isinstance(node, ast.Name) and node.id == "F"]
    made = any(not isinstance(name.ctx, ast.Load) for name in names)
    aliases = [node for node in nodes if isinstance(node, ast.alias)]
    imported = any((alias.asname or alias.name) in {"F", "*"} for alias in aliases)
    return not names or made or imported


def receiver(node: ast.Call) -> ast.expr:
    """Return what a method is called on."""
    assert isinstance(node.func, ast.Attribute)
    return node.func.value


def is_function(node: ast.AST, *names: str) -> bool:
    """Return whether a node is `F.name(…)`, of some names."""
    plain = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    if not plain or node.func.attr not in names:  # type: ignore[attr-defined]
        return False
    return isinstance(node.func.value, ast.Name) and node.func.value.id == "F"  # type: ignore[attr-defined]


def on_frame(node: ast.AST, *names: str) -> bool:
    """Return whether a node is a method of that name, not a function of `F` or of a string."""
    if method(node) not in names or not isinstance(node, ast.Call):
        return False
    of = receiver(node)
    if "Window" in ast.unparse(of) or method(of) == "partitionBy":
        return False
    return not (
        (isinstance(of, ast.Name) and of.id in {"F", "spark", "os", "Window"})
        or isinstance(of, ast.Constant)
    )


def text_of(node: ast.AST) -> str | None:
    """Return a string that is written out."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def column_name(node: ast.AST) -> str | None:
    """Return the name in `F.col("name")`, where it is a plain one."""
    if not is_function(node, "col") or not isinstance(node, ast.Call) or len(node.args) != 1:
        return None
    name = text_of(node.args[0])
    return name if name is not None and name.isidentifier() else None


def call(of: ast.expr, name: str, *args: ast.expr, **more: ast.expr) -> ast.Call:
    """Return `of.name(args)`."""
    keywords = [ast.keyword(arg=key, value=value) for key, value in more.items()]
    return ast.Call(
        func=ast.Attribute(value=of, attr=name, ctx=ast.Load()), args=list(args), keywords=keywords
    )


def function(name: str, *args: ast.expr) -> ast.Call:
    """Return `F.name(args)`."""
    return call(ast.Name(id="F", ctx=ast.Load()), name, *args)


def constant(value: object) -> ast.Constant:
    """Return a constant."""
    return ast.Constant(value=value)  # type: ignore[arg-type]


def code(text: str) -> ast.expr:
    """Return an expression from its text."""
    return ast.parse(text, mode="eval").body


def after_imports(module: ast.Module) -> int:
    """Return the place behind the imports and the docstring."""
    places = [
        n for n, node in enumerate(module.body) if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return places[-1] + 1 if places else int(ast.get_docstring(module) is not None)
