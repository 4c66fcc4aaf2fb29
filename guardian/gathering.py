"""Which changes are told together, and in what words: one edit is one finding.

A report lists every change of its own. What people see is gathered here: twelve columns of one
dataset, an input and the one that it stands in for, the two names of a dataset.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from guardian.escape import value
from guardian.model.changes import Change, Impact
from guardian.model.lineage import ColumnRef, Location

MOST_CHARACTERS = 120
MOST_ALIKE = 6  # changes named that have one cause
SWAPPED = frozenset({"input-added", "input-removed"})
RENAMED = frozenset({"dataset-added", "dataset-removed"})
# What tells only what was promised of what another change says → the rules that one may have.
_PROMISED: Mapping[str, tuple[str, ...]] = {
    "contract-column-missing": ("column-removed", "column-renamed"),
    "contract-column-unlisted": ("column-added", "column-renamed"),
    "contract-type-mismatch": ("column-type-changed",),
    "contract-order-broken": ("column-order-changed",),
    "contract-partition-broken": ("write-changed",),
}
_OTHERWISE = "; its contract promises otherwise"
_BROKEN_PROMISES: Mapping[tuple[str, str], str] = {
    ("column-removed", "contract-column-missing"): ", which its contract promises",
    ("column-renamed", "contract-column-missing"): "; its contract promises the old name",
    ("column-renamed", "contract-column-unlisted"): "",
    ("column-added", "contract-column-unlisted"): "; its contract does not name all of them",
}
_BY_COLUMN = frozenset({"column-added", "column-removed"})
_BY_TEXT = frozenset({"column-logic-changed", "column-type-changed", "column-nullability-changed"})


def gathered(changes: Iterable[Change]) -> list[tuple[Change, tuple[Change, ...]]]:
    """Return changes in their order, each with those behind it that are told together with it."""
    changes = tuple(changes)
    keys: list[object] = [_edit(one) or number for number, one in enumerate(changes)]
    told = {
        subject: key for one, key in zip(changes, keys, strict=True) for subject in _subjects(one)
    }
    renamed = {frozenset((one.dataset, one.detail)) for one in changes if _is_renamed(one)}
    groups: dict[object, list[Change]] = {}
    for change, own in zip(changes, keys, strict=True):
        inputs = frozenset((change.before or change.after or "", change.detail))
        found = (told.get(_subject(rule, change)) for rule in _PROMISED.get(change.rule, ()))
        key = next((one for one in found if one is not None), own)
        if change.rule in SWAPPED and inputs in renamed:
            key = inputs, change.accepted is None
        groups.setdefault(key, []).append(change)
    return [_led(group) for group in groups.values()]


def _subjects(change: Change) -> Iterator[tuple[object, ...]]:
    """Yield what a change may have in common with a promise that it breaks."""
    yield _subject(change.rule, change)
    if change.rule == "column-renamed":
        for name in (change.before, change.after):
            yield _subject(change.rule, msgspec.structs.replace(change, column=name))


def _subject(rule: str, change: Change) -> tuple[object, ...]:
    """Return what a change and the promise that it breaks have in common, by the change's rule."""
    return rule, change.dataset, change.column, change.accepted is None


def _of_code(change: Change, alike: Sequence[Change]) -> list[Change]:
    """Return the changes of `alike` without what only tells what was promised of them."""
    return [item for item in alike if item.rule not in _PROMISED or change.rule in _PROMISED]


def _led(group: Sequence[Change]) -> tuple[Change, tuple[Change, ...]]:
    """Return changes told together, first the one that says what happens: one of the worst."""
    worst = [change for change in group if change.severity == group[0].severity]
    lead = next((one for one in worst if _is_renamed(one) and one.rule == "dataset-removed"), None)
    lead = lead or group[0]
    return lead, tuple(change for change in group if change is not lead)


