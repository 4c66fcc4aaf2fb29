"""Datasets: written or not any more, what a job reads, how it writes."""

from collections.abc import Iterable, Iterator

from guardian.diff import Both, Detector, Pair
from guardian.diff.standing_in import stand_ins
from guardian.lineage.inputs import scans
from guardian.model.changes import Change
from guardian.model.definition import Definition
from guardian.model.lineage import Location
from guardian.model.plan import Declaration, WriteOptions

# Writing a table anew is one thing, whether the code says CREATE, CREATE OR REPLACE or overwrite.
SAME_MODE = {"create": "overwrite", "create or replace": "overwrite", "replace": "overwrite"}


def added_or_removed(both: Both) -> Iterator[Change]:
    """Yield one change for a dataset that only one side writes; its columns are not listed."""
    if both.in_head and not both.in_base:
        made = both.head_only[0]
        yield Change(
            rule="dataset-added",
            dataset=both.dataset,
            job=made.job,
            location=made.at,
            after=both.dataset,
        )
    if both.in_base and not both.in_head:
        made = both.base_only[0]
        yield Change(
            rule="dataset-removed",
            dataset=both.dataset,
            job=made.job,
            location=made.at,
            base_location=made.at,
            before=both.dataset,
        )


def changed_inputs(both: Both) -> Iterator[Change]:
    """Yield one change for each dataset that the writes of this one start or stop reading.

    Where one input stands in for another, each names the other in its detail.
    """
    if not both.pairs:
        return
    base = {name for pair in both.pairs for name in pair.base.reads}
    base |= {name for item in both.base_only for name in item.reads}
    head = {name for pair in both.pairs for name in pair.head.reads}
    head |= {name for item in both.head_only for name in item.reads}
    new, gone = sorted(head - base - {both.dataset}), sorted(base - head - {both.dataset})
    other = stand_ins(new, gone)
    made = both.pairs[0]
    for name in new:
        reader = next((pair.head for pair in both.pairs if name in pair.head.reads), made.head)
        yield Change(
            rule="input-added",
            dataset=both.dataset,
            after=name,
            job=reader.job,
            location=_named_at(reader, name),
            base_location=made.base.at,
            detail=other.get(name, ""),
        )
    for name in gone:
        reader = next((pair.base for pair in both.pairs if name in pair.base.reads), made.base)
        yield Change(
            rule="input-removed",
            dataset=both.dataset,
            before=name,
            job=made.head.job,
            location=made.head.at,
            base_location=_named_at(reader, name),
            detail=other.get(name, ""),
        )


def _named_at(definition: Definition, name: str) -> Location:
    """Return the line that names an input, in its own file; else where the write is."""
    found = (
        scan.at
        for scan in scans(definition.file, definition.write.plan)
        if scan.at is not None and scan.at.file == definition.at.file and _means(scan.dataset, name)
    )
    return min(found, default=definition.at)


def _means(written: str, name: str) -> bool:
    """Return whether a scan's name is that of a dataset, which linking may have completed."""
    one, other = written.casefold(), name.casefold()
    return one == other or other.endswith(f".{one}") or one.endswith(f".{other}")


def changed_writes(both: Both) -> Iterator[Change]:
    """Yield one change for each pair of writes whose mode, format, layout or location differ."""
    for pair in both.pairs:
        before, after = _described(pair.base.options), _described(pair.head.options)
        keys = [key for key in sorted({*before, *after}) if before.get(key) != after.get(key)]
        if keys:
            yield _write_changed(pair, keys, before, after)


def changed_storage(both: Both) -> Iterator[Change]:
    """Yield one change if DDL stores a table otherwise; its writes tell of themselves."""
    if not both.base_declared or not both.head_declared:
        return
    before, after = (_declared(items) for items in (both.base_declared, both.head_declared))
    keys = [key for key in sorted({*before, *after}) if before.get(key) != after.get(key)]
    if keys:
        head = both.head_declared[-1]
        yield Change(
            rule="write-changed",
            dataset=both.dataset,
            before=_said(before, keys),
            after=_said(after, keys),
            job=head.job,
            location=head.at,
            base_location=both.base_declared[-1].at,
            detail=" ".join(keys),
        )


def _declared(declarations: Iterable[Declaration]) -> dict[str, str]:
    """Return what DDL states of storage, later statements on top of earlier ones."""
    stated: dict[str, str] = {}
    for declaration in sorted(declarations, key=lambda item: (item.extend, item.at)):
        stated |= _described(declaration.options)
    stated.pop("mode", None)
    return stated


def _said(options: dict[str, str], keys: Iterable[str]) -> str | None:
    return ", ".join(f"{key} {options[key]}" for key in keys if key in options) or None


def _write_changed(
    pair: Pair, keys: list[str], before: dict[str, str], after: dict[str, str]
) -> Change:
    return Change(
        rule="write-changed",
        dataset=pair.head.dataset,
        before=_said(before, keys),
        after=_said(after, keys),
        job=pair.head.job,
        location=pair.head.at,
        base_location=pair.base.at,
        detail=" ".join(keys),
    )


def _described(options: WriteOptions) -> dict[str, str]:
    """Return what a write states, by the name that a report uses for it."""
    stated = {
        "mode": SAME_MODE.get(options.mode, options.mode),
        "format": options.format,
        "partitioned by": ", ".join(options.partition_by),
        "clustered by": ", ".join(options.cluster_by),
        "location": options.location,
        "materialized": options.materialized,
        **dict(options.options),
    }
    return {key: value for key, value in stated.items() if value}


DATASETS = Detector(rules=("dataset-added", "dataset-removed"), detect=added_or_removed)
INPUTS = Detector(rules=("input-added", "input-removed"), detect=changed_inputs)
WRITES = Detector(rules=("write-changed",), detect=changed_writes)
STORAGE = Detector(rules=("write-changed",), detect=changed_storage)
