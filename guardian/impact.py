"""From a change to all that is downstream: columns, datasets, jobs, dashboards, KPIs, with proof.

Two things flow. A *column* effect follows the edges of that column. A *row* effect, written as a
`ColumnRef` without a column, means that the dataset holds other rows: it bears on every column that
is made from the dataset, and on the rows of those datasets whose rows depend on it (`RowFlow`).
What a job counts or sums over such rows changes too, whatever dataset it is taken from.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from heapq import nsmallest
from itertools import chain

import msgspec

from guardian.lineage.graph import ANY, Graph
from guardian.lineage.spelling import matched
from guardian.model.changes import Change, Hop, Impact, Path
from guardian.model.lineage import ColumnRef, Edge, RowFlow
from guardian.model.plan import Exposure

MOST_PATHS = 50
MOST_HOPS = 100


class _World(msgspec.Struct, frozen=True, kw_only=True):
    """What every walk of one report shares."""

    head: Graph
    base: Graph
    changed: frozenset[str]
    readers: "Mapping[str, Sequence[_Reader]]"


class _Reader(msgspec.Struct, frozen=True):
    """An exposure as one of its datasets sees it; `columns` is empty where all of them count."""

    exposure: Exposure
    columns: frozenset[str]


class _Walk:
    """A breadth-first walk from the changed dataset; `came` holds, for each effect, how it came."""

    def __init__(self, world: _World, own: str, new_name: str | None = None) -> None:
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
        elif ref.dataset not in self._explained:
            self._explained.add(ref.dataset)
            for flow in _unexplained_flows(graph, ref.dataset):
                self.reach_rows(ref, flow, graph)
        for edge in _edges_from(graph, ref):
            if not (rows_too and edge.decides_rows):
                self._cross(ref, edge, graph)

    def _follow_what_was(self, ref: ColumnRef) -> None:
        base = self.world.base
        if ref.column is None:
            for flow in base.row_flows(ref.dataset):
                if self.world.head.reads(flow.job, ref.dataset):
                    self.reach_rows(ref, flow, base)
        for edge in _edges_from(base, ref):
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
            self.reach(ref, edge, _through_star(ref, edge))
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

    def hops(self, ref: ColumnRef) -> tuple[Hop, ...]:
        """Return the way from the start to `ref`, in order; empty where `ref` is a start."""
        found: list[Hop] = []
        came = self.came[ref]
        while came is not None:
            origin, step = came
            source = step.source if isinstance(step, Edge) else ColumnRef(step.source, None)
            found.append(Hop(source=source, target=ref, job=step.job, location=step.location))
            ref, came = origin, self.came[origin]
        return tuple(reversed(found))


def measure(
    changes: Sequence[Change], *, head: Graph, base: Graph, exposures: Sequence[Exposure]
) -> tuple[Change, ...]:
    """Return `changes`, each with its impact, in the same order.

    `head` and `base` hold the two revisions, each with the other repositories `under` it. A change
    is followed through the head; where a column or dataset is gone or renamed, also through those
    jobs of the base that are still there and still read it. Linear in what each change reaches.
    """
    world = _World(
        head=head,
        base=base,
        changed=frozenset(change.dataset for change in changes),
        readers=_readers(exposures, head.datasets() if exposures else ()),
    )
    known: dict[tuple[str | None, ...], Impact] = {}
    measured = []
    for change in changes:
        key = _what_flows(change)
        if key not in known:
            known[key] = _impact(change, world)
        measured.append(msgspec.structs.replace(change, impact=known[key]))
    return tuple(measured)


def overall(changes: Iterable[Change]) -> Impact:
    """Return the union of all impacts, without the datasets that are themselves changed."""
    changes = tuple(changes)
    changed = {change.dataset for change in changes}
    impacts = [change.impact for change in changes]
    datasets = {name for impact in impacts for name in impact.datasets} - changed
    return Impact(
        columns=_sorted(
            ref for impact in impacts for ref in impact.columns if ref.dataset not in changed
        ),
        datasets=tuple(sorted(datasets)),
        jobs=_jobs_beyond(changes, changed),
        dashboards=tuple(sorted({name for impact in impacts for name in impact.dashboards})),
        kpis=tuple(sorted({name for impact in impacts for name in impact.kpis})),
        paths=_shortest(
            path for impact in impacts for path in impact.paths if path.to not in changed
        ),
    )


# --- one change -----------------------------------------------------------------------------------


_COMES = frozenset({"column-added", "dataset-added", "column-renamed"})
_GOES = frozenset({"column-removed", "dataset-removed", "column-renamed"})


def _what_flows(change: Change) -> tuple[str | None, ...]:
    """Return a key that is equal for changes that have the same impact."""
    if change.rule in _COMES | _GOES:
        return (change.rule, change.dataset, change.column, change.before, change.after)
    return (change.dataset, change.column)


def _impact(change: Change, world: _World) -> Impact:
    renamed = change.rule == "column-renamed"
    walk = _Walk(world, change.dataset, change.after if renamed else None)
    match change.rule:
        case "dataset-added":
            _begin_at_added_dataset(walk, change.dataset)
        case "column-added":
            _begin_at_added_column(walk, ColumnRef(change.dataset, change.column))
        case "column-renamed":
            walk.start(ColumnRef(change.dataset, change.before or change.column))
            if change.after is not None:
                _begin_at_added_column(walk, ColumnRef(change.dataset, change.after))
        case _:
            walk.start(ColumnRef(change.dataset, change.column))
    walk.run(gone=change.rule in _GOES)
    return _told(walk)


def _begin_at_added_dataset(walk: _Walk, dataset: str) -> None:
    """Start with who read the dataset before the code made it: nobody else can be surprised."""
    rows = ColumnRef(dataset, None)
    walk.start_unfelt(rows)
    head, base = walk.world.head, walk.world.base
    for flow in head.row_flows(dataset):
        if base.reads(flow.job, dataset):
            walk.reach_rows(rows, flow, head)
    for edge in head.leaving_dataset(dataset):
        if edge.target.column is not None and base.reads(edge.job, dataset):
            walk.reach(rows, edge, edge.target)


def _begin_at_added_column(walk: _Walk, ref: ColumnRef) -> None:
    """Start with those that get the column without asking for it, through a star."""
    walk.start_unfelt(ref)
    for edge in _edges_from(walk.world.head, ref):
        target = _through_star(ref, edge)
        asked = target.dataset in walk.world.changed or walk.world.base.has_column(target)
        if target.column is not None and not asked:
            walk.reach(ref, edge, target)


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
    what is no group key (`CASE WHEN SUM(x) > 10 …`) is worked out over rows too.
    """
    edges = [edge for edge in graph.arriving_in_dataset(dataset) if edge.job == job]
    made = [edge for edge in edges if edge.target.column is not None]
    over_rows = {edge.target.column for edge in made if edge.subtype in {"AGGREGATION", "WINDOW"}}
    if made and not any(edge.subtype in {"AGGREGATION", "GROUP_BY"} for edge in edges):
        return frozenset(name for name in over_rows if name)
    keys = {edge.source for edge in edges if edge.subtype == "GROUP_BY"}
    of_rows = {
        edge.target.column for edge in made if edge.type == "INDIRECT" and edge.source not in keys
    }
    counts = graph.columns(dataset) - {edge.target.column or "" for edge in made}
    return frozenset(name for name in over_rows | of_rows if name) | counts


