"""Imported modules run once for all jobs: what a module's body left behind, kept and handed out.

A module that many jobs import gives each of them the same names, as long as its body asks nothing
of the run: no session, no open branch, no module that is still being imported. The first run of
such a module is kept as a copy, and each later run gets a copy of that, so that no job sees what
another one changes.
"""

import ast
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import FunctionType
from typing import TypeAlias

from guardian.languages import Sources
from guardian.languages.python.branches import Budget
from guardian.languages.python.machine import WARNING_LIMIT, Findings, Machine
from guardian.languages.python.modules import Module
from guardian.languages.python.overriding import override
from guardian.languages.python.values import (
    Assumed,
    AssumedText,
    Bound,
    Builtin,
    ClassMethod,
    ClassValue,
    Environment,
    External,
    Function,
    Given,
    Instance,
    Missing,
    ModuleValue,
    Package,
    Partial,
    Property,
    StaticMethod,
    Super,
    Text,
    Unknown,
    Value,
)
from guardian.languages.recording import Recording
from guardian.model.lineage import Diagnostic, Location

# Values that nothing changes: the copy is the value itself.
PLAIN: frozenset[type] = frozenset({
    str, int, float, bool, complex, bytes, slice, type(None), Text, AssumedText, Assumed, External,
    Given, Location, Missing, Module, Package, Unknown, ast.AsyncFunctionDef, ast.ClassDef,
    ast.FunctionDef, ast.Lambda,
})  # fmt: skip
# Values of fields, frozen or not: the copy has copies of them.
COMPOUND: frozenset[type] = frozenset({
    Bound, ClassMethod, ClassValue, Function, Instance, ModuleValue, Partial, Property,
    StaticMethod, Super,
})  # fmt: skip


# An import's dotted name, the file that it stands in, its leading dots, the path that it led to.
Located: TypeAlias = tuple[tuple[str, ...], str, int, str | None]


class NotSharedError(Exception):
    """A value that may belong to one run only, so that its module cannot be shared."""


