"""From a change to all that is downstream: columns, datasets, jobs, dashboards, KPIs, with proof.

Two things flow. A *column* effect follows the edges of that column. A *row* effect, written as a
`ColumnRef` without a column, means that the dataset holds other rows: it bears on every column that
is made from the dataset, and on the rows of those datasets whose rows depend on it (`RowFlow`).
What a job counts or sums over such rows changes too, whatever dataset it is taken from.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from guardian.impact.felt import MOST_PATHS, felt, jobs_beyond, readers, shortest, sorted_columns
from guardian.impact.starts import GOES, begin, what_flows
from guardian.impact.walk import Walk, World
from guardian.lineage.graph import Graph
from guardian.model.changes import Change, Impact
from guardian.model.plan import Exposure


def measure(
    changes: Sequence[Change],
    *,
    head: Graph,
    base: Graph,
    exposures: Sequence[Exposure],
    repositories: Mapping[str, str] | None = None,
) -> tuple[Change, ...]:
    """Return `changes`, each with its impact, in the same order.

    `head` and `base` hold the two revisions, each with the other repositories `under` it. A change
    is followed through the head; where a column or dataset is gone or renamed, also through those
    jobs of the base that are still there and still read it. `repositories` are those of the jobs of
    others. Linear in what each change reaches.
    """
    world = World(
        head=head,
        base=base,
        changed=frozenset(change.dataset for change in changes),
        readers=readers(exposures, head.datasets() if exposures else ()),
        repositories=repositories or {},
    )
    of_dataset: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        of_dataset[change.dataset].append(change)
    known: dict[tuple[str | None, ...], Impact] = {}
    measured = []
    for change in changes:
        key = what_flows(change)
        if key not in known:
            known[key] = _impact(change, of_dataset[change.dataset], world)
        measured.append(msgspec.structs.replace(change, impact=known[key]))
    return tuple(measured)


def overall(changes: Iterable[Change]) -> Impact:
    """Return the union of all impacts, without the datasets that are themselves changed."""
    changes = tuple(changes)
    changed = {change.dataset for change in changes}
    impacts = [change.impact for change in changes]
    datasets = {name for impact in impacts for name in impact.datasets} - changed
    return Impact(
        columns=sorted_columns(
            ref for impact in impacts for ref in impact.columns if ref.dataset not in changed
        ),
        datasets=tuple(sorted(datasets)),
        jobs=jobs_beyond(changes, changed),
        dashboards=tuple(sorted({name for impact in impacts for name in impact.dashboards})),
        kpis=tuple(sorted({name for impact in impacts for name in impact.kpis})),
        paths=shortest(
            path for impact in impacts for path in impact.paths if path.to not in changed
        ),
        promises=tuple(sorted({one for impact in impacts for one in impact.promises})),
    )


def _impact(change: Change, beside: Sequence[Change], world: World) -> Impact:
    renamed = change.rule == "column-renamed"
    walk = Walk(world, change.dataset, change.after if renamed else None)
    begin(walk, change, beside)
    walk.run(gone=change.rule in GOES)
    return felt(walk)


__all__ = ["MOST_PATHS", "measure", "overall"]
