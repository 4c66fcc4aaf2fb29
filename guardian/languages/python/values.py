"""What a variable may hold: Python's own values, strings with unknown parts, functions, `Unknown`.

Known constants are plain Python values, and known containers are Python lists, tuples, dicts and
sets of values, so that the interpreted program mutates and shares them as the real one would.
"""

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Protocol, TypeAlias

from guardian.languages.python.overriding import override
from guardian.model.lineage import Location

if TYPE_CHECKING:
    from guardian.languages.python.machine import Machine
    from guardian.languages.python.modules import Module

Value: TypeAlias = object

# Noncharacters of Unicode: they cannot clash with the braces of a format string or of a JSON
# document.
OPEN, CLOSE = "\ufdd0", "\ufdd1"
# A width of five digits and more would fill the memory.
WIDE = re.compile(r"\d{5,}")
# Characters and elements of a value written out; more are taken for unknown.
WRITTEN_LIMIT = 1_000_000
LINEAGE_LIMIT = 100
SYMBOL = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")


class Text(str):
    """A string that decides no branch.

    It has unknown parts, or is only the default of a job argument.
    """

    __slots__ = ()


class AssumedText(Text):
    """The default of the job argument `argument`; two arguments of one default are still two."""

    argument: str = ""


def symbol(name: str) -> Text:
    """Return the text that stands for the run-time value `name`."""
    cleaned = re.sub(r"\W+", "_", name).strip("_") or "value"
    return Text(f"{OPEN}{cleaned}{CLOSE}")


def plain(text: str) -> str:
    """Return `text` with its symbols as datasets name them: `{name}`."""
    return SYMBOL.sub(r"{\1}", text) if OPEN in text else str(text)


def as_sql(text: str) -> str:
    """Return `text` with its symbols as SQL clients write variables: `${name}`."""
    return SYMBOL.sub(r"${\1}", text) if OPEN in text else str(text)


def only_symbol(text: str) -> str | None:
    """Return the symbol's name where `text` is nothing but one symbol."""
    match = SYMBOL.fullmatch(text)
    return match.group(1) if match else None


class Unknown:
    """A value that only a run would tell; `name` is its symbol, `weak` where a better one may come.

    `key` tells two tests of the same unknown condition to be one. `handles` are the plans of the
    frames that it was made from, so that lineage stays connected through a call that is not
    understood.
    """

    __slots__ = ("handles", "key", "name", "weak")

    def __init__(
        self, name: str = "", *, weak: bool = False, key: str = "", handles: tuple[int, ...] = ()
    ) -> None:
        """Name it."""
        self.name = name
        self.weak = weak
        self.key = key
        self.handles = handles

    def derived(self, name: str, *, weak: bool = False) -> "Unknown":
        """Return what an attribute, an element or a method of it is: unknown, too."""
        return Unknown(name, weak=weak, handles=self.handles)

    def renamed(self, name: str) -> "Unknown":
        """Return it under the name of the variable that takes it."""
        return Unknown(name, key=self.key, handles=self.handles)


class Stream(list[Value]):
    """What a generator or an iterator still holds: `next()` takes its first.

    `narrowed` says that a condition that only a run would tell may leave some of it out.
    """

    narrowed = False


class Given(Unknown):
    """Whether a job argument is given: `positive` where the test is that it is."""

    __slots__ = ("positive",)

    def __init__(self, name: str, *, positive: bool) -> None:
        """Take the text that tells the argument from others."""
        super().__init__(key=f"given {name}" if positive else f"not given {name}")
        self.positive = positive


class Collected(Unknown):
    """Rows brought out of Spark.

    A pandas frame, a list of rows, a count. It is no DataFrame any more.
    """

    __slots__ = ()

    @override
    def derived(self, name: str, *, weak: bool = False) -> Unknown:
        """Return what is made of the rows, which is collected, too."""
        return Collected(name, weak=weak, handles=self.handles)

    @override
    def renamed(self, name: str) -> Unknown:
        """Return it under the name of the variable that takes it."""
        return Collected(name, key=self.key, handles=self.handles)