@dataclass
class Kept:
    """One module as its body left it, and what that cost and found.

    `located` says where its imports led, `imports` which of the repository's modules these were, as
    they were kept, in order; `steps` is what its own body took, `reads` which files it opened (path
    and blob id).
    """

    text: str
    names: Environment | None = None
    steps: int = 0
    located: tuple[Located, ...] = ()
    imports: tuple[tuple[str, "Kept"], ...] = ()
    reads: tuple[tuple[str, str], ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    origins: Mapping[str, Location] = field(default_factory=dict)

    def reaches(self) -> dict[str, "Kept"]:
        """Return the modules that it stands on, by path."""
        found: dict[str, Kept] = {}
        pending = list(self.imports)
        while pending:
            path, kept = pending.pop()
            if path not in found:
                found[path] = kept
                pending.extend(kept.imports)
        return found


@dataclass
class Lent:
    """A kept module in one run: each object of the run beside the one that was kept."""

    kept: Kept
    pairs: list[tuple[Value, Value]]


class _Copier:
    """Copies values, each once; `known` holds what was copied already, by identity."""

    def __init__(
        self, known: dict[int, Value], *, plain: frozenset[type], compound: frozenset[type]
    ) -> None:
        self.known = known
        self.pairs: list[tuple[Value, Value]] = []
        self._plain = plain
        self._compound = compound
        self._open: list[Callable[[], None]] = []
        self._budget: Budget | None = None

    def module(self, environment: Environment, into: Environment, budget: Budget) -> None:
        """Fill `into` with a copy of a module's names.

        Raises:
            NotSharedError: one of its values cannot be copied.
        """
        self._budget = budget
        self._environment(environment, into)
        while self._open:
            self._open.pop()()

    def _copy(self, value: Value) -> Value:
        kind = type(value)
        if kind in self._plain:
            return value
        found = self.known.get(id(value))
        if found is not None:
            return found
        if kind is dict:
            return self._dict(value)  # type: ignore[arg-type]  # its type was just looked at
        if kind is list:
            return self._list(value)  # type: ignore[arg-type]  # its type was just looked at
        if kind in self._compound:
            return self._fields(value)
        return self._rarer(value)

    def _rarer(self, value: Value) -> Value:
        if isinstance(value, tuple | frozenset):
            parts = [self._copy(item) for item in value]
            same = all(one is other for one, other in zip(parts, value, strict=True))
            return self._noted(value, value if same else type(value)(parts))
        if type(value) is set:
            return self._noted(value, {self._copy(item) for item in value})
        if isinstance(value, Environment):
            return self._environment(value)
        if isinstance(value, ast.AST):
            return value
        if isinstance(value, Budget):
            return self._budget
        if isinstance(value, Builtin):
            handler = value.handler
            if isinstance(handler, FunctionType) and handler.__closure__ is None:
                return value
        raise NotSharedError(type(value).__name__)

    def _noted(self, value: Value, made: Value) -> Value:
        self.known[id(value)] = made
        self.pairs.append((value, made))
        return made

    def _dict(self, value: dict[Value, Value]) -> Value:
        made: dict[Value, Value] = {}
        self._noted(value, made)
        copy = self._copy
        self._open.append(
            lambda: made.update({copy(key): copy(item) for key, item in value.items()})
        )
        return made

    def _list(self, value: list[Value]) -> Value:
        made: list[Value] = []
        self._noted(value, made)
        self._open.append(lambda: made.extend(map(self._copy, value)))
        return made

    def _fields(self, value: Value) -> Value:
        made: Value = object.__new__(type(value))
        self._noted(value, made)
        state = made.__dict__

        def fill() -> None:
            for name in _names(type(value)):
                state[name] = self._copy(getattr(value, name))

        self._open.append(fill)
        return made

    def _environment(self, value: Environment, into: Environment | None = None) -> Environment:
        if into is None and value.around is None:
            raise NotSharedError(value.module.path)  # a module that was not lent
        made = into or Environment(value.module)
        self._noted(value, made)

        def fill() -> None:
            around = self._copy(value.around)
            made.around = around if isinstance(around, Environment) else None
            copied = self.known.get(id(value.names))
            made.names = copied if isinstance(copied, dict) else self._filled(value.names)
            for name, holder in value.shared.items():
                where = self._copy(holder)
                if isinstance(where, Environment):
                    made.shared[name] = where
            made.stars = list(value.stars)

        self._open.append(fill)
        return made

    def _filled(self, names: dict[str, Value]) -> dict[str, Value]:
        made: dict[str, Value] = {}
        self._noted(names, made)
        for name, value in names.items():
            made[name] = self._copy(value)
        return made


_FIELDS: dict[type, tuple[str, ...]] = {}


def _names(kind: type) -> tuple[str, ...]:
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(one.name for one in fields(kind))
    return _FIELDS[kind]


class _Watched(Recording):
    """The files that a module's body opens; asked for more than texts, it tells the machine."""

    def __init__(self, sources: Sources, machine: Machine) -> None:
        super().__init__(sources, "")
        self._machine = machine

    @override
    def dialect(self, path: str) -> str:
        """Return the dialect of the SQL at `path`."""
        self._machine.touched += 1
        return super().dialect(path)

    @override
    def tables(self) -> Mapping[str, str]:
        """Return the tables that SQL files create."""
        self._machine.touched += 1
        return super().tables()


class Sharing:
    """The modules that one run has from those kept, and the means to keep more of them.

    Once the run changed something in a module that it was lent, no more are lent or kept.
    """

    def __init__(self, machine: Machine, shelf: dict[object, Kept]) -> None:
        """Lend from `shelf`, the modules kept for one layout of files, to one run."""
        self._machine = machine
        self._shelf = shelf
        self._lent: dict[str, Lent] = {}
        self._to_kept: dict[int, Value] = {}
        self._to_lent: dict[int, Value] = {}
        self._left = machine.budget.left
        self._nested = 0
        self._sound = True
        self._requested: list[list[Located]] = []

    def note(self, located: Located) -> None:
        """Note where an import of the module being run led."""
        if self._requested:
            self._requested[-1].append(located)

    def settle(self) -> None:
        """Note the end of an import statement: right after another one, it changed nothing."""
        left = self._machine.budget.left
        if left >= self._left - 1:
            self._left = left

    def run(self, module: Module, scope: Environment, body: Callable[[], bool]) -> None:
        """Fill `scope` with the names of `module`: from those kept, else by running its `body`.

        `body` returns whether it came to its end.
        """
        machine = self._machine
        if machine.stack or not self._sound or not self._untouched():
            machine.touched += 1
            body()
            return
        key = (machine.library.kind, module.path, module.name)
        kept = self._shelf.get(key)
        if kept is None or kept.text != module.text:
            self._shelf[key] = self._recorded(module, scope, body)
        elif kept.names is None or not self._hand_out(kept, module, scope):
            machine.touched += 1
            body()
        self._left = machine.budget.left

    # --- handing out ------------------------------------------------------------------------------

    def _hand_out(self, kept: Kept, module: Module, scope: Environment) -> bool:
        machine = self._machine
        if kept.names is None or machine.budget.left < kept.steps:
            return False
        if not (self._as_located(kept) and self._as_read(kept) and self._imported(kept)):
            return False
        copier = self._copier(self._to_lent)
        copier.module(kept.names, scope, machine.budget)
        self._lend(module.path, kept, [(made, value) for value, made in copier.pairs])
        self._nested += kept.steps
        machine.budget.spend(kept.steps)
        _merge(machine.findings, kept.warnings, kept.origins)
        return True

    def _as_located(self, kept: Kept) -> bool:
        """Return whether its imports lead to the same files as seen from this run."""
        locate = self._machine.finder.locate
        return all(
            locate(parts, importer, level) == path for parts, importer, level, path in kept.located
        )

    def _as_read(self, kept: Kept) -> bool:
        """Return whether the files that the module opened are the same."""
        read = self._machine.finder.sources.read
        for path, blob in kept.reads:
            file = read(path)
            if (file.blob if file else "") != blob:
                return False
        return True

    def _imported(self, kept: Kept) -> bool:
        """Return whether the modules that `kept` stands on are there, as they were kept."""
        for path, inner in kept.imports:
            lent = self._lent.get(path)
            if lent is None and path not in self._machine.loaded:
                name = inner.names.module.name if inner.names is not None else ""
                self._machine.import_again(path, name)
                lent = self._lent.get(path)
            if lent is None or lent.kept is not inner:
                return False
        return True

    def _untouched(self) -> bool:
        """Return whether all that was lent is as it was; one step is the import statement."""
        if self._machine.budget.left < self._left - 1 and self._lent:
            self._sound = self._same(self._lent.values())
            self._left = self._machine.budget.left
        return self._sound

    def _same(self, lent: Iterable[Lent]) -> bool:
        return all(self._equal(live, kept) for item in lent for live, kept in item.pairs)

    def _equal(self, live: Value, kept: Value) -> bool:
        if isinstance(live, dict) and isinstance(kept, dict):
            return (
                len(live) == len(kept)
                and all(map(self._is, live, kept))
                and all(map(self._is, live.values(), kept.values()))
            )
        if isinstance(live, list) and isinstance(kept, list):
            return len(live) == len(kept) and all(map(self._is, live, kept))
        if isinstance(live, set) and isinstance(kept, set):
            return len(live) == len(kept) and all(self._to_kept.get(id(i), i) in kept for i in live)
        if isinstance(live, Environment) and isinstance(kept, Environment):
            return live.stars == kept.stars and len(live.shared) == len(kept.shared)
        if isinstance(live, tuple | frozenset):
            return True
        return all(
            self._is(getattr(live, name), getattr(kept, name)) for name in _names(type(live))
        )

    def _is(self, live: Value, kept: Value) -> bool:
        return live is kept or self._to_kept.get(id(live)) is kept or isinstance(live, Budget)

    # --- keeping ----------------------------------------------------------------------------------

    def _recorded(self, module: Module, scope: Environment, body: Callable[[], bool]) -> Kept:
        """Return the module as its body leaves it, without names where it cannot be shared."""
        machine = self._machine
        before = machine.touched, machine.budget.left, self._nested, len(machine.deferred)
        outside, sources = machine.findings, machine.finder.sources
        origins: dict[str, Location] = {}
        inside = Findings(called=outside.called, origins=ChainMap(origins, outside.origins))
        watched = _Watched(sources, machine)
        machine.findings, machine.finder.sources = inside, watched
        self._requested.append([])
        ended = False
        try:
            ended = body()
        finally:
            machine.findings, machine.finder.sources = outside, sources
            _merge(outside, tuple(inside.warnings), origins)
            located = tuple(dict.fromkeys(self._requested.pop()))
        requested = dict.fromkeys(
            path for *_, path in located if path and path != module.path and path[-1] != "/"
        )
        touched, left, nested, deferred = before
        steps = left - machine.budget.left - (self._nested - nested)
        self._nested += steps
        ready = (
            ended and machine.touched == touched and len(machine.deferred) == deferred
            and all(path in self._lent for path in requested)
        )  # fmt: skip
        imports = tuple((path, self._lent[path].kept) for path in requested) if ready else ()
        kept = Kept(
            module.text, None, steps, located, imports, watched.files_read,
            tuple(inside.warnings), origins,
        )  # fmt: skip
        if not (ready and self._keep(kept, module, scope)):
            machine.touched += 1
        return kept

    def _keep(self, kept: Kept, module: Module, scope: Environment) -> bool:
        if not self._same([self._lent[path] for path in kept.reaches()]):
            self._sound = False
            return False
        copier = self._copier(self._to_kept)
        names = Environment(module)
        try:
            copier.module(scope, names, self._machine.budget)
        except NotSharedError:
            for live, _ in copier.pairs:
                del self._to_kept[id(live)]
            return False
        kept.names = names
        self._lend(module.path, kept, copier.pairs)
        return True

    def _lend(self, path: str, kept: Kept, pairs: list[tuple[Value, Value]]) -> None:
        self._lent[path] = Lent(kept, pairs)
        for live, other in pairs:
            self._to_kept[id(live)] = other
            self._to_lent[id(other)] = live

    def _copier(self, known: dict[int, Value]) -> _Copier:
        library = self._machine.library
        return _Copier(
            known,
            plain=PLAIN | library.plain_kinds,
            compound=COMPOUND | library.compound_kinds,
        )


def _merge(
    findings: Findings, warnings: Sequence[Diagnostic], origins: Mapping[str, Location]
) -> None:
    for warning in warnings:
        if len(findings.warnings) < WARNING_LIMIT:
            findings.warnings.setdefault(warning)
    findings.origins.update(origins)
