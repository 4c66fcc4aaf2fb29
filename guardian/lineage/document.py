"""A linked revision → the lineage document.

Every list sorted, so that equal input gives equal bytes.
"""

from collections.abc import Iterable, Mapping
from itertools import product

import msgspec

from guardian.lineage.link import World
from guardian.model.lineage import (
    Column,
    ColumnRef,
    Coverage,
    Dataset,
    Edge,
    Job,
    Lineage,
    Location,
    RowFlow,
    edge_order,
)


def document(world: World, coverage: Coverage) -> Lineage:
    """Return the lineage document of a linked revision."""
    parts = Parts(world)
    edges = tuple(edge for target in sorted(parts.targets()) for edge in parts.edges(target))
    flows = sorted(flow for target in parts.targets() for flow in parts.rows(target))
    return Lineage(
        datasets=tuple(_datasets(world, edges)),
        jobs=tuple(_jobs(world)),
        edges=edges,
        rows=tuple(flows),
        warnings=world.warnings,
        coverage=coverage,
    )


class Parts:
    """What the document of a revision says of each dataset that is made: what flows into it."""

    def __init__(self, world: World) -> None:
        """Read what hints tell; a dataset is linked when it is asked for."""
        self._world = world
        self._hinted: dict[str, dict[tuple[str, str, str], RowFlow]] = {}
        for key, flow in _hinted(world).items():
            self._hinted.setdefault(flow.target, {})[key] = flow

    def targets(self) -> frozenset[str]:
        """Return the datasets that are written, or that a hint says to be."""
        return frozenset((*self._world.definitions, *self._hinted))

    def edges(self, target: str) -> tuple[Edge, ...]:
        """Return the edges that end at a dataset, sorted."""
        made = self._world.definitions.get(target, ())
        hinted = self._hinted.get(target, {})
        return _merged(_confirmed(edge, hinted) for item in made for edge in item.edges)

    def rows(self, target: str) -> tuple[RowFlow, ...]:
        """Return what the rows of a dataset depend on, sorted."""
        made = self._world.definitions.get(target, ())
        flows = {flow for item in made for flow in item.flows}
        read = {(flow.source, flow.target, flow.job) for flow in flows}
        hinted = self._hinted.get(target, {})
        return tuple(sorted(flows.union(flow for key, flow in hinted.items() if key not in read)))

    def hinted(self, source: str) -> frozenset[str]:
        """Return the datasets that a hint says to depend on `source`."""
        return frozenset(
            target
            for target, flows in self._hinted.items()
            if any(flow.source == source for flow in flows.values())
        )


def _merged(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Return the edges, one for each source, target, kind and job.

    The surest, at its first line.
    """
    best: dict[tuple[ColumnRef, ColumnRef, str, str, str], Edge] = {}
    for edge in edges:
        key = (edge.source, edge.target, edge.type, edge.subtype, edge.job)
        held = best.get(key)
        if held is None or _rank(edge) < _rank(held):
            best[key] = edge
    return tuple(sorted(best.values(), key=edge_order))


def _rank(edge: Edge) -> tuple[bool, float, Location]:
    return not edge.decides_rows, -edge.confidence, edge.location


def _datasets(world: World, edges: Iterable[Edge]) -> Iterable[Dataset]:
    """Yield every dataset that is written, read or declared, with what is known of its columns."""
    read: dict[str, dict[str, None]] = {}
    for edge in edges:
        if edge.source.column not in {None, "*"}:
            read.setdefault(edge.source.dataset, {})[str(edge.source.column)] = None
    names = {*world.definitions, *world.schemas, *read}
    names |= {name for made in world.definitions.values() for item in made for name in item.reads}
    names |= {
        name
        for file in world.lowered
        for hint in file.tables
        for name in (*hint.reads, *hint.writes)
    }
    for name in sorted(names):
        yield dataset_of(world, name, read.get(name, ()))


def dataset_of(world: World, name: str, read: Iterable[str]) -> Dataset:
    """Return what is known of a dataset's columns; `read` are those that jobs take from it."""
    schema = world.schemas.get(name)
    known = (
        ()
        if schema is None
        else tuple(column for column in schema.columns if not column.name.startswith("*"))
    )
    complete = schema is not None and schema.complete
    if not complete:
        told = {column.name for column in known}
        known += tuple(Column(column) for column in sorted(read) if _apart(column, told))
    return Dataset(name, known, complete)


def _apart(column: str, told: set[str]) -> bool:
    return column not in told and column.split(".", maxsplit=1)[0] not in told


def _jobs(world: World) -> Iterable[Job]:
    languages: dict[str, str] = {}
    reads: dict[str, set[str]] = {}
    writes: dict[str, set[str]] = {}
    for made in world.definitions.values():
        for item in made:
            languages[item.job] = item.language
            reads.setdefault(item.job, set()).update(item.reads)
            writes.setdefault(item.job, set()).add(item.dataset)
    for file in world.lowered:
        for hint in file.tables:
            languages.setdefault(hint.job, file.language)
            reads.setdefault(hint.job, set()).update(hint.reads)
            writes.setdefault(hint.job, set()).update(hint.writes)
    calls = _calls(world)
    for file in world.lowered:
        for job, _ in file.calls:
            if job in calls:
                languages.setdefault(job, file.language)
    for job in sorted(languages):
        yield Job(
            job,
            languages[job],
            tuple(sorted(reads.get(job, ()))),
            tuple(sorted(writes.get(job, ()))),
            tuple(sorted(calls.get(job, ()))),
        )


def _calls(world: World) -> dict[str, set[str]]:
    """Return the jobs that each job runs, as far as these are of this repository."""
    jobs = {name: job for file in world.lowered for name, job in file.procedures}
    found: dict[str, set[str]] = {}
    for file in world.lowered:
        for job, procedure in file.calls:
            called = jobs.get(procedure)
            if called is not None and called != job:
                found.setdefault(job, set()).add(called)
    return found


def _hinted(world: World) -> dict[tuple[str, str, str], RowFlow]:
    """Return what hints and last-resort searches tell, by source, target and job.

    All of a statement's inputs bear on all of its outputs. Two that agree are surer than one.
    """
    found: dict[tuple[str, str, str], RowFlow] = {}
    for file in world.lowered:
        for hint in file.tables:
            for source, target in product(hint.reads, hint.writes):
                if source == target:
                    continue
                flow = RowFlow(
                    source=source,
                    target=target,
                    job=hint.job,
                    location=hint.at,
                    confidence=hint.confidence,
                )
                held = found.get((source, target, hint.job))
                if held is not None:
                    sure = both(held.confidence, hint.confidence)
                    flow = msgspec.structs.replace(min(held, flow), confidence=sure)
                found[source, target, hint.job] = flow
    return found


def both(one: float, other: float) -> float:
    """Return how sure a thing is that is told twice, each time by itself."""
    return round(1 - (1 - one) * (1 - other), 3)


def _confirmed(edge: Edge, hinted: Mapping[tuple[str, str, str], RowFlow]) -> Edge:
    """Return an edge, surer where it was not sure and a hint says the same."""
    hint = hinted.get((edge.source.dataset, edge.target.dataset, edge.job))
    if hint is None or not 0 < edge.confidence < 1:
        return edge
    return msgspec.structs.replace(edge, confidence=both(edge.confidence, hint.confidence))
