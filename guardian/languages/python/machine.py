"""The state of one run: where it is, what it knows, what it has cost, and what it warns of."""

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from guardian.languages.python.branches import CALL_DEPTH, Budget, Path
from guardian.languages.python.modules import Module, ModuleFinder
from guardian.languages.python.values import (
    OPEN,
    AssumedText,
    Call,
    ClassValue,
    Environment,
    Function,
    Instance,
    Text,
    Unknown,
    Value,
    fingerprintable,
    forget_identities,
    truth,
)
from guardian.model.lineage import Diagnostic, Location

WARNING_LIMIT = 200
# No SQL that is worth a line of its own is as short as this.
SHORT_TEXT = 20


class PythonRaise(Exception):  # noqa: N818 - the interpreted program's exception, not one of ours
    """The interpreted program raises; `kind` is the exception's name where it is known."""

    def __init__(self, kind: str = "") -> None:
        """Remember what is raised."""
        super().__init__(kind)
        self.kind = kind


class PathEnd(Exception):  # noqa: N818 - the interpreted program ends, nothing went wrong
    """The interpreted program ends: `sys.exit()`, or a path that makes no sense."""


class Library(Protocol):
    """What the interpreter is told about packages outside the repository; it knows none itself.

    `kind` tells libraries that answer alike. Values of `plain_kinds` are never changed, those of
    `compound_kinds` are told by the fields of their dataclass; others belong to one run.
    """

    kind: str
    plain_kinds: frozenset[type]
    compound_kinds: frozenset[type]

    def call(self, path: str, call: Call) -> Value:
        """Return what calling `path` gives; `MISSING` where it is not known."""

    def attribute(self, path: str) -> Value:
        """Return the value of `path`; `MISSING` where it is not known."""

    def offers(self, path: str) -> bool:
        """Return whether `path` exists, as far as a star import needs to know."""

    def extend(self, path: str, name: str, value: Value, machine: "Machine") -> None:
        """Give the class `path` an attribute of the program's own, `DataFrame.pipe = pipe`."""

    def unknown_attribute(self, owner: Unknown, name: str, machine: "Machine") -> Value:
        """Return an attribute of an unknown value.

        `MISSING` where nothing better than unknown is known.
        """

    def unknown_method(self, owner: Unknown, name: str, call: Call) -> Value:
        """Return what a method of an unknown value gives.

        `MISSING` where nothing better than unknown is known.
        """

    def cut_off(self, value: Value, machine: "Machine", at: Location) -> Value:
        """Return what a variable holds after a loop that was not followed to its end."""

    def parameter(self, name: str, annotation: str, machine: "Machine") -> Value:
        """Return what a parameter that nobody passes may be.

        `MISSING` where its name and type tell nothing.
        """

    def ambient(self, name: str, machine: "Machine") -> Value:
        """Return what a name that nobody defines means (a notebook's `spark`).

        `MISSING` where nothing.
        """


@dataclass
class Activation:
    """One call on the stack: what is called, and the line that called it."""

    function: Function | None
    caller: Location


@dataclass
class Findings:
    """What all runs of a file have found, in order and once each."""

    warnings: dict[Diagnostic, None] = field(default_factory=dict)
    called: set[ast.AST] = field(default_factory=set)
    origins: MutableMapping[str, Location] = field(default_factory=dict)


