"""Jobs linked: names, stars and types resolved across files.

Each dataset when it is first asked for: who compares two revisions asks for little more than what
differs, and what that needs.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import is_
from typing import Generic, TypeVar

from guardian.lineage.linking import Linker, Memory
from guardian.lineage.order import in_order
from guardian.lineage.schemas import Schema
from guardian.model.definition import Definition
from guardian.model.lineage import Diagnostic
from guardian.model.overriding import override
from guardian.model.plan import Declaration, Lowered, Operator, Routine

Value = TypeVar("Value")


class OnDemand(Mapping[str, Value], Generic[Value]):
    """A value for each dataset, sorted by name; each is made when it is first asked for."""

    def __init__(self, names: Iterable[str], make: Callable[[str], Value]) -> None:
        """Offer what `make` makes of each of `names`; it keeps what it has made."""
        self._names = dict.fromkeys(sorted(names))
        self._make = make

    @override
    def __getitem__(self, name: str) -> Value:
        """Return the value of `name`."""
        if name not in self._names:
            raise KeyError(name)
        return self._make(name)

    @override
    def __contains__(self, name: object) -> bool:
        """Return whether there is a value, without making it."""
        return name in self._names

    @override
    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._names)

    @override
    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._names)


class World:
    """One revision, linked: how every dataset is made, what is known of its columns.

    A dataset is linked, after all that it needs, when it is first asked for. `declarations` are
    by dataset, in the order of the files.
    """

    def __init__(self, linker: Linker) -> None:
        """Offer what `linker` links."""
        self.linker = linker
        self.lowered: tuple[Lowered, ...] = linker.lowered
        self.routines: Mapping[str, tuple[Lowered, Routine]] = linker.routines
        self.declarations: Mapping[str, tuple[Declaration, ...]] = linker.declarations
        self.definitions: Mapping[str, tuple[Definition, ...]] = OnDemand(
            linker.writes, linker.definitions_of
        )
        self.schemas: Mapping[str, Schema] = OnDemand(
            {*linker.schemas, *linker.writes}, linker.schema_of
        )

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """Return what was not understood, of all files and datasets, sorted; links everything."""
        told = {warning for file in self.lowered for warning in file.warnings}
        return tuple(sorted(told | self.warnings_of(self.definitions)))

    def warnings_of(self, datasets: Iterable[str]) -> set[Diagnostic]:
        """Return what linking told of those of `datasets` that are written."""
        return {
            warning
            for name in datasets
            if name in self.definitions
            for warning in self.linker.warnings_of(name)
        }

    def written_in(self, files: Iterable[str]) -> frozenset[str]:
        """Return the datasets whose warnings may stand in one of `files`, given by path."""
        return self.linker.written_in(frozenset(files))

    def readers(self, dataset: str) -> frozenset[str]:
        """Return the written datasets that depend on what is known of `dataset`."""
        return self.linker.readers().get(dataset, frozenset())

    def inputs(self) -> frozenset[str]:
        """Return the datasets that some write takes as an input."""
        return self.linker.inputs()

    def needs(self, dataset: str) -> Sequence[str]:
        """Return the written datasets that `dataset` depends on, sorted, without itself."""
        return self.linker.needs(dataset) if dataset in self.definitions else ()

    def circle(self, dataset: str) -> Sequence[str]:
        """Return the datasets that need each other in a circle with `dataset`; mostly none."""
        return self.linker.circles.get(dataset, ())

    def routine(self, name: str) -> tuple[Sequence[Operator], Routine] | None:
        """Return what a procedure or function returns, and the nodes that it is made of."""
        found = self.routines.get(name)
        return None if found is None else (found[0].nodes, found[1])

    def functions(self) -> frozenset[str]:
        """Return the routines that are functions of one value."""
        return self.linker.functions


def link(
    lowered: Sequence[Lowered],
    *,
    catalog: Mapping[str, Schema] | None = None,
    memory: Memory | None = None,
) -> World:
    """Return one revision, ready to be linked as far as it is asked for.

    `catalog` tells of datasets that no file here does.
    """
    return World(Linker(tuple(lowered), dict(catalog or {}), memory or Memory()))


def differing(base: World, head: World) -> tuple[str, ...]:
    """Return the datasets that two revisions may make or declare differently, upstream first.

    All others are made by equal statements, of files that both share, which see equal schemas:
    their definitions, schemas and warnings are equal. The worlds must share a `Memory`. Only what
    differs, and what that needs, is linked.
    """
    found: set[str] = set()
    waiting = _stated_differently(base, head)
    while waiting:
        dataset = waiting.pop()
        if dataset in found:
            continue
        found.add(dataset)
        if base.schemas.get(dataset) != head.schemas.get(dataset):
            waiting += base.readers(dataset) | head.readers(dataset)
        waiting += (*base.circle(dataset), *head.circle(dataset))

    def needs(name: str) -> Sequence[str]:
        return sorted({*base.needs(name), *head.needs(name)})

    ordered = [name for circle in in_order(sorted(found), needs) for name in circle]
    return tuple(name for name in ordered if name in found)


def _stated_differently(base: World, head: World) -> list[str]:
    """Return the datasets whose statements or declarations are not the same in both."""
    one, other = base.linker, head.linker
    found = [
        name
        for name in {*one.declarations, *other.declarations}
        if not _same(one.declarations.get(name, ()), other.declarations.get(name, ()))
        or one.declared.get(name) != other.declared.get(name)
    ]
    called_alike = one.synonyms == other.synonyms and _same_routines(one.routines, other.routines)
    tell = Linker.stated if called_alike else Linker.seen_by
    found += [name for name in {*one.writes, *other.writes} if tell(one, name) != tell(other, name)]
    return found


def _same(one: Sequence[object], other: Sequence[object]) -> bool:
    return len(one) == len(other) and all(map(is_, one, other))


def _same_routines(
    one: Mapping[str, tuple[Lowered, Routine]], other: Mapping[str, tuple[Lowered, Routine]]
) -> bool:
    return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)


__all__ = ["Memory", "World", "differing", "link"]