@dataclass(frozen=True)
class Assumed:
    """A number or flag that is only the default of a job argument.

    Printed as such, but it decides no branch.
    """

    value: int | float | bool
    name: str = ""


@dataclass(frozen=True)
class External:
    """Something imported from outside the repository, by its dotted path."""

    path: str


class Environment:
    """The names of a module or of one call; names that it does not hold are looked up around it."""

    __slots__ = ("around", "module", "names", "shared", "stars")

    def __init__(self, module: "Module", around: "Environment | None" = None) -> None:
        """Start empty, inside `around`."""
        self.module = module
        self.around = around
        self.names: dict[str, Value] = {}
        self.shared: dict[str, Environment] = {}
        self.stars: list[str] = []

    def find(self, name: str) -> "Environment | None":
        """Return the environment that holds `name`, from the inside out."""
        scope: Environment | None = self
        while scope is not None:
            if name in scope.names:
                return scope
            scope = scope.around
        return None

    def outermost(self) -> "Environment":
        """Return the environment of the module."""
        scope = self
        while scope.around is not None:
            scope = scope.around
        return scope

    def assign(self, name: str, value: Value) -> None:
        """Bind `name` here, or where `global` or `nonlocal` said."""
        self.shared.get(name, self).names[name] = value


@dataclass(eq=False)
class Function:
    """A function of the repository, with the environment that it closes over."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    closure: Environment
    defaults: dict[str, Value] = field(default_factory=dict)
    owner: "ClassValue | None" = None
    context_manager: bool = False
    options: dict[str, Value] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the name that it was defined under."""
        return "lambda" if isinstance(self.node, ast.Lambda) else self.node.name

    @property
    def module(self) -> "Module":
        """Return the module that it was written in."""
        return self.closure.module


@dataclass(eq=False)
class ClassValue:
    """A class of the repository; `external` are the dotted paths of base classes outside it."""

    name: str
    node: ast.ClassDef
    module: "Module"
    bases: tuple["ClassValue", ...] = ()
    external: tuple[str, ...] = ()
    attributes: dict[str, Value] = field(default_factory=dict)
    annotated: dict[str, ast.expr] = field(default_factory=dict)
    closure: "Environment | None" = None

    def fields(self) -> "dict[str, tuple[ast.expr, ClassValue]]":
        """Return the annotated names, those of bases first, with the class that declares each."""
        return {
            name: (annotation, base)
            for base in reversed(self.lineage())
            for name, annotation in base.annotated.items()
        }

    @cached_property
    def _order(self) -> tuple["ClassValue", ...]:
        # Depth first, each class where it comes last.
        found = [self, *(cls for base in self.bases for cls in base.lineage())]
        return tuple(reversed(dict.fromkeys(reversed(found))))[:LINEAGE_LIMIT]

    def lineage(self) -> tuple["ClassValue", ...]:
        """Return the class and its bases in the order in which attributes are looked up."""
        return self._order

    def find(self, name: str) -> Value:
        """Return the attribute of the class or its bases; `MISSING` where there is none."""
        for cls in self.lineage():
            if name in cls.attributes:
                return cls.attributes[name]
        return MISSING


@dataclass(eq=False)
class Instance:
    """An object of a repository's class."""

    cls: ClassValue
    attributes: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ModuleValue:
    """An imported module of the repository."""

    module: "Module"
    environment: Environment


@dataclass(frozen=True, eq=False)
class Package:
    """A folder of the repository that holds modules but no `__init__.py`."""

    parts: tuple[str, ...]
    importer: "Module"


@dataclass(frozen=True, eq=False)
class Bound:
    """A method taken from an object and not called yet."""

    owner: Value
    name: str
    function: Value = None


@dataclass(frozen=True, eq=False)
class Partial:
    """`functools.partial`: a function with some of its arguments."""

    function: Value
    args: tuple[Value, ...]
    kwargs: Mapping[str, Value]


@dataclass(frozen=True, eq=False)
class Property:
    """A method read like an attribute."""

    function: Value