class Machine(ABC):
    """One run of one file; `session` is the libraries' own state of the run."""

    def __init__(
        self,
        *,
        finder: ModuleFinder,
        library: Library,
        budget: Budget,
        path: Path,
        findings: Findings,
    ) -> None:
        """Start with nothing loaded and nothing called."""
        self.finder = finder
        self.library = library
        self.budget = budget
        # How often something was asked that another run may answer in another way.
        self.touched = 0
        self._path = path
        self.findings = findings
        self._session: object = None
        self.module: Module | None = None
        self.stack: list[Activation] = []
        self.loaded: dict[str, Environment] = {}
        self.importing = 0
        self.including = 0
        self.main: Environment | None = None
        self.deferred: list[Callable[[], None]] = []
        self.matters: dict[ast.AST, bool] = {}
        # Notebooks that were included, and only gave names a meaning.
        self.defined: set[str] = set()
        # Classes of which an object is being made that nobody passed.
        self.standing_in: list[ClassValue] = []

    @property
    def path(self) -> Path:
        """Return the way that this run takes through the program."""
        self.touched += 1
        return self._path

    @property
    def session(self) -> object:
        """Return the libraries' own state of this run."""
        self.touched += 1
        return self._session

    @session.setter
    def session(self, session: object) -> None:
        """Begin with a state."""
        self._session = session

    @property
    def main_scope(self) -> Environment | None:
        """Return the names of the program itself."""
        self.touched += 1
        return self.main

    @abstractmethod
    def call(self, function: Value, call: Call) -> Value:
        """Return what calling `function` gives."""

    @abstractmethod
    def call_method(self, owner: Value, name: str, call: Call) -> Value:
        """Return what a method gives."""

    @abstractmethod
    def attribute(self, owner: Value, name: str) -> Value:
        """Return an attribute; an `Unknown` of its name where it is not known."""

    @abstractmethod
    def evaluate(self, node: ast.expr, scope: Environment) -> Value:
        """Return the value of an expression."""

    @abstractmethod
    def binary(self, op: ast.operator, left: Value, right: Value, node: ast.AST) -> Value:
        """Return `left op right`."""

    @abstractmethod
    def compare(self, op: ast.cmpop, left: Value, right: Value) -> Value:
        """Return what a comparison gives."""

    @abstractmethod
    def subscript(self, owner: Value, key: Value, node: ast.Subscript | None = None) -> Value:
        """Return an element."""

    @abstractmethod
    def builtin(self, name: str) -> Value:
        """Return one of Python's builtin functions."""

    @abstractmethod
    def import_named(self, parts: tuple[str, ...]) -> Value:
        """Return the module of a dotted name, as the module being run would import it."""

    def importer_path(self) -> str:
        """Return the path of the module being run."""
        return self.module.path if self.module is not None else ""

    @abstractmethod
    def shown(self, value: Value) -> Value:
        """Return an object as its own `__str__` prints it; any other value as it is."""

    @abstractmethod
    def special(self, owner: Value, name: str, *args: Value) -> Value:
        """Return what a method like `__add__` of an object gives; `MISSING` where it has none."""

    @abstractmethod
    def run_function(self, function: Function, call: Call) -> Value:
        """Return what the body of `function` gives for these arguments."""

    @abstractmethod
    def execute_body(self, body: Sequence[ast.stmt], scope: Environment) -> Value:
        """Return what a function's body returns."""

    @abstractmethod
    def run_module(self, module: Module, environment: Environment | None = None) -> Environment:
        """Run a module's body and return its names."""

    @abstractmethod
    def import_again(self, path: str, name: str) -> None:
        """Load the module at `path`, which an import is known to lead to."""

    @abstractmethod
    def instantiate(self, cls: Value, call: Call) -> Value:
        """Return a new object of a repository's class."""

    @abstractmethod
    def iterate(self, value: Value) -> list[Value] | None:
        """Return the elements of `value`; None where they are not known."""

    def apply(self, function: Value, *args: Value, **kwargs: Value) -> Value:
        """Return what calling `function` with values gives."""
        return self.call(function, Call(self, list(args), dict(kwargs)))

    def at(self, node: ast.AST | None) -> Location:
        """Return where `node` of the module being run is written.

        Without one, where it was called from.
        """
        if node is None or self.module is None:
            return self.stack[-1].caller if self.stack else Location("", 1)
        return self.module.location(node)

    def text(self, node: ast.AST | None) -> str:
        """Return the author's text of `node` in the module being run."""
        return self.module.segment(node) if node is not None and self.module is not None else ""

    def call_text(self, node: ast.Call | None) -> str:
        """Return a call's text from its name on.

        `filter(x > 1)` of `df.select(…).filter(x > 1)`.
        """
        if node is None or self.module is None:
            return ""
        if not isinstance(node.func, ast.Attribute):
            return self.module.segment(node)
        line, column = node.func.end_lineno or 1, node.func.end_col_offset or 0
        start = max(0, column - len(node.func.attr.encode()))
        return self.module.slice(line, start, node.end_lineno or line, node.end_col_offset or 0)

    def warn(self, message: str, at: Location) -> None:
        """Remember a warning, once."""
        if len(self.findings.warnings) < WARNING_LIMIT:
            self.findings.warnings.setdefault(Diagnostic(at.file, at.line, message))

    def decide(self, node: ast.AST, value: Value = None, *, prefer: bool = True) -> bool:
        """Return which way to go at `node` where only a run would tell."""
        at = self.at(node)
        key = condition_key(value)
        return self.path.decide(
            (at.file, at.line, getattr(node, "col_offset", 0)), key, prefer=prefer
        )

    def holds(self, node: ast.AST, value: Value) -> bool:
        """Return whether a condition holds, deciding where it is open."""
        answer = truth(value)
        return self.decide(node, value) if answer is None else answer

    def callers(self) -> tuple[tuple[str, int], ...]:
        """Return the lines that led here, outermost first."""
        return tuple((entry.caller.file, entry.caller.line) for entry in self.stack)

    def forget(self) -> None:
        """Let go of all that the run made; the machine is of no use after that.

        Functions, the names around them and the machine hold each other: left to the collector of
        garbage, they would stay in memory for long, the syntax tree with them.
        """
        for scope in (*self.loaded.values(), self.main):
            if scope is not None:
                let_go(scope)
        forget_identities()
        vars(self).clear()

    @property
    def too_deep(self) -> bool:
        """Return whether another call would exceed the depth limit."""
        return len(self.stack) >= CALL_DEPTH

    def remember_origin(self, text: str, node: ast.AST) -> None:
        """Remember where a long string is written, so that SQL in it has its own lines."""
        if len(text) > SHORT_TEXT and self.module is not None:
            self.findings.origins[text] = self.at(node)

    def inherit_origin(self, made: Value, source: Value) -> None:
        """Say that `made` is `source` with parts replaced or trimmed."""
        if isinstance(made, str) and isinstance(source, str) and made not in self.findings.origins:
            origin = self.findings.origins.get(source)
            if origin is not None:
                head = source[: len(source) - len(source.lstrip())] if source.strip() else ""
                trimmed = not made[:1].isspace() and head
                shift = head.count("\n") if trimmed else 0
                self.findings.origins[made] = Location(origin.file, origin.line + shift)


