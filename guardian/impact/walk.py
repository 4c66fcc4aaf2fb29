"""The walk from a changed dataset to all that feels it, over the edges and row flows of a graph."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import chain

import msgspec

from guardian.lineage.graph import ANY, Graph
from guardian.model.changes import Hop
from guardian.model.lineage import ColumnRef, Edge, RowFlow
from guardian.model.plan import Exposure


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What every walk of one report shares."""

    head: Graph
    base: Graph
    changed: frozenset[str]
    readers: "Mapping[str, Sequence[Reader]]"
    repositories: Mapping[str, str] = {}


class Reader(msgspec.Struct, frozen=True):
    """An exposure as one of its datasets sees it; `columns` is empty where all of them count."""

    exposure: Exposure
    columns: frozenset[str]


class Walk:
    """A breadth-first walk from the changed dataset; `came` holds, for each effect, how it came."""

    def __init__(self, world: World, own: str, new_name: str | None = None) -> None:
        self.world = world
        self.own = own
        self.new_name = new_name
        self.came: dict[ColumnRef, tuple[ColumnRef, Edge | RowFlow] | None] = {}
        self.depth: dict[ColumnRef, int] = {}
        self.first: dict[str, ColumnRef] = {}
        self.jobs: set[str] = set()
        self.unfelt: set[ColumnRef] = set()
        self._waiting: deque[ColumnRef] = deque()
        self._sides: set[tuple[str, str, str]] = set()
        self._explained: set[str] = set()
        self._recalculated: set[tuple[str, str]] = set()

    def start(self, ref: ColumnRef) -> None:
        """Begin at `ref`, which no job has to make."""
        self.came[ref] = None
        self.depth[ref] = 0
        self._waiting.append(ref)

    def start_unfelt(self, ref: ColumnRef) -> None:
        """Begin at something new, which nobody can miss; the caller reaches those that it meets."""
        self.came[ref] = None
        self.depth[ref] = 0
        self.unfelt.add(ref)

    def reach(self, origin: ColumnRef, step: Edge | RowFlow, target: ColumnRef) -> None:
        """Note that `step` carries the effect from `origin` to `target`."""
        if target.dataset != self.own:
            self.jobs.add(step.job)
        if target in self.came:
            return
        self.came[target] = (origin, step)
        self.depth[target] = self.depth[origin] + 1
        self.first.setdefault(target.dataset, target)
        self._waiting.append(target)

    def reach_rows(self, origin: ColumnRef, step: Edge | RowFlow, graph: Graph) -> None:
        """Note that other rows flow into what `step` makes, and what is worked out over them."""
        dataset = step.target.dataset if isinstance(step, Edge) else step.target
        self.reach(origin, step, ColumnRef(dataset, None))
        if (dataset, step.job) not in self._recalculated:
            self._recalculated.add((dataset, step.job))
            for column in _worked_out_over_rows(graph, dataset, step.job):
                self.reach(origin, step, ColumnRef(dataset, column))

    def run(self, *, gone: bool) -> None:
        """Follow everything until nothing new is reached; `gone` looks for readers of what was."""
        while self._waiting:
            ref = self._waiting.popleft()
            self._follow(ref, self.world.head)
            if gone and not self.world.head.has_column(ref):
                self._follow_what_was(ref)

    def _follow(self, ref: ColumnRef, graph: Graph) -> None:
        rows_too = ref.column is not None and ColumnRef(ref.dataset, None) in self.came
        # where the rows are felt, they carry along all else that a column would
        if rows_too and not graph.has_side_keys(ref.dataset):
            return
        if ref.column is None:
            for flow in graph.row_flows(ref.dataset):
                self.reach_rows(ref, flow, graph)
            for flow in graph.column_flows(ref.dataset):
                self.reach(ref, flow, ColumnRef(flow.target, flow.column))
        elif ref.dataset not in self._explained:
            self._explained.add(ref.dataset)
            for flow in _unexplained_flows(graph, ref.dataset):
                self.reach_rows(ref, flow, graph)
        for edge in edges_from(graph, ref):
            if not (rows_too and edge.decides_rows):
                self._cross(ref, edge, graph)

    def _follow_what_was(self, ref: ColumnRef) -> None:
        base = self.world.base
        if ref.column is None:
            for flow in base.row_flows(ref.dataset):
                if self.world.head.reads(flow.job, ref.dataset):
                    self.reach_rows(ref, flow, base)
            for flow in base.column_flows(ref.dataset):
                if self.world.head.reads(flow.job, ref.dataset):
                    self.reach(ref, flow, ColumnRef(flow.target, flow.column))
        for edge in edges_from(base, ref):
            if self._still_reads(ref, edge):
                self._cross(ref, edge, base)

    def _still_reads(self, ref: ColumnRef, edge: Edge) -> bool:
        """Return whether the reader of what is gone was left as it was.

        A dataset that changed in its own right was worked on: what it reads now, the head tells.
        """
        if not self.world.head.reads(edge.job, ref.dataset):
            return False
        if ref.column is None:
            return True
        return edge.target.dataset not in self.world.changed and not self._takes_new_name(ref, edge)

    def _takes_new_name(self, ref: ColumnRef, edge: Edge) -> bool:
        if self.new_name is None:
            return False
        successor = ColumnRef(ref.dataset, self.new_name)
        return any(
            now.target == edge.target and now.job == edge.job
            for now in self.world.head.leaving(successor)
        )

    def _cross(self, ref: ColumnRef, edge: Edge, graph: Graph) -> None:
        target = edge.target
        if target.column is not None:
            self.reach(ref, edge, through_star(ref, edge))
        elif ref.column is None:
            return  # the row flows have told already
        elif not graph.rows_flow(ref.dataset, target.dataset, edge.job):
            self._meet_other_rows(ref, edge, {ref.dataset}, graph)
        elif edge.decides_rows:
            self.reach_rows(ref, edge, graph)
        else:
            self._meet_other_rows(ref, edge, _side_inputs(graph, target.dataset, edge.job), graph)

    def _meet_other_rows(
        self, ref: ColumnRef, bearing: Edge, inputs: Set[str], graph: Graph
    ) -> None:
        """Reach all that `bearing`'s target takes from `inputs`: other rows of them are met."""
        side = (ref.dataset, bearing.target.dataset, bearing.job)
        if side in self._sides:
            return
        self._sides.add(side)
        if not inputs:  # a table that is joined to itself: what is met cannot be told apart
            self.reach_rows(ref, bearing, graph)
        for edge in graph.arriving_in_dataset(bearing.target.dataset):
            same = edge.job == bearing.job and edge.source.dataset in inputs
            if same and edge.target.column is not None:
                self.reach(ref, edge, edge.target)
        for flow in graph.column_flows_into(bearing.target.dataset):
            if flow.job == bearing.job and flow.source in inputs:
                self.reach(ref, flow, ColumnRef(flow.target, flow.column))

    def hops(self, ref: ColumnRef) -> tuple[Hop, ...]:
        """Return the way from the start to `ref`, in order; empty where `ref` is a start."""
        found: list[Hop] = []
        came = self.came[ref]
        while came is not None:
            origin, step = came
            source = step.source if isinstance(step, Edge) else ColumnRef(step.source, None)
            if source.dataset != origin.dataset:  # the key of a side input, felt by what it brings
                source = origin
            found.append(
                Hop(
                    source=source,
                    target=ref,
                    job=step.job,
                    location=step.location,
                    repository=self.world.repositories.get(step.job, ""),
                )
            )
            ref, came = origin, self.came[origin]
        return tuple(reversed(found))