def _edit(change: Change) -> tuple[object, ...]:
    """Return what all changes have in common that one edit makes; empty for one that stands alone.

    An input and the one that it stands in for are one edit, and so are the two names of a dataset,
    also where its readers use the new one.
    """
    counts = change.accepted is None
    if change.rule in SWAPPED and change.detail:
        inputs = frozenset((change.before or change.after or "", change.detail))
        return change.dataset, change.job, inputs, counts
    if _is_renamed(change):
        return frozenset((change.dataset, change.detail)), counts
    if change.cause:
        return change.cause, change.rule, counts
    if change.rule in _OF_DOCUMENT and change.column is None:
        return change.rule, change.job, change.before, change.after, change.detail, counts
    own = (change.rule, change.dataset, change.job, counts)
    if change.side_input:
        return *own, change.side_input
    if change.rule in _BY_COLUMN:
        return *own, change.severity
    return (*own, *_pattern(change)) if change.rule in _BY_TEXT else ()


# What a contract says once for all of its tables.
_OF_DOCUMENT = frozenset({
    "contract-access-changed", "contract-freshness-loosened", "contract-location-changed",
    "contract-status-changed", "contract-version",
})  # fmt: skip


def _pattern(change: Change) -> tuple[str, ...]:
    """Return what was and what is without the column's own name, which columns may share."""
    own = re.compile(rf"(?<!\w){re.escape(change.column or '')}(?!\w)", re.IGNORECASE)
    sides = (change.before or "", change.after or "")
    return tuple(own.sub("\0", text) if change.column else text for text in sides)


def _is_renamed(change: Change) -> bool:
    return change.rule in RENAMED and bool(change.detail)


def message(change: Change, alike: Sequence[Change] = ()) -> str:
    """Return what a change does, in our own words; columns alike are named with it."""
    promises = [item for item in alike if change.rule in _PROMISED.get(item.rule, ())]
    if promises:
        rest = _of_code(change, alike)
        promises = [
            item for item in promises if _BROKEN_PROMISES.get((change.rule, item.rule)) != ""
        ]
        if not promises:
            return message(change, rest)
        places = _listed(sorted({item.detail for item in promises}))
        pairs = dict.fromkeys((change.rule, item.rule) for item in promises)
        said = "".join(_BROKEN_PROMISES.get(pair, _OTHERWISE) for pair in pairs)
        if len(promises) == 1 + len(rest):
            said = said.replace("all of them", "them" if rest else "it")
        return f"{message(change, rest).rstrip('.')}{said} ({places})."
    tables = sorted({item.dataset for item in alike} - {change.dataset})
    if change.rule in _OF_DOCUMENT and tables:
        return f"{change.message.rstrip('.')}; likewise {_listed(tables)}."
    columns = _columns_of(change, alike)
    readers = sorted({item.dataset for item in alike if item.rule in SWAPPED})
    if _is_renamed(change) and readers:
        use = "uses" if len(readers) == 1 else "use"
        return f"{change.message.rstrip('.')}; {_listed(readers)} {use} the new name already."
    if len(columns) < 2:
        return change.message
    for rule, one, several in _SEVERAL:
        if change.rule == rule and change.message == _filled(one, change, columns):
            rows = change.side_input is not None and rule == "column-logic-changed"
            return _filled(_FROM_OTHER_ROWS if rows else several, change, columns)
    return f"{change.message.rstrip('.')}; likewise {_listed(columns[1:])}."


# What our own rules say of one column → the same of several.
_SEVERAL = (
    (
        "column-added",
        "{dataset} has a new column, {column}.",
        "{dataset} has {count} new columns: {columns}.",
    ),
    ("column-removed", "{dataset} no longer has {column}.", "{dataset} no longer has {columns}."),
    (
        "column-logic-changed",
        "{reference} is computed otherwise.",
        "{columns} of {dataset} are computed otherwise.",
    ),
)
_FROM_OTHER_ROWS = "{columns} of {dataset} are taken from other rows."


def _filled(text: str, change: Change, columns: Sequence[str]) -> str:
    dataset, column = (value(one, MOST_CHARACTERS) for one in (change.dataset, columns[0]))
    return text.format(
        dataset=f"`{dataset}`", column=f"`{column}`", reference=f"`{dataset}.{column}`",
        count=f"{len(columns):,}", columns=_listed(columns),
    )  # fmt: skip


