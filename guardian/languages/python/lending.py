"""What is kept of a module that many jobs import, and what the runs of one job have of it.

The runs of a file hand their copies on to each other: a run gets those that the ones before it left
as they were, and new copies of the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import is_
from typing import TypeAlias

from guardian.languages.python.machine import let_go
from guardian.languages.python.values import Environment, Value
from guardian.model.lineage import Diagnostic, Location

# An import's dotted name, the file that it stands in, its leading dots, the path that it led to.
Located: TypeAlias = tuple[tuple[str, ...], str, int, str | None]


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


class Seal:
    """What values held at one moment, told by identity: has anything changed them since?"""

    def __init__(self, values: Iterable[Value]) -> None:
        """Look at `values`, each of them alone and not what it leads to."""
        self._empty: list[dict[Value, Value] | list[Value]] = []
        self._dicts: list[tuple[dict[Value, Value], tuple[Value, ...], tuple[Value, ...]]] = []
        self._lists: list[tuple[list[Value], tuple[Value, ...]]] = []
        self._sets: list[tuple[set[Value], frozenset[Value]]] = []
        self._scopes: list[tuple[Environment, int, tuple[str, ...]]] = []
        self._objects: list[tuple[dict[str, Value], tuple[Value, ...]]] = []
        for value in values:
            self._add(value)

    def _add(self, value: Value) -> None:
        if isinstance(value, dict | list) and not value:
            self._empty.append(value)
        elif isinstance(value, dict):
            self._dicts.append((value, tuple(value), tuple(value.values())))
        elif isinstance(value, list):
            self._lists.append((value, tuple(value)))
        elif isinstance(value, set):
            self._sets.append((value, frozenset(value)))
        elif isinstance(value, Environment):
            self._scopes.append((value, len(value.shared), tuple(value.stars)))
        elif not isinstance(value, tuple | frozenset) and not _frozen(type(value)):
            self._objects.append((vars(value), tuple(vars(value).values())))

    def whole(self) -> bool:
        """Return whether all is as it was; what an object only remembers is no change."""
        return (
            not any(self._empty)
            and all(
                len(live) == len(keys)
                and all(map(is_, live, keys))
                and all(map(is_, live.values(), held))
                for live, keys, held in self._dicts
            )
            and all(
                len(live) == len(held) and all(map(is_, live, held)) for live, held in self._lists
            )
            and all(all(map(is_, live.values(), held)) for live, held in self._objects)
            and all(live == held for live, held in self._sets)
            and all(
                len(scope.shared) == shared and tuple(scope.stars) == stars
                for scope, shared, stars in self._scopes
            )
        )


def _frozen(kind: type) -> bool:
    parameters = getattr(kind, "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen)


@dataclass
class Lent:
    """A kept module in one run: its names, each object of the run beside the one that was kept."""

    kept: Kept
    scope: Environment
    pairs: list[tuple[Value, Value]]
    seal: Seal = field(init=False)

    def __post_init__(self) -> None:
        """Remember what it holds now."""
        self.seal = Seal(live for live, _ in self.pairs)


class Pool:
    """The modules that the runs of one file have lent so far and left as they were.

    `to_kept` and `to_lent` lead from each object of them to the one that was kept, and back, by
    identity.
    """

    def __init__(self) -> None:
        """Start with none."""
        self.to_kept: dict[int, Value] = {}
        self.to_lent: dict[int, Value] = {}
        self._lent: dict[str, Lent] = {}

    def find(self, path: str, kept: Kept) -> Lent | None:
        """Return the copy of `kept` that an earlier run left behind."""
        found = self._lent.get(path)
        return found if found is not None and found.kept is kept else None

    def note(self, pairs: Iterable[tuple[Value, Value]]) -> None:
        """Note each object of a run beside the one that was kept."""
        for live, kept in pairs:
            self.to_kept[id(live)] = kept
            self.to_lent[id(kept)] = live

    def give_back(self, lent: Mapping[str, Lent]) -> set[str]:
        """Take what a run had; return the paths that the next one can have.

        What the run changed goes, and with it all that stands on it.
        """
        changed = {path for path, one in lent.items() if not one.seal.whole()}
        self._lent.update(lent)
        spoiled = [
            path
            for path, one in self._lent.items()
            if changed and (path in changed or not changed.isdisjoint(one.kept.reaches()))
        ]
        for path in spoiled:
            self._drop(path)
        return self._lent.keys() & lent.keys()

    def _drop(self, path: str) -> None:
        gone = self._lent.pop(path)
        for live, kept in gone.pairs:
            self.to_kept.pop(id(live), None)
            self.to_lent.pop(id(kept), None)
        let_go(gone.scope)

    def clear(self) -> None:
        """Let go of all of them."""
        for path in tuple(self._lent):
            self._drop(path)