def let_go(scope: Environment) -> None:
    """Empty a module's names and the classes that were made there."""
    for value in scope.names.values():
        if type(value) is ClassValue and value.module.path == scope.module.path:
            value.attributes.clear()
    scope.names.clear()


def condition_key(value: Value) -> str:
    """Return what tells an open condition from others; empty where nothing does."""
    if isinstance(value, Unknown):
        return value.key or (value.name if not value.weak else "")
    if isinstance(value, Text) and (OPEN in value or isinstance(value, AssumedText)):
        return fingerprintable(value)
    return ""


def described(value: Value) -> str:
    """Return a word or two on what `value` is, for messages."""
    if isinstance(value, Instance):
        return f"`{value.cls.name}`"
    if isinstance(value, Unknown) and value.name:
        return f"`{value.name}`"
    return type(value).__name__


def keyword_nodes(node: ast.Call) -> Mapping[str, ast.expr]:
    """Return the syntax of a call's keyword arguments."""
    if not node.keywords:
        return _NO_KEYWORDS
    return {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}


_NO_KEYWORDS: Mapping[str, ast.expr] = MappingProxyType({})


def flat(values: Sequence[Value]) -> list[Value]:
    """Return arguments as PySpark takes them: one list or tuple stands for its elements."""
    if len(values) == 1 and isinstance(values[0], list | tuple):
        return list(values[0])
    return list(values)