@dataclass(frozen=True, eq=False)
class StaticMethod:
    """A method without `self`."""

    function: Value


@dataclass(frozen=True, eq=False)
class ClassMethod:
    """A method whose first argument is the class."""

    function: Value


@dataclass(frozen=True, eq=False)
class Super:
    """`super()`: attributes are looked up behind `after`."""

    instance: Value
    after: ClassValue


@dataclass(frozen=True, eq=False)
class Builtin:
    """A function that we answer ourselves."""

    name: str
    handler: "Callable[[Call], Value]"


class Missing:
    """The absence of a value."""


MISSING = Missing()


@dataclass
class Call:
    """One call, its arguments evaluated.

    `nodes` are the arguments' syntax, for the author's own text.
    """

    machine: "Machine"
    args: list[Value]
    kwargs: dict[str, Value]
    node: ast.Call | None = None
    nodes: Sequence[ast.expr | None] = ()
    keyword_nodes: Mapping[str, ast.expr] = field(default_factory=dict)
    place: Location | None = None

    def value(self, position: int, name: str = "", default: Value = None) -> Value:
        """Return the argument at `position` or under `name`; `default` where there is neither."""
        if 0 <= position < len(self.args):
            return self.args[position]
        return self.kwargs.get(name, default)

    def has(self, position: int, name: str = "") -> bool:
        """Return whether the argument is given."""
        return position < len(self.args) or name in self.kwargs

    def syntax(self, position: int, name: str = "") -> ast.expr | None:
        """Return the syntax of an argument; None where it came out of a starred one."""
        if position < len(self.args):
            return self.nodes[position] if position < len(self.nodes) else None
        return self.keyword_nodes.get(name)

    @property
    def at(self) -> Location:
        """Return where the called name is written, or the place that the call was given."""
        return self.place or self.machine.at(self.node)

    @property
    def text(self) -> str:
        """Return the call as the author wrote it, without what it is called on."""
        return self.machine.call_text(self.node)

    def preceded(self, first: Value) -> "Call":
        """Return the same call with one more argument before the others."""
        args, nodes = [first, *self.args], [None, *self.nodes]
        return Call(
            self.machine, args, self.kwargs, self.node, nodes, self.keyword_nodes, self.place
        )

    def shifted(self) -> "Call":
        """Return the same call without its first argument."""
        return Call(
            self.machine, self.args[1:], self.kwargs, self.node, self.nodes[1:], self.keyword_nodes
        )


Handler: TypeAlias = Callable[[Call], Value]


class Native(Protocol):
    """An object of a library that we know: it answers for its own attributes and methods."""

    def attribute(self, name: str, machine: "Machine") -> Value:
        """Return the attribute `name`; `MISSING` where it is a method or unknown."""

    def invoke(self, name: str, call: Call) -> Value:
        """Return what the method `name` gives."""


def truth(value: Value) -> bool | None:
    """Return whether `value` counts as true; None where only a run would tell."""
    if isinstance(value, Text) and OPEN not in value:
        return None
    if isinstance(value, Text):
        # A name with a known part is never empty, whatever the unknown part holds.
        return True if SYMBOL.sub("", value) else None
    if value is None or isinstance(
        value, bool | int | float | str | bytes | list | tuple | dict | set | frozenset
    ):
        return bool(value)
    if isinstance(value, Function | ClassValue | ModuleValue | Instance | Bound | Partial):
        return True
    return True if getattr(value, "spark_type", "") == "SparkSession" else None


def small(value: Value) -> bool:
    """Return whether `value`, written out with all that it holds, is of a size to work with.

    A list of two lists of two lists … is small in memory, and never ends written out.
    """
    if not isinstance(value, list | tuple | set | frozenset | dict):
        return True
    left, pending = WRITTEN_LIMIT, [value]
    while pending and left > 0:
        parts: Iterable[Value] = pending.pop()
        if isinstance(parts, dict):
            parts = (*parts, *parts.values())
        for part in parts:
            left -= 1 + (len(part) if isinstance(part, str) else 0)
            if isinstance(part, list | tuple | set | frozenset | dict):
                pending.append(part)
            if left <= 0:
                break
    return left > 0


