"""Where the walk of a change begins: the columns or rows of its dataset that are others now."""

import re
from collections.abc import Iterator, Sequence

from guardian.impact.walk import Walk, edges_from, through_star
from guardian.model.changes import Change
from guardian.model.lineage import ColumnRef

COMES = frozenset({"column-added", "dataset-added", "column-renamed"})
GOES = frozenset({"column-removed", "dataset-removed", "column-renamed"})
_INPUTS = frozenset({"input-added", "input-removed"})
_WHOLE = frozenset({"rows-changed", "dataset-added", "dataset-removed"})

# What a write says that alters what its dataset holds; the rest only says how it is stored.
_ALTERING = (
    "incremental filter", "incremental_strategy", "incremental_predicates", "unique_key",
    "merge_update_columns", "merge_exclude_columns", "strategy", "updated_at", "check_cols",
    "invalidate_hard_deletes", "hard_deletes", "dbt_valid_to_current", "event_time", "lookback",
    "begin", "overwrite partitions", "partitionoverwritemode", "replacewhere",
)  # fmt: skip
# What is said of a contract and of no data: nobody downstream feels it.
_WORDS = frozenset({"contract-added", "contract-version"})
# Each makes the dataset anew out of what it reads.
_AFRESH = frozenset({"overwrite", "view"})


def what_flows(change: Change) -> tuple[str | None, ...]:
    """Return a key that is equal for changes that have the same impact."""
    if change.rule in _INPUTS:
        return ("inputs", change.dataset)
    if change.rule in _WORDS or (change.rule == "write-changed" and not alters_data(change)):
        return ("storage",)
    if change.rule in COMES | GOES | {"column-order-changed"}:
        return (change.rule, change.dataset, change.column, change.before, change.after)
    return (change.dataset, change.column)


def begin(walk: Walk, change: Change, beside: Sequence[Change]) -> None:
    """Begin `walk` where `change` alters its dataset.

    `beside` are all changes of that dataset.
    """
    whole = ColumnRef(change.dataset, change.column)
    match change.rule:
        case "dataset-added":
            _at_added_dataset(walk, change.dataset)
        case "column-added":
            _at_added_column(walk, whole)
        case "column-renamed":
            walk.start(ColumnRef(change.dataset, change.before or change.column))
            if change.after is not None:
                _at_added_column(walk, ColumnRef(change.dataset, change.after))
        case "input-added" | "input-removed":
            for ref in _exchanged(walk, change.dataset, beside):
                walk.start(ref)
        case "column-order-changed":
            for ref in _moved(change):
                walk.start(ref)
        case "write-changed":
            if alters_data(change):
                walk.start(whole)
        case rule if rule in _WORDS:
            return
        case _:
            walk.start(whole)


def _at_added_dataset(walk: Walk, dataset: str) -> None:
    """Start with who read the dataset before the code made it: nobody else can be surprised."""
    rows = ColumnRef(dataset, None)
    walk.start_unfelt(rows)
    head, base = walk.world.head, walk.world.base
    for flow in head.row_flows(dataset):
        if base.reads(flow.job, dataset):
            walk.reach_rows(rows, flow, head)
    for flow in head.column_flows(dataset):
        if base.reads(flow.job, dataset):
            walk.reach(rows, flow, ColumnRef(flow.target, flow.column))
    for edge in head.leaving_dataset(dataset):
        if edge.target.column is not None and base.reads(edge.job, dataset):
            walk.reach(rows, edge, edge.target)


def _at_added_column(walk: Walk, ref: ColumnRef) -> None:
    """Start with those that get the column without asking for it, through a star."""
    walk.start_unfelt(ref)
    for edge in edges_from(walk.world.head, ref):
        target = through_star(ref, edge)
        asked = target.dataset in walk.world.changed or walk.world.base.has_column(target)
        if target.column is not None and not asked:
            walk.reach(ref, edge, target)


def _exchanged(walk: Walk, dataset: str, beside: Sequence[Change]) -> Iterator[ColumnRef]:
    """Yield what the dataset takes from an input that came in place of another.

    An input that only comes or only goes alters nothing by itself: other changes tell what it does.
    """
    came = {change.after for change in beside if change.rule == "input-added" and change.after}
    gone = {change.before for change in beside if change.rule == "input-removed"}
    if not came or not gone or any(change.rule in _WHOLE for change in beside):
        return
    head, told = walk.world.head, {change.column for change in beside if change.column}
    if any(flow.target == dataset for name in came for flow in head.row_flows(name)):
        yield ColumnRef(dataset, None)
    taken = [
        edge.target for edge in head.arriving_in_dataset(dataset) if edge.source.dataset in came
    ]
    taken += [
        ColumnRef(dataset, flow.column)
        for flow in head.column_flows_into(dataset)
        if flow.source in came
    ]
    yield from (ref for ref in dict.fromkeys(taken) if ref.column and ref.column not in told)


def _moved(change: Change) -> Iterator[ColumnRef]:
    """Yield the columns that hold what others held; all rows where none is named."""
    before, after = (change.before or "").split(", "), (change.after or "").split(", ")
    moved = [pair for pair in zip(before, after, strict=False) if pair[0] != pair[1]]
    if len(before) != len(after) or not moved:
        yield ColumnRef(change.dataset, None)
        return
    for name in dict.fromkeys(name for pair in moved for name in pair):
        yield ColumnRef(change.dataset, name)


def alters_data(change: Change) -> bool:
    """Return whether a changed write alters what the dataset holds, not only how it is stored."""
    keys = f" {change.detail} "
    if not change.detail or any(f" {key} " in keys for key in _ALTERING):
        return True
    return " mode " in keys and not {_mode(change.before), _mode(change.after)} <= _AFRESH


def _mode(said: str | None) -> str:
    found = re.search(r"(?:^|, )mode ([^,]+)", said or "")
    return found[1] if found else ""
