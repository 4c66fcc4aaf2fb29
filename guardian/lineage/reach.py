"""Walks over the graph for those who ask: everything up or down from a column, and one way."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from guardian.errors import ConfigError
from guardian.lineage.graph import ANY, Graph
from guardian.model.lineage import ColumnRef, Edge, Location, RowFlow
from guardian.model.plan import Exposure
from guardian.model.reach import Direction, Felt, Reach, Reached

MOST_REACHED = 100_000
MOST_CANDIDATES = 8
ROWS = "ROWS"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How far a walk goes: steps, columns, and whether `INDIRECT` edges count."""

    depth: int | None = None
    most: int = MOST_REACHED
    direct_only: bool = False


class _Step(msgspec.Struct, frozen=True):
    """One edge or row flow, turned the way of the walk."""

    to: ColumnRef
    type: str
    subtype: str
    job: str
    location: Location
    confidence: float


class Atlas(msgspec.Struct, frozen=True):
    """A graph, the repository of each job that is another's, and who shows what to people."""

    graph: Graph
    repositories: Mapping[str, str] = {}
    exposures: tuple[Exposure, ...] = ()


def reach(atlas: Atlas, asked: str, direction: Direction, limits: Limits | None = None) -> Reach:
    """Return what the column or dataset called `asked` flows into (`down`), or is made of (`up`).

    Level by level: each column is reached once, by a shortest way. Linear in the edges on the way;
    a job that reads what it writes does not loop.

    Raises:
        ConfigError: nothing here is called so; the nearest names are given.
    """
    limits = limits or Limits()
    start = named(atlas.graph, asked)
    walk = _Walk(atlas, direction, limits)
    found, left_out = walk.run(start)
    felt = _felt(atlas.exposures, start, found) if direction == "down" else ()
    return Reach(
        asked=asked,
        direction=direction,
        start=start,
        reached=tuple(found),
        exposures=tuple(felt),
        left_out=left_out,
    )


def way(atlas: Atlas, source: str, target: str) -> tuple[Reached, ...]:
    """Return the steps of a shortest way from `source` down to `target`; empty where none is.

    Ways by `DIRECT` edges alone go before shorter ones that need an `INDIRECT` one.

    Raises:
        ConfigError: nothing here is called so.
    """
    ends = frozenset(named(atlas.graph, target))
    start = named(atlas.graph, source)
    for direct_only in (True, False):
        walk = _Walk(atlas, "down", Limits(direct_only=direct_only))
        found, _ = walk.run(start, until=ends)
        by_column = {item.column: item for item in found}
        end = next((item for item in found if item.column in ends), None)
        if end is None:
            continue
        steps = [end]
        while steps[-1].via in by_column and steps[-1].via not in start:
            steps.append(by_column[steps[-1].via])
        return tuple(reversed(steps))
    return ()


class _Walk:
    def __init__(self, atlas: Atlas, direction: Direction, limits: Limits) -> None:
        self.graph = atlas.graph
        self.repositories = atlas.repositories
        self.limits = limits
        self.steps: Callable[[ColumnRef], Iterator[_Step]] = (
            self._down if direction == "down" else self._up
        )

    def run(
        self, start: Sequence[ColumnRef], until: frozenset[ColumnRef] = frozenset()
    ) -> tuple[list[Reached], int]:
        """Return what is reached, by distance and name, and how much the limit kept away."""
        seen = dict.fromkeys(start, (0, 1.0, False))
        level, found, left_out, distance = list(start), list[Reached](), 0, 0
        while level and not (until and until & seen.keys() and distance):
            distance += 1
            if self.limits.depth is not None and distance > self.limits.depth:
                break
            fresh: dict[ColumnRef, Reached] = {}
            for ref in level:
                for step in self.steps(ref):
                    if step.to in seen or (self.limits.direct_only and step.type != "DIRECT"):
                        continue
                    _, sure, indirect = seen[ref]
                    item = self._reached(ref, step, distance, sure, indirect=indirect)
                    if step.to not in fresh or _rank(item) < _rank(fresh[step.to]):
                        fresh[step.to] = item
            room = max(self.limits.most - len(found), 0)
            ordered = sorted(fresh.values(), key=lambda item: _name(item.column))
            left_out += len(ordered[room:])
            found += ordered[:room]
            level = [item.column for item in ordered[:room]]
            seen |= {item.column: (distance, item.confidence, item.indirect) for item in ordered}
        return found, left_out

    def _reached(
        self, via: ColumnRef, step: _Step, distance: int, sure: float, *, indirect: bool
    ) -> Reached:
        return Reached(
            column=step.to,
            distance=distance,
            via=via,
            type=step.type,
            subtype=step.subtype,
            job=step.job,
            location=step.location,
            repository=self.repositories.get(step.job, ""),
            indirect=indirect or step.type != "DIRECT",
            confidence=round(sure * step.confidence, 4),
        )

    def _down(self, ref: ColumnRef) -> Iterator[_Step]:
        for edge in _leaving(self.graph, ref):
            yield _of_edge(edge, _through_star(ref, edge.source, edge.target))
        if ref.column is None:
            for flow in self.graph.row_flows(ref.dataset):
                yield _of_flow(flow, ColumnRef(flow.target, None))
            for flow in self.graph.column_flows(ref.dataset):
                yield _of_flow(flow, ColumnRef(flow.target, flow.column))

    def _up(self, ref: ColumnRef) -> Iterator[_Step]:
        for edge in self.graph.arriving(ref):
            yield _of_edge(edge, edge.source)
        for edge in self.graph.arriving(ColumnRef(ref.dataset, ANY)) if ref.column else ():
            yield _of_edge(edge, ColumnRef(edge.source.dataset, ref.column))
        if ref.column is None:
            for flow in self.graph.row_flows_into(ref.dataset):
                yield _of_flow(flow, ColumnRef(flow.source, None))
            return
        for flow in self.graph.column_flows_into(ref.dataset):
            if flow.column == ref.column:
                yield _of_flow(flow, ColumnRef(flow.source, None))


