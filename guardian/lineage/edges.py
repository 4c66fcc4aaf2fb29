"""What was traced → edges of columns, edges of rows, and flows of rows alone."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeAlias

from guardian.lineage.trace import NO_PLACES, Tracer
from guardian.lineage.traced import Deciders, Source, Traced
from guardian.model.expression import Expression
from guardian.model.lineage import ColumnRef, Edge, Location, RowFlow, Subtype

Sureness: TypeAlias = Callable[[str, str, float], float]


def edges_of_column(
    traced: Traced,
    *,
    target: ColumnRef,
    job: str,
    at: Location,
    sureness: Sureness,
    places: Mapping[Source, Location] = NO_PLACES,
) -> Iterator[Edge]:
    """Yield the edges that end in one column, at its place or at that of their source in `places`.

    `sureness` tells how sure an edge is, by its source and by how surely the value flows.
    """
    for (dataset, column), (subtype, sure) in traced.direct.items():
        yield Edge(
            source=ColumnRef(dataset, column), target=target, type="DIRECT", subtype=subtype,
            job=job, location=places.get((dataset, column), at),
            confidence=sureness(dataset, column, sure),
        )  # fmt: skip
    for (dataset, column, subtype), sure in traced.indirect.items():
        yield Edge(
            source=ColumnRef(dataset, column), target=target, type="INDIRECT", subtype=subtype,
            job=job, location=places.get((dataset, column), at),
            confidence=sureness(dataset, column, sure),
        )  # fmt: skip


def edges_of_rows(
    found: Deciders,
    *,
    decisive: Collection[tuple[str, str, Subtype]],
    dataset: str,
    job: str,
    at: Location,
    sureness: Sureness,
) -> Iterator[Edge]:
    """Yield the edges that bear on every row of a dataset.

    `decisive` are those that decide which rows there are.
    """
    target = ColumnRef(dataset, None)
    for (source, column, subtype), (sure, place) in found.items():
        yield Edge(
            source=ColumnRef(source, column), target=target, type="INDIRECT", subtype=subtype,
            job=job, location=place or at, confidence=sureness(source, column, sure),
            decides_rows=(source, column, subtype) in decisive,
        )  # fmt: skip


def flows_of(
    rows: Expression, tracer: Tracer, *, dataset: str, job: str, at: Location
) -> tuple[RowFlow, ...]:
    """Return the row flows of one write, sorted."""
    sources = sorted(tracer.datasets(rows) - {dataset})
    return tuple(RowFlow(source=source, target=dataset, job=job, location=at) for source in sources)


def flows_of_column(
    expression: Expression, tracer: Tracer, *, target: ColumnRef, job: str, at: Location
) -> Iterator[RowFlow]:
    """Yield what one column's value depends on by rows alone: inputs that no edge names."""
    sources = tracer.datasets(expression)
    if not sources:
        return
    traced = tracer.value(expression)
    named = {dataset for dataset, _ in traced.direct} | {key[0] for key in traced.indirect}
    for source in sorted(sources - named - {target.dataset}):
        yield RowFlow(
            source=source, target=target.dataset, job=job, location=at, column=target.column or ""
        )