def _side_inputs(graph: Graph, dataset: str, job: str) -> frozenset[str]:
    """Return the inputs of `dataset` in `job` whose rows do not decide which rows it has."""
    inputs = {edge.source.dataset for edge in graph.arriving_in_dataset(dataset) if edge.job == job}
    return frozenset(name for name in inputs if not graph.rows_flow(name, dataset, job))


def _edges_from(graph: Graph, ref: ColumnRef) -> Iterator[Edge]:
    if ref.column is None or ref.column == ANY:
        edges = graph.leaving_dataset(ref.dataset)
    else:
        star = ColumnRef(ref.dataset, ANY)
        edges = chain(graph.leaving(ref), graph.leaving(star))
    # an ORDER BY that no LIMIT follows alters nothing that is stored
    yield from (edge for edge in edges if edge.decides_rows or edge.subtype != "SORT")


def _through_star(ref: ColumnRef, edge: Edge) -> ColumnRef:
    """Return where `edge` takes `ref`; a star that was not expanded keeps the column's name."""
    passes = edge.source.column == ANY == edge.target.column and edge.type == "DIRECT"
    if passes and ref.column is not None:
        return ColumnRef(edge.target.dataset, ref.column)
    return edge.target


# --- dashboards and KPIs --------------------------------------------------------------------------