def _leaving(graph: Graph, ref: ColumnRef) -> Iterator[Edge]:
    if ref.column is None:
        return
    yield from graph.leaving(ref)
    if ref.column != ANY:
        yield from graph.leaving(ColumnRef(ref.dataset, ANY))


def _through_star(ref: ColumnRef, source: ColumnRef, target: ColumnRef) -> ColumnRef:
    """Return where a column comes out: under its own name, where a star lets it through."""
    starred = source.column == ANY and target.column == ANY
    return ColumnRef(target.dataset, ref.column) if starred else target


def _of_edge(edge: Edge, to: ColumnRef) -> _Step:
    return _Step(to, edge.type, edge.subtype, edge.job, edge.location, edge.confidence)


def _of_flow(flow: RowFlow, to: ColumnRef) -> _Step:
    return _Step(to, "INDIRECT", ROWS, flow.job, flow.location, flow.confidence)


def _rank(item: Reached) -> tuple[object, ...]:
    """Return the order of ways of one length: direct before indirect, the surest first."""
    return item.indirect, -item.confidence, _name(item.via), item.subtype, item.job


def _name(ref: ColumnRef) -> tuple[str, str]:
    return ref.dataset, ref.column or ""


def _felt(
    exposures: Iterable[Exposure], start: Sequence[ColumnRef], found: Sequence[Reached]
) -> Iterator[Felt]:
    """Yield the dashboards and KPIs that show what was reached, the nearest first."""
    distances = dict.fromkeys(start, 0) | {item.column: item.distance for item in found}
    felt: list[Felt] = []
    for exposure in exposures:
        columns = {ColumnRef(dataset, column) for dataset, column in exposure.columns}
        told = {column.dataset for column in columns}
        whole = set(exposure.datasets) - told
        shown = [
            ref
            for ref in distances
            if ref in columns
            or ref.dataset in whole
            or (ref.column is None and ref.dataset in told)
        ]
        if shown:
            via = min(shown, key=lambda ref: (distances[ref], _name(ref)))
            felt.append(
                Felt(name=exposure.name, kind=exposure.kind, distance=distances[via] + 1, via=via)
            )
    yield from sorted(felt, key=lambda item: (item.distance, item.kind, item.name))


# --- names ---------------------------------------------------------------------------------------


def named(graph: Graph, asked: str) -> tuple[ColumnRef, ...]:
    """Return what a name stands for: a column, or all columns and the rows of a dataset.

    Case does not count where only one name is meant, nor does a schema in front.

    Raises:
        ConfigError: nothing is called so, or several are.
    """
    datasets = graph.datasets()
    found = _exact(graph, datasets, asked)
    if found:
        return found
    folded = asked.strip().lower()
    names = {name: name.lower() for name in datasets}
    alike = sorted(name for name, low in names.items() if _ends(low, folded))
    columns = [
        ref
        for name, low in names.items()
        for column in sorted(graph.columns(name))
        if folded.endswith(f".{column.lower()}")
        and _ends(low, folded.removesuffix(f".{column.lower()}"))
        for ref in (ColumnRef(name, column),)
    ]
    if len(alike) + len(columns) == 1:
        return (columns[0],) if columns else _whole(graph, alike[0])
    several = [*alike, *(f"{ref.dataset}.{ref.column}" for ref in columns)]
    if several:
        raise ConfigError(f"`{asked}` may mean several", fix=f"say which: {_listed(several)}")
    raise ConfigError(f"nothing here is called `{asked}`", fix=_nearest(graph, datasets, asked))


def _exact(graph: Graph, datasets: frozenset[str], asked: str) -> tuple[ColumnRef, ...]:
    if asked in datasets:
        return _whole(graph, asked)
    parts = asked.split(".")
    for place in range(len(parts) - 1, 0, -1):
        ref = ColumnRef(".".join(parts[:place]), ".".join(parts[place:]))
        if graph.has_column(ref) or any(graph.leaving(ref)) or any(graph.arriving(ref)):
            return (ref,)
    return ()


def _whole(graph: Graph, dataset: str) -> tuple[ColumnRef, ...]:
    columns = sorted(graph.columns(dataset))
    return (ColumnRef(dataset, None), *(ColumnRef(dataset, column) for column in columns))


def _ends(name: str, asked: str) -> bool:
    return name == asked or name.endswith((f".{asked}", f"/{asked}"))


def _nearest(graph: Graph, datasets: frozenset[str], asked: str) -> str:
    candidates = difflib.get_close_matches(asked, sorted(datasets)[:20_000], MOST_CANDIDATES)
    dataset, _, column = asked.rpartition(".")
    if dataset in datasets:
        near = difflib.get_close_matches(column, sorted(graph.columns(dataset)), MOST_CANDIDATES)
        candidates = [f"{dataset}.{name}" for name in near or sorted(graph.columns(dataset))]
    if not candidates:
        return "list the names with `guardian scan`"
    return f"did you mean {_listed(candidates)}?"


def _listed(names: Sequence[str]) -> str:
    shown = [f"`{name}`" for name in names[:MOST_CANDIDATES]]
    more = f" and {len(names) - MOST_CANDIDATES} more" if len(names) > MOST_CANDIDATES else ""
    return ", ".join(shown) + more
