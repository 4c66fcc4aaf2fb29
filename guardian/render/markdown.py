"""The comment on a pull request: the verdict first, a few findings open, everything else folded."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from guardian import escape, template, verdict
from guardian.model.changes import Change, Impact, Report, Severity
from guardian.render import Format, Page, difference, example
from guardian.render.diagram import mermaid

# GitHub refuses 65,536 characters; the shell may still add a line of its own.
MOST_CHARACTERS = 65_000
MOST_SUMMARY = 6_000
MOST_STEPS = 12

_MARKS: Mapping[Severity, str] = {
    "none": "🟢", "low": "🔵", "medium": "🟡", "high": "🟠", "critical": "🔴",
}  # fmt: skip


class _Size(msgspec.Struct, frozen=True, kw_only=True):
    """How much of each part is shown; the sizes are tried from large to small."""

    open: int
    folded: int
    downstream: int
    named: int
    boxes: int
    warnings: int
    characters: int


_SIZES = (
    _Size(open=5, folded=100, downstream=60, named=12, boxes=60, warnings=40, characters=400),
    _Size(open=5, folded=40, downstream=30, named=6, boxes=30, warnings=10, characters=240),
    _Size(open=3, folded=15, downstream=10, named=3, boxes=0, warnings=3, characters=120),
    _Size(open=1, folded=0, downstream=0, named=2, boxes=0, warnings=0, characters=80),
)


class _Fold(msgspec.Struct, frozen=True):
    """A folded part: its summary line, in HTML, and what opens."""

    title: str
    body: str


def render(report: Report, page: Page) -> str:
    """Return `report` as the Markdown of a comment, under 65,000 characters on any page.

    What does not fit is left out in whole parts, the least important first, and counted.
    """
    del page
    text = ""
    for size in _SIZES:
        text = _composed(report, size)
        if len(text) < MOST_CHARACTERS:
            break
    return text


def _composed(report: Report, size: _Size) -> str:
    return template.filled("comment.md.j2", _parts(report, size)).strip() + "\n"


def _parts(report: Report, size: _Size) -> dict[str, object]:
    text = report.narrative.markdown.strip()
    if not text or len(text) > MOST_SUMMARY:
        text = escape.marked(verdict.sentence(report))
    headline, *summary = [part for part in text.split("\n\n") if part]
    changes = verdict.counting(report)
    groups = verdict.gathered(changes)
    left = [item for change, alike in groups[size.open :] for item in (change, *alike)]
    return {
        "mark": _MARKS[report.severity],
        "headline": headline.lstrip("# "),
        "summary": summary,
        "findings": [_finding(change, alike, size) for change, alike in groups[: size.open]],
        "others": _others(verdict.ordered(left), size),
        "accepted": _accepted(verdict.accepted_changes(report), size),
        "downstream": _downstream(report, size),
        "warnings": _warnings(report, size),
        "footer": _footer(report),
    }


# --- one finding ----------------------------------------------------------------------------------


def _finding(change: Change, alike: Sequence[Change], size: _Size) -> str:
    at = escape.code(verdict.place(change), size.characters)
    message = escape.marked(change.message)
    parts = [
        f"{_MARKS[change.severity]} **{change.severity}** · {escape.code(change.rule)} · {at}"
        + (f" · <sub>{escape.html(change.fingerprint)}</sub>" if change.fingerprint else ""),
        f"**{message}** {escape.marked(change.because)}",
        _before_and_after(change, size),
        _bullets(change, alike, size),
    ]
    return "\n\n".join(part for part in parts if part)


def _before_and_after(change: Change, size: _Size) -> str:
    """Return what was and what is, as a diff in colours; empty where the message says both."""
    lines = [f"{sign} {text}" for sign, text in difference.lines(change, size.characters)]
    return escape.fenced("\n".join(lines), "diff") if lines else ""


def _bullets(change: Change, alike: Sequence[Change], size: _Size) -> str:
    lines = []
    made = verdict.because_of(change, alike)
    if made:
        lines.append(f"- **What makes it:** {escape.marked(made)}")
    felt = _felt(change, size)
    if felt:
        lines.append(f"- **Who feels it:** {felt}")
    way = _way(change.impact, size)
    if way:
        lines.append(f"- **How it gets there:** {way}")
    if change.confidence < verdict.CERTAIN:
        share = f"{change.confidence:.0%}"
        lines.append(f"- **How sure:** {share}; it may be a rewrite that gives the same result.")
    shown = example.sentence(change)
    if shown:
        lines.append(f"- **On made-up rows:** {escape.marked(shown)}")
    if verdict.remark(change):
        lines.append(f"- **For example:** {escape.prose(change.detail, size.characters)}")
    if change.fix:
        lines.append(f"- **What to do:** {escape.marked(change.fix)}")
    return "\n".join(lines)


def _felt(change: Change, size: _Size) -> str:
    groups = verdict.felt_by(change.impact, columns=change.column is not None)
    return "; ".join(f"{label} {_named(names, size.named)}".strip() for label, names in groups)


def _way(impact: Impact, size: _Size) -> str:
    path = verdict.proof(impact)
    if path is None:
        return ""
    shown = [
        f"{station.kind}{escape.code(station.name, size.characters)}"
        + (f" ({escape.code(station.place, size.characters)})" if station.place else "")
        for station in verdict.stations(path, impact)
    ]
    if len(shown) > MOST_STEPS:
        between = len(shown) - MOST_STEPS
        shown = [*shown[:8], f"{between} steps", *shown[-4:]]
    return " → ".join(shown)


def _named(names: Sequence[str], most: int) -> str:
    shown = ", ".join(escape.code(name, verdict.MOST_CHARACTERS) for name in names[:most])
    return shown + (f" and {len(names) - most:,} more" if len(names) > most else "")


# --- what is folded -------------------------------------------------------------------------------


def _others(changes: Sequence[Change], size: _Size) -> _Fold | None:
    if not changes:
        return None
    title = f"{verdict.counted(len(changes), 'more change')}: {verdict.by_severity(changes)}"
    rows = (
        (
            f"{_MARKS[change.severity]} {change.severity}",
            escape.code(change.rule),
            escape.marked(change.message),
            escape.code(verdict.place(change), size.characters),
            verdict.reach(change.impact) or "nobody known",
        )
        for change in changes
    )
    header = ("severity", "rule", "change", "where", "felt by")
    return _Fold(title, _table(header, rows, size.folded, len(changes)))


def _accepted(changes: Sequence[Change], size: _Size) -> _Fold | None:
    if not changes:
        return None
    title = f"Accepted: {verdict.counted(len(changes), 'change')}"
    here = sum(change.accepted is not None and change.accepted.here for change in changes)
    title += f", {here} of them in this pull request" if here else ""
    rows = (
        (
            f"{_MARKS[change.severity]} {change.severity}",
            f"{escape.code(change.rule)} <sub>{escape.html(change.fingerprint)}</sub>",
            escape.marked(change.message),
            escape.code(verdict.place(change), size.characters),
            f"{escape.prose(accepted.reason, size.characters)}; "
            + escape.marked(verdict.acceptance(accepted)),
        )
        for change in changes
        if (accepted := change.accepted) is not None
    )
    header = ("severity", "rule", "change", "where", "accepted")
    return _Fold(title, _table(header, rows, size.folded, len(changes)))


def _downstream(report: Report, size: _Size) -> _Fold | None:
    impact = report.impact
    felt = verdict.reach(impact)
    if not felt:
        return None
    columns: dict[str, list[str]] = {dataset: [] for dataset in impact.datasets}
    for ref in impact.columns:
        columns.setdefault(ref.dataset, []).append(ref.column or "")
    jobs = _jobs(report)
    readers = [("dashboard", name) for name in impact.dashboards]
    readers += [("KPI", name) for name in impact.kpis]
    rows = [(kind, escape.code(name, verdict.MOST_CHARACTERS), "", "") for kind, name in readers]
    rows += [
        (
            "dataset",
            escape.code(dataset, verdict.MOST_CHARACTERS),
            _named(names, size.named) or "its rows",
            _named(jobs.get(dataset, ()), 2),
        )
        for dataset, names in columns.items()
    ]
    table = _table(("", "downstream", "columns", "made by"), rows, size.downstream, len(rows))
    drawing = mermaid(report, size.boxes) if size.boxes else ""
    parts = [f"```mermaid\n{drawing}\n```" if drawing else "", table]
    return _Fold(f"Everything downstream: {felt}", "\n\n".join(part for part in parts if part))


def _jobs(report: Report) -> dict[str, list[str]]:
    """Return the places that make each dataset downstream, as the paths tell."""
    found: dict[str, set[str]] = {}
    for path in report.impact.paths:
        for hop in path.hops:
            place = f"{hop.location.file}:{hop.location.line}"
            found.setdefault(hop.target.dataset, set()).add(place)
    return {dataset: sorted(places) for dataset, places in found.items()}


def _warnings(report: Report, size: _Size) -> _Fold | None:
    if not report.warnings:
        return None
    rows = (
        (
            escape.code(f"{warning.file}:{warning.line}"),
            escape.marked(escape.clean(warning.message, 300)),
        )
        for warning in report.warnings
    )
    title = f"{verdict.counted(len(report.warnings), 'place')} not fully understood"
    number = len(report.warnings)
    return _Fold(title, _table(("where", "what"), rows, size.warnings, number))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], most: int, number: int) -> str:
    """Return a table of at most `most` of its `number` rows, and how many it leaves out."""
    lines = [_row(header), _row(["---"] * len(header))] if most else []
    lines += [_row(row) for _, row in zip(range(most), rows, strict=False)]
    if number > most:
        lines += ["", f"{number - most:,} more are in the report: `guardian report --format json`."]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _footer(report: Report) -> str:
    base = escape.html_code(verdict.revision(report.base), 80)
    head = escape.html_code(verdict.revision(report.head, commit=True), 80)
    parts = [
        verdict.coverage(report.coverage),
        f"{base} → {head}",
        "<code>guardian explain RULE</code> says more about a rule",
    ]
    return " · ".join(part for part in parts if part)


MARKDOWN = Format(name="markdown", extension="md", render=render)
