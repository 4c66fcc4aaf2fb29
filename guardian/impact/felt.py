"""What a walk has reached → an `Impact`: columns, datasets, dashboards and KPIs, with proof."""

from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest

from guardian.impact.walk import Reader, Walk
from guardian.lineage.graph import ANY
from guardian.lineage.spelling import matched
from guardian.model.changes import Change, Impact, Path
from guardian.model.lineage import ColumnRef
from guardian.model.plan import Exposure

MOST_PATHS = 50
MOST_HOPS = 100

# --- dashboards and KPIs --------------------------------------------------------------------------


def readers(exposures: Sequence[Exposure], known: Iterable[str]) -> Mapping[str, Sequence[Reader]]:
    """Return who reads each of the `known` datasets, under whatever spelling they name it."""
    found: dict[str, list[Reader]] = {}
    for exposure in matched(exposures, known):
        columns: dict[str, set[str]] = {dataset: set() for dataset in exposure.datasets}
        for dataset, column in exposure.columns:
            columns.setdefault(dataset, set()).add(column.casefold())
        for dataset, names in columns.items():
            # `address.` stands for any field of it
            names |= {f"{name.partition('.')[0]}." for name in names if "." in name}
            found.setdefault(dataset, []).append(Reader(exposure, frozenset(names - {ANY})))
    return found


def _affected(walk: Walk) -> dict[tuple[str, str], ColumnRef]:
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


def _reads_column(reader: Reader, column: str) -> bool:
    """Return whether `reader` shows `column`, a struct that holds it, or a field of it."""
    column = column.casefold()
    outer = column.partition(".")[0]
    return not reader.columns or not reader.columns.isdisjoint({column, outer, f"{column}."})


# --- the document ---------------------------------------------------------------------------------


def felt(walk: Walk) -> Impact:
    """Return what `walk` has reached, as the report says it."""
    exposures = _affected(walk)
    datasets = sorted(dataset for dataset in walk.first if dataset != walk.own)
    columns = (
        ref for ref in walk.came if ref.dataset != walk.own and ref.column not in {None, ANY}
    )
    ends = [(name, walk.first[name]) for name in datasets]
    ends += [(name, ref) for (_, name), ref in exposures.items()]
    return Impact(
        columns=sorted_columns(columns),
        datasets=tuple(datasets),
        jobs=tuple(sorted(walk.jobs)),
        dashboards=tuple(sorted(name for kind, name in exposures if kind == "dashboard")),
        kpis=tuple(sorted(name for kind, name in exposures if kind == "kpi")),
        paths=_paths(walk, ends),
    )


def _paths(walk: Walk, ends: Iterable[tuple[str, ColumnRef]]) -> tuple[Path, ...]:
    """Return the proofs of the ends that `_shortest` keeps; the others are never put together."""

    def importance(end: tuple[str, ColumnRef]) -> tuple[bool, int, str]:
        name, ref = end
        return (name == ref.dataset, walk.depth[ref], name)

    near = (end for end in ends if walk.depth[end[1]] <= MOST_HOPS)
    kept = nsmallest(MOST_PATHS, near, key=importance)
    return shortest(Path(to=name, hops=walk.hops(ref)) for name, ref in kept)


def sorted_columns(columns: Iterable[ColumnRef]) -> tuple[ColumnRef, ...]:
    """Return each of `columns` once, by dataset and name."""
    return tuple(sorted(set(columns), key=lambda ref: (ref.dataset, ref.column or "")))


def shortest(paths: Iterable[Path]) -> tuple[Path, ...]:
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


def jobs_beyond(changes: Sequence[Change], changed: set[str]) -> tuple[str, ...]:
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
