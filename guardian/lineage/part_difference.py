"""What two versions of a repository's part do not share: datasets, columns, edges, readers."""

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

import msgspec

from guardian.model.lineage import ColumnRef, Edge
from guardian.model.snapshot import SnapshotPart

Kind = Literal["dataset", "column", "job", "edge", "dashboard", "kpi"]


class Item(msgspec.Struct, frozen=True, order=True):
    """One thing that a part tells of, in words that stay when its code only moves."""

    kind: Kind
    name: str


class PartDifference(msgspec.Struct, frozen=True, kw_only=True):
    """What came and what went from one version to another; both are sorted."""

    schema_version: Literal["1"] = "1"
    repository: str
    added: tuple[Item, ...] = ()
    removed: tuple[Item, ...] = ()


_Items: TypeAlias = Mapping[Item, Item | None]


def part_difference(before: SnapshotPart | None, after: SnapshotPart) -> PartDifference:
    """Return what `after` tells and `before` does not, and the other way round.

    Where an edge stands in the code does not count. The columns of a dataset that comes or goes
    are not told apart from it.
    """
    old = dict(_items(before)) if before else {}
    new = dict(_items(after))
    return PartDifference(
        repository=after.repository, added=_beyond(new, old), removed=_beyond(old, new)
    )


def _beyond(these: _Items, those: _Items) -> tuple[Item, ...]:
    """Return what is in `these` alone, unless what holds it is so, too."""
    alone = these.keys() - those.keys()
    return tuple(sorted(item for item in alone if these[item] not in alone))


def _items(part: SnapshotPart) -> Iterator[tuple[Item, Item | None]]:
    """Yield all that a part tells of, a column with its dataset."""
    for dataset in part.lineage.datasets:
        whole = Item("dataset", dataset.name)
        yield whole, None
        for column in dataset.columns:
            yield Item("column", f"{dataset.name}.{column.name}"), whole
    for job in part.lineage.jobs:
        yield Item("job", job.id), None
    for edge in part.lineage.edges:
        yield Item("edge", _said(edge)), None
    for exposure in part.exposures:
        yield Item(exposure.kind, exposure.name), None


def _said(edge: Edge) -> str:
    how = edge.subtype.lower().replace("_", " ")
    return f"{_name(edge.source)} → {_name(edge.target)} ({how}, {edge.job})"


def _name(ref: ColumnRef) -> str:
    return f"{ref.dataset} (rows)" if ref.column is None else f"{ref.dataset}.{ref.column}"
