"""A report in a sentence: how bad, how much, who feels it. Names stand in backticks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from guardian.escape import value
from guardian.gathering import (
    MOST_CHARACTERS,
    SWAPPED,
    advice,
    because_of,
    doubt,
    gathered,
    message,
    name,
    phrase,
    sides,
    spot,
    united,
)
from guardian.model.changes import (
    SEVERITIES,
    Accepted,
    Change,
    Hop,
    Impact,
    Path,
    Report,
    Revision,
    Severity,
)
from guardian.model.lineage import Coverage

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
    changes, accepted = counting(report), accepted_changes(report)
    known = f"{counted(len(accepted), 'change')} {'is' if len(accepted) == 1 else 'are'} accepted"
    if not changes:
        return f"No open risk: {known}."
    felt = reach(report.impact)
    beside = f" {known}." if accepted else ""
    said = f"{_what_changes(changes)}{_who_feels(report, felt)}"
    return f"{_LABELS[report.severity]}: {said}.{beside}"


def counting(report: Report) -> list[Change]:
    """Return the changes that count, the worst first: those that nobody has accepted."""
    return ordered(change for change in report.changes if change.accepted is None)


def accepted_changes(report: Report) -> list[Change]:
    """Return the changes that somebody has accepted, the worst first."""
    return ordered(change for change in report.changes if change.accepted is not None)


def acceptance(accepted: Accepted) -> str:
    """Return who accepted a change until when, in a few words of our own with backticks.

    The reason is the author's text, and not among them.
    """
    days = accepted.days_left
    left = "" if days is None else f" ({'today' if days == 0 else counted(days, 'more day')})"
    parts = [
        f"until {accepted.until}{left}" if accepted.until else "",
        f"by `{value(accepted.owner, MOST_CHARACTERS)}`" if accepted.owner else "",
        "accepted in this pull request" if accepted.here else "",
        f"in `{value(accepted.where, MOST_CHARACTERS)}`",
    ]
    return ", ".join(part for part in parts if part)


def _what_changes(changes: Sequence[Change]) -> str:
    groups = gathered(changes)
    if len(changes) == 1 or (len(groups) == 1 and not changes[0].cause):
        said = message(*groups[0]).rstrip(".")
        return said or f"`{value(changes[0].dataset)}` changes"
    datasets = sorted({change.dataset for change in changes})
    where = f"`{value(datasets[0], MOST_CHARACTERS)}`"
    if len(datasets) > 1:
        where = counted(len(datasets), "dataset")
    severities = by_severity(changes)
    mixed = f" ({severities})" if "," in severities else ""
    return f"{counted(len(changes), 'change')}{mixed} in {where}{_made_by(changes)}"


def _made_by(changes: Iterable[Change]) -> str:
    """Return the one place elsewhere that makes all of these changes, empty where none does."""
    causes = {change.cause for change in changes}
    cause = causes.pop() if len(causes) == 1 else None
    return f", because `{value(spot(cause), MOST_CHARACTERS)}` changed" if cause else ""


def _who_feels(report: Report, felt: str) -> str:
    if felt:
        return f"; felt by {felt}"
    if any(change.impact.datasets for change in counting(report)):
        return "; felt only where more changes"
    return "; nothing known downstream feels it" if report.severity != "low" else ""


def counted(number: int, noun: str) -> str:
    """Return `number` with its noun, in the plural where it is not one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


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
        reached: dict[str, list[str]] = {}
        for ref in impact.columns:
            reached.setdefault(ref.dataset, []).extend([ref.column] if ref.column else [])
        tables = [_with_columns(name, reached.get(name, [])) for name in impact.datasets]
    groups: list[tuple[str, Sequence[str]]] = [
        ("dashboard" if len(impact.dashboards) == 1 else "dashboards", impact.dashboards),
        ("KPI" if len(impact.kpis) == 1 else "KPIs", impact.kpis),
        ("", tables),
    ]
    return [(label, names) for label, names in groups if names]


def _with_columns(dataset: str, columns: Sequence[str]) -> str:
    """Return a dataset with those of its columns that are reached: `d.x`, or `d (x, y and 3 more)`.

    The dataset alone where none is known.
    """
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
    return ", ".join(
        f"{counts[level]:,} {level}" for level in reversed(SEVERITIES) if counts[level]
    )


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


def remark(change: Change) -> str:
    """Return the detail if it tells of a row on which the two differ; else it is for the rules."""
    return change.detail if " = " in change.detail else ""


def place(change: Change) -> str:
    """Return where the change is: `file:line`."""
    return spot(change.location)


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
    found += [Station(name=name(hop.target), place=hop_place(hop)) for hop in path.hops]
    if not path.hops or path.hops[-1].target.dataset != path.to:
        kind = "dashboard " if path.to in impact.dashboards else "KPI "
        found.append(Station(kind=kind, name=path.to))
    return found


def hop_place(hop: Hop) -> str:
    """Return where a step is made: `file:line`, behind its repository where that is another."""
    within = f"{hop.repository}: " if hop.repository else ""
    return f"{within}{spot(hop.location)}"


__all__ = [
    "CERTAIN",
    "LONGEST_LIST",
    "MOST_CHARACTERS",
    "MOST_COLUMNS",
    "SWAPPED",
    "Station",
    "acceptance",
    "accepted_changes",
    "advice",
    "because_of",
    "by_severity",
    "counted",
    "counting",
    "coverage",
    "doubt",
    "felt_by",
    "gathered",
    "hop_place",
    "message",
    "name",
    "ordered",
    "phrase",
    "place",
    "proof",
    "reach",
    "remark",
    "revision",
    "sentence",
    "sides",
    "spot",
    "stations",
    "united",
]