def _unexplained_flows(graph: Graph, dataset: str) -> Iterator[RowFlow]:
    """Yield the flows of jobs that are known by their tables only: any column may matter there."""
    for flow in graph.row_flows(dataset):
        if not graph.is_complete(flow.target) and not any(
            edge.job == flow.job for edge in graph.arriving_in_dataset(flow.target)
        ):
            yield flow


def _worked_out_over_rows(graph: Graph, dataset: str, job: str) -> frozenset[str]:
    """Return the columns that `job` aggregates or numbers over rows, of whichever input.

    In an aggregation a column without any source is a count of rows, and one that is decided by
    what is no group key (`CASE WHEN SUM(x) > 10 …`) is worked out over rows too. What was grouped
    before it was joined as a side input is taken over as it is.
    """
    edges = [edge for edge in graph.arriving_in_dataset(dataset) if edge.job == job]
    made = [edge for edge in edges if edge.target.column is not None]
    ready = _grouped_before(edges)
    over_rows = {
        edge.target.column
        for edge in made
        if edge.subtype == "WINDOW"
        or (edge.subtype == "AGGREGATION" and edge.source.dataset not in ready)
    }
    grouping = (edge for edge in edges if edge.source.dataset not in ready)
    if made and not any(edge.subtype in {"AGGREGATION", "GROUP_BY"} for edge in grouping):
        return frozenset(name for name in over_rows if name)
    keys = {edge.source for edge in edges if edge.subtype == "GROUP_BY"}
    of_rows = {
        edge.target.column for edge in made if edge.type == "INDIRECT" and edge.source not in keys
    }
    counts = graph.columns(dataset) - {edge.target.column or "" for edge in made}
    return frozenset(name for name in over_rows | of_rows if name) | counts


def _grouped_before(edges: Sequence[Edge]) -> frozenset[str]:
    """Return the side inputs that are grouped on their own, where nothing is grouped above them."""
    keys = [edge for edge in edges if edge.subtype == "GROUP_BY"]
    taken = any(edge.subtype in {"IDENTITY", "TRANSFORMATION"} for edge in edges)
    if any(edge.decides_rows for edge in keys) or not taken:
        return frozenset()
    return frozenset(edge.source.dataset for edge in keys)


def _side_inputs(graph: Graph, dataset: str, job: str) -> frozenset[str]:
    """Return the inputs of `dataset` in `job` whose rows do not decide which rows it has."""
    inputs = {edge.source.dataset for edge in graph.arriving_in_dataset(dataset) if edge.job == job}
    inputs |= {flow.source for flow in graph.column_flows_into(dataset) if flow.job == job}
    return frozenset(name for name in inputs if not graph.rows_flow(name, dataset, job))


def edges_from(graph: Graph, ref: ColumnRef) -> Iterator[Edge]:
    """Yield the edges that carry an effect on `ref` anywhere; without a column, on its rows."""
    if ref.column is None or ref.column == ANY:
        edges = graph.leaving_dataset(ref.dataset)
    else:
        star = ColumnRef(ref.dataset, ANY)
        edges = chain(graph.leaving(ref), graph.leaving(star))
    # an ORDER BY that no LIMIT follows alters nothing that is stored
    yield from (edge for edge in edges if edge.decides_rows or edge.subtype != "SORT")


def through_star(ref: ColumnRef, edge: Edge) -> ColumnRef:
    """Return where `edge` takes `ref`; a star that was not expanded keeps the column's name."""
    passes = edge.source.column == ANY == edge.target.column and edge.type == "DIRECT"
    if passes and ref.column is not None:
        return ColumnRef(edge.target.dataset, ref.column)
    return edge.target