def _readers(
    exposures: Sequence[Exposure], known: Iterable[str]
) -> Mapping[str, Sequence[_Reader]]:
    readers: dict[str, list[_Reader]] = {}
    for exposure in matched(exposures, known):
        columns: dict[str, set[str]] = {dataset: set() for dataset in exposure.datasets}
        for dataset, column in exposure.columns:
            columns.setdefault(dataset, set()).add(column.casefold())
        for dataset, names in columns.items():
            # `address.` stands for any field of it
            names |= {f"{name.partition('.')[0]}." for name in names if "." in name}
            readers.setdefault(dataset, []).append(_Reader(exposure, frozenset(names - {ANY})))
    return readers


def _affected(walk: _Walk) -> dict[tuple[str, str], ColumnRef]:
    """Return the exposures that feel the walk, by kind and name, and the nearest effect on each."""
    found: dict[tuple[str, str], ColumnRef] = {}
    for ref in walk.came:
        if ref in walk.unfelt:
            continue
        for reader in walk.world.readers.get(ref.dataset, ()):
            # other rows bear on every column, so a reader of any column feels a row effect
            if ref.column in {None, ANY} or _reads_column(reader, ref.column or ""):
                found.setdefault((reader.exposure.kind, reader.exposure.name), ref)
    return found


def _reads_column(reader: _Reader, column: str) -> bool:
    """Return whether `reader` shows `column`, a struct that holds it, or a field of it."""
    column = column.casefold()
    outer = column.partition(".")[0]
    return not reader.columns or not reader.columns.isdisjoint({column, outer, f"{column}."})


# --- the document ---------------------------------------------------------------------------------


def _told(walk: _Walk) -> Impact:
    exposures = _affected(walk)
    datasets = sorted(dataset for dataset in walk.first if dataset != walk.own)
    columns = (
        ref for ref in walk.came if ref.dataset != walk.own and ref.column not in {None, ANY}
    )
    ends = [(name, walk.first[name]) for name in datasets]
    ends += [(name, ref) for (_, name), ref in exposures.items()]
    return Impact(
        columns=_sorted(columns),
        datasets=tuple(datasets),
        jobs=tuple(sorted(walk.jobs)),
        dashboards=tuple(sorted(name for kind, name in exposures if kind == "dashboard")),
        kpis=tuple(sorted(name for kind, name in exposures if kind == "kpi")),
        paths=_paths(walk, ends),
    )


def _paths(walk: _Walk, ends: Iterable[tuple[str, ColumnRef]]) -> tuple[Path, ...]:
    """Return the proofs of the ends that `_shortest` keeps; the others are never put together."""

    def importance(end: tuple[str, ColumnRef]) -> tuple[bool, int, str]:
        name, ref = end
        return (name == ref.dataset, walk.depth[ref], name)

    near = (end for end in ends if walk.depth[end[1]] <= MOST_HOPS)
    kept = nsmallest(MOST_PATHS, near, key=importance)
    return _shortest(Path(to=name, hops=walk.hops(ref)) for name, ref in kept)


def _sorted(columns: Iterable[ColumnRef]) -> tuple[ColumnRef, ...]:
    return tuple(sorted(set(columns), key=lambda ref: (ref.dataset, ref.column or "")))


def _shortest(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return one path to each end, at most `MOST_PATHS`, sorted by end.

    Where there are too many, dashboards and KPIs go before datasets, and near before far.
    """
    nearest: dict[str, Path] = {}
    for path in paths:
        known = nearest.get(path.to)
        if known is None or len(path.hops) < len(known.hops):
            nearest[path.to] = path

    def importance(path: Path) -> tuple[bool, int, str]:
        is_dataset = bool(path.hops) and path.hops[-1].target.dataset == path.to
        return (is_dataset, len(path.hops), path.to)

    kept = sorted(nearest.values(), key=importance)[:MOST_PATHS]
    return tuple(sorted(kept, key=lambda path: path.to))


def _jobs_beyond(changes: Sequence[Change], changed: set[str]) -> tuple[str, ...]:
    """Return all downstream jobs, less those that only make what is changed itself."""
    own = {change.job for change in changes}
    jobs = {job for change in changes for job in change.impact.jobs}
    elsewhere = {
        hop.job
        for change in changes
        for path in change.impact.paths
        for hop in path.hops
        if hop.target.dataset not in changed
    }
    return tuple(sorted((jobs - own) | (jobs & elsewhere)))
