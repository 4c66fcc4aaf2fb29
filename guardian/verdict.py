"""A report in a sentence: how bad, how much, who feels it. Names stand in backticks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from guardian.escape import value
from guardian.model.changes import SEVERITIES, Change, Hop, Impact, Path, Report, Revision, Severity
from guardian.model.lineage import ColumnRef, Coverage

MOST_CHARACTERS = 120
MOST_COLUMNS = 4  # named of one dataset
LONGEST_LIST = 60  # characters of their names
CERTAIN = 0.8

_LABELS: Mapping[Severity, str] = {
    "none": "No risk", "low": "Low risk", "medium": "Medium risk",
    "high": "High risk", "critical": "Critical",
}  # fmt: skip


def sentence(report: Report) -> str:
    """Return the verdict: the severity, what changes, and who is downstream of it."""
    if not report.changes:
        unread = len(report.coverage.failed)
        but = f" in what could be read; {counted(unread, 'file')} could not" if unread else ""
        return f"No result changes{but}."
    felt = reach(report.impact)
    return f"{_LABELS[report.severity]}: {_what_changes(report)}{_who_feels(report, felt)}."


def _what_changes(report: Report) -> str:
    changes = ordered(report.changes)
    if len(changes) == 1:
        return changes[0].message.rstrip(".") or f"`{value(changes[0].dataset)}` changes"
    datasets = sorted({change.dataset for change in changes})
    where = f"`{value(datasets[0], MOST_CHARACTERS)}`"
    if len(datasets) > 1:
        where = counted(len(datasets), "dataset")
    severities = by_severity(changes)
    mixed = f" ({severities})" if "," in severities else ""
    return f"{counted(len(changes), 'change')}{mixed} in {where}"


def _who_feels(report: Report, felt: str) -> str:
    if felt:
        return f"; felt by {felt}"
    return "; nothing known downstream feels it" if report.severity != "low" else ""


def counted(number: int, noun: str) -> str:
    """Return `number` with its noun, in the plural where it is not one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def phrase(parts: Sequence[str]) -> str:
    """Return `a, b and c`; empty where there are none."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def reach(impact: Impact) -> str:
    """Return how many dashboards, KPIs and datasets feel it, as a phrase; empty where none does."""
    counts = (
        (len(impact.dashboards), "dashboard"), (len(impact.kpis), "KPI"),
        (len(impact.datasets), "dataset"),
    )  # fmt: skip
    return phrase([counted(number, noun) for number, noun in counts if number])


def felt_by(impact: Impact, *, columns: bool = False) -> list[tuple[str, Sequence[str]]]:
    """Return who feels it, each group of names behind its label; datasets have an empty one.

    With `columns`, datasets are told by those of their columns that are known to be reached.
    """
    tables: Sequence[str] = impact.datasets
    if columns:
        tables = [_with_columns(dataset, impact) for dataset in impact.datasets]
    groups: list[tuple[str, Sequence[str]]] = [
        ("dashboard" if len(impact.dashboards) == 1 else "dashboards", impact.dashboards),
        ("KPI" if len(impact.kpis) == 1 else "KPIs", impact.kpis),
        ("", tables),
    ]
    return [(label, names) for label, names in groups if names]


def _with_columns(dataset: str, impact: Impact) -> str:
    """Return a dataset with those of its columns that are reached: `d.x`, or `d (x, y and 3 more)`.

    The dataset alone where none is known.
    """
    columns = [ref.column for ref in impact.columns if ref.dataset == dataset and ref.column]
    if len(columns) < 2:
        return ".".join([dataset, *columns])
    shown = columns if len(columns) <= MOST_COLUMNS else columns[: MOST_COLUMNS - 1]
    while len(shown) > 1 and len(", ".join(shown)) > LONGEST_LIST:
        shown = shown[:-1]
    more = [f"{len(columns) - len(shown)} more"] if len(columns) > len(shown) else []
    return f"{dataset} ({phrase([*shown, *more]) if more else ', '.join(shown)})"


def by_severity(changes: Iterable[Change]) -> str:
    """Return how many changes there are of each severity, the worst first: `1 high, 3 low`."""
    counts = Counter(change.severity for change in changes)
    return ", ".join(f"{counts[level]} {level}" for level in reversed(SEVERITIES) if counts[level])


def ordered(changes: Iterable[Change]) -> list[Change]:
    """Return the worst changes first; of equals those with more downstream, then by name."""
    return sorted(
        changes,
        key=lambda change: (
            -SEVERITIES.index(change.severity),
            -len(change.impact.dashboards) - len(change.impact.kpis),
            -len(change.impact.datasets),
            change.dataset, change.column or "", change.rule,
        ),
    )  # fmt: skip


def coverage(read: Coverage) -> str:
    """Return how many files were read, empty where nothing is known of it."""
    if not read.files:
        return ""
    if read.understood == read.files:
        return f"all {counted(read.files, 'file')} read" if read.files > 1 else "1 file read"
    return f"{read.understood:,} of {counted(read.files, 'file')} read"


def revision(side: Revision, *, commit: bool = False) -> str:
    """Return what a revision is called, a hash by its first digits; with `commit`, its commit."""
    called = (side.commit if commit else None) or side.ref
    return called[:10] if len(called) == 40 and not called.strip("0123456789abcdef") else called


def sides(change: Change) -> list[tuple[str, str]]:
    """Return what was (`-`) and what is (`+`), empty where the message has told both already."""
    found = [(sign, text) for sign, text in (("-", change.before), ("+", change.after)) if text]
    told = all(f"`{value(text)}`" in change.message or text in change.message for _, text in found)
    return [] if told else found


def remark(change: Change) -> str:
    """Return the detail if it tells of a row on which the two differ; else it is for the rules."""
    return change.detail if " = " in change.detail else ""


def place(change: Change) -> str:
    """Return where the change is: `file:line`."""
    return f"{change.location.file}:{change.location.line}"


def name(ref: ColumnRef) -> str:
    """Return a column as `dataset.column`, a dataset's rows as its name alone."""
    return ref.dataset if ref.column is None else f"{ref.dataset}.{ref.column}"


def proof(impact: Impact) -> Path | None:
    """Return the path that says most: the longest, to a dashboard or KPI if it can be."""
    ends = {*impact.dashboards, *impact.kpis}
    chosen = [path for path in impact.paths if path.to in ends and path.hops] or [
        path for path in impact.paths if path.hops
    ]
    return max(chosen, key=lambda path: (len(path.hops), path.to), default=None)


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """A name on a path; `place` is the `file:line` that makes it, `kind` is a reader's."""

    kind: str = ""
    name: str
    place: str = ""


def stations(path: Path, impact: Impact) -> list[Station]:
    """Return what `path`, one of `impact`, passes: its start, each step, a dashboard or KPI."""
    found = [Station(name=name(path.hops[0].source))] if path.hops else []
    found += [Station(name=name(hop.target), place=_place(hop)) for hop in path.hops]
    if not path.hops or path.hops[-1].target.dataset != path.to:
        kind = "dashboard " if path.to in impact.dashboards else "KPI "
        found.append(Station(kind=kind, name=path.to))
    return found


def _place(hop: Hop) -> str:
    return f"{hop.location.file}:{hop.location.line}"