def advice(text: str, change: Change, alike: Sequence[Change]) -> str:
    """Return what is said of a change, of all columns alike where it names the column."""
    columns = _columns_of(change, _of_code(change, alike))
    if len(columns) < 2:
        return text
    return text.replace(f"`{value(columns[0], MOST_CHARACTERS)}`", _listed(columns))


def united(change: Change, alike: Sequence[Change]) -> Impact:
    """Return all that is downstream of a change and of those alike.

    Of a dataset with a new name that is who still reads the old one.
    """
    if not alike or _is_renamed(change):
        return change.impact
    impacts = [item.impact for item in (change, *alike)]
    refs = {ref for impact in impacts for ref in impact.columns}
    paths = {path.to: path for impact in reversed(impacts) for path in impact.paths}
    return Impact(
        columns=tuple(sorted(refs, key=lambda ref: (ref.dataset, ref.column or ""))),
        datasets=_all(impact.datasets for impact in impacts),
        jobs=_all(impact.jobs for impact in impacts),
        dashboards=_all(impact.dashboards for impact in impacts),
        kpis=_all(impact.kpis for impact in impacts),
        paths=tuple(paths[to] for to in sorted(paths)),
        promises=tuple(sorted({one for impact in impacts for one in impact.promises})),
    )


def _all(names: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for some in names for name in some}))


def _columns_of(change: Change, alike: Sequence[Change]) -> list[str]:
    """Return the columns of one dataset that are told together; none where more than that is."""
    if any(item.dataset != change.dataset for item in alike):
        return []
    columns = (item.column for item in (change, *alike))
    return list(dict.fromkeys(column for column in columns if column))


def _listed(names: Sequence[str]) -> str:
    shown = names if len(names) <= MOST_ALIKE else names[: MOST_ALIKE - 1]
    quoted = [f"`{value(one, MOST_CHARACTERS)}`" for one in shown]
    more = [f"{len(names) - len(shown):,} more"] if len(names) > len(shown) else []
    return phrase([*quoted, *more])


def because_of(change: Change, alike: Sequence[Change]) -> str:
    """Return where a change was made elsewhere, and what else that changes in the same way."""
    if change.cause is None:
        return ""
    said = f"`{value(spot(change.cause), MOST_CHARACTERS)}` changed"
    alike = _of_code(change, alike)
    if not alike or _is_renamed(change) or len(_columns_of(change, alike)) > 1:
        return said
    names = list(dict.fromkeys(name(ColumnRef(item.dataset, item.column)) for item in alike))
    return f"{said}; the same for {_listed(names)}"


def name(ref: ColumnRef) -> str:
    """Return a column as `dataset.column`, a dataset's rows as its name alone."""
    return ref.dataset if ref.column is None else f"{ref.dataset}.{ref.column}"


def sides(change: Change, alike: Sequence[Change] = ()) -> list[tuple[str, str]]:
    """Return what was (`-`) and what is (`+`), empty where the message has told both already.

    Of columns that are told together it is what they have in common, if anything.
    """
    alike = _of_code(change, alike)
    if alike and change.rule in _BY_COLUMN:
        return []
    texts = change.before, change.after
    if alike and change.side_input:
        texts = change.side_input.before, change.side_input.after
    found = [(sign, text) for sign, text in zip("-+", texts, strict=True) if text]
    told = all(f"`{value(text)}`" in change.message or text in change.message for _, text in found)
    return [] if told else found


def doubt(change: Change) -> str:
    """Return what else it may be, of a change that is not certain."""
    if change.rule.startswith("contract-"):
        return "whether it happens lies with the data"
    if _is_renamed(change):
        return "the two may not be the same dataset"
    return "it may be a rewrite that gives the same result"


def phrase(parts: Sequence[str]) -> str:
    """Return `a, b and c`; empty where there are none."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def spot(at: Location) -> str:
    """Return a place as `file:line`."""
    return f"{at.file}:{at.line}"
