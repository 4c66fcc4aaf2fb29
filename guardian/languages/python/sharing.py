"""Imported modules run once for all jobs: what a module's body left behind, kept and handed out.

A module that many jobs import gives each of them the same names, as long as its body asks nothing
of the run: no session, no open branch, no module that is still being imported. The first run of
such a module is kept as a copy, and each later run gets a copy of that, so that no job sees what
another one changes.
"""

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence

from guardian.languages import Sources
from guardian.languages.python.copying import COMPOUND, PLAIN, Copier, NotSharedError
from guardian.languages.python.lending import Kept, Lent, Located, Pool
from guardian.languages.python.machine import WARNING_LIMIT, Findings, Machine
from guardian.languages.python.modules import Module
from guardian.languages.python.overriding import override
from guardian.languages.python.values import Environment, Value
from guardian.languages.recording import Recording
from guardian.model.lineage import Diagnostic, Location


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

    def __init__(self, machine: Machine, shelf: dict[object, Kept], pool: Pool) -> None:
        """Lend from `shelf`, the modules kept for one layout of files, to one run.

        Those that are in the `pool` already need no new copy.
        """
        self._machine = machine
        self._shelf = shelf
        self._lent: dict[str, Lent] = {}
        self._pool = pool
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
        lent = self._pool.find(module.path, kept) or self._copied(kept, kept.names, scope)
        self._lent[module.path] = lent
        machine.loaded[module.path] = lent.scope
        self._nested += kept.steps
        machine.budget.spend(kept.steps)
        _merge(machine.findings, kept.warnings, kept.origins)
        return True

    def _copied(self, kept: Kept, names: Environment, scope: Environment) -> Lent:
        copier = self._copier(self._pool.to_lent)
        copier.module(names, scope, self._machine.budget)
        lent = Lent(kept, scope, [(made, value) for value, made in copier.pairs])
        self._pool.note(lent.pairs)
        return lent

    def give_back(self) -> set[str]:
        """Hand what the run had on to the next one; return the paths of what can stay."""
        return self._pool.give_back(self._lent)

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
            self._sound = all(lent.seal.whole() for lent in self._lent.values())
            self._left = self._machine.budget.left
        return self._sound

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
        if not all(self._lent[path].seal.whole() for path in kept.reaches()):
            self._sound = False
            return False
        copier = self._copier(self._pool.to_kept)
        names = Environment(module)
        try:
            copier.module(scope, names, self._machine.budget)
        except NotSharedError:
            for live, _ in copier.pairs:
                del self._pool.to_kept[id(live)]
            return False
        kept.names = names
        self._pool.note(copier.pairs)
        self._lent[module.path] = Lent(kept, scope, copier.pairs)
        return True

    def _copier(self, known: dict[int, Value]) -> Copier:
        library = self._machine.library
        return Copier(
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