def known(value: Value) -> bool:
    """Return whether `value` is a constant that may decide a branch."""
    if isinstance(value, Text):
        return False
    if isinstance(value, list | tuple | set | frozenset):
        return small(value) and all(known(item) for item in value)
    return value is None or isinstance(value, bool | int | float | str | bytes)


_SERIALS = count()
# Held, so that no value of the same run comes to lie where one of them lay.
_NUMBERED: dict[int, tuple[Value, int]] = {}


def identity(value: Value) -> str:
    """Return what tells `value` from every other value of the run, those that are gone too."""
    held, number = _NUMBERED.get(id(value), (MISSING, 0))
    if held is not value:
        number = next(_SERIALS)
        _NUMBERED[id(value)] = value, number
    return f"?{number}"


def forget_identities() -> None:
    """Let go of the values that `identity` told apart: another run begins."""
    _NUMBERED.clear()


def fingerprintable(value: Value) -> str:
    """Return a stable text that tells `value` from others, for keys and names."""
    if isinstance(value, Unknown):
        return value.key or value.name or identity(value)
    if isinstance(value, Assumed):
        return value.name or repr(value.value)
    if isinstance(value, AssumedText):
        return f"argument {value.argument}"
    if isinstance(value, str):
        return repr(plain(value))
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, set | frozenset) and small(value):
        return f"{{{','.join(sorted(map(fingerprintable, value)))}}}"
    if isinstance(value, list | tuple) and small(value):
        return f"[{','.join(map(fingerprintable, value))}]"
    return identity(value)


def text_entries(value: Value) -> dict[str, Value]:
    """Return the entries of a dict whose keys are names."""
    entries = value.items() if isinstance(value, dict) else ()
    return {str(key): item for key, item in entries if isinstance(key, str)}


def to_text(value: Value, spec: str = "", hint: str = "") -> str:
    """Return `value` as `str()` and f-strings print it.

    An unknown one as its symbol, or that of `hint`.
    """
    if isinstance(value, Assumed):
        value = value.value
    if isinstance(value, Instance):
        value = value.attributes.get("value", MISSING)
    if isinstance(value, str):
        return padded(value, spec)
    printed = getattr(value, "shown", None)
    if printed is not None:
        return str(printed(spec))
    if value is None or isinstance(value, bool | int | float):
        try:
            return format(value, "" if WIDE.search(spec) else spec)
        except (ValueError, TypeError):
            return "" if isinstance(value, int) and value.bit_length() > 4096 else str(value)
    if isinstance(value, list | tuple | set | frozenset | dict) and small(value):
        return _container_text(value)
    if isinstance(value, Unknown) and value.name and not (value.weak and hint):
        return symbol(value.name)
    return symbol(hint or (value.name if isinstance(value, Unknown) else ""))


def padded(text: str, spec: str) -> str:
    """Return a known text as a format specification has it: cut, filled up."""
    if not spec or OPEN in text or WIDE.search(spec):
        return text
    try:
        return format(str(text), spec)
    except ValueError:
        return text


def _container_text(value: Value) -> str:
    if isinstance(value, dict):
        inner = ", ".join(
            f"{_quoted(key)}: {_quoted(item)}" for key, item in list(value.items())[:1000]
        )
        return f"{{{inner}}}"
    if isinstance(value, tuple | list | set | frozenset):
        inner = ", ".join(_quoted(item) for item in list(value)[:1000])
        if isinstance(value, tuple):
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        return f"[{inner}]" if isinstance(value, list) else f"{{{inner}}}"
    return str(value)


def _quoted(value: Value) -> str:
    if isinstance(value, str):
        return repr(str(value)) if OPEN not in value else f"'{value}'"
    return to_text(value)


def as_text(text: str, *operands: Value) -> str:
    """Return `text` marked as undecided where it has a symbol, or an undecided operand."""
    if isinstance(text, Text):
        return text
    if OPEN in text or any(isinstance(item, Text | Assumed | Unknown) for item in operands):
        return Text(text)
    return text
