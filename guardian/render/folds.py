"""What is folded in the comment: other changes, accepted risks, patches, all readers."""

from collections.abc import Sequence

from guardian import escape, verdict
from guardian.model.changes import Change, Report
from guardian.model.fix import Fix
from guardian.render import links
from guardian.render.diagram import mermaid
from guardian.render.finding import Group, ids
from guardian.render.layout import MARKS, Fold, View, named, short_id, table, words
from guardian.render.since import is_new


def others(groups: Sequence[Group], view: View) -> Fold | None:
    """Return the changes that do not stand open, a line each."""
    if not groups:
        return None
    changes = [item for change, alike in groups for item in (change, *alike)]
    more = verdict.counted(len(changes), "more change")
    rows = (
        (
            f"{MARKS[change.severity]} {change.severity}"
            + (" **new**" if is_new((change, *alike), view) else ""),
            words(verdict.message(change, alike), view),
            links.place(change, view.report, view.page, view.size.characters, short=True),
            verdict.reach(verdict.united(change, alike)) or "nobody known",
            ids(change, alike, 1).removeprefix("id "),
        )
        for change, alike in groups
    )
    header = ("severity", "change", "where", "felt by", "id")
    body = table(view, header, rows, view.size.folded, len(groups))
    return Fold(title=f"{more}: {verdict.by_severity(changes)}", body=body)


def accepted(changes: Sequence[Change], view: View) -> Fold | None:
    """Return the risks that somebody has accepted: why, by whom, until when."""
    if not changes:
        return None
    title = f"Accepted: {verdict.counted(len(changes), 'change')}"
    here = sum(change.accepted is not None and change.accepted.here for change in changes)
    title += f", {here} of them in this pull request" if here else ""
    characters = view.size.characters
    rows = (
        (
            f"{MARKS[change.severity]} {change.severity}",
            words(change.message, view),
            links.place(change, view.report, view.page, characters, short=True),
            f"{escape.prose(said.reason, characters)}; {escape.marked(verdict.acceptance(said))}",
            short_id(change.fingerprint),
        )
        for change in changes
        if (said := change.accepted) is not None
    )
    header = ("severity", "change", "where", "accepted", "id")
    return Fold(title=title, body=table(view, header, rows, view.size.folded, len(changes)))


def fixes(view: View) -> Fold | None:
    """Return the proven patches as far as they fit, each whole, and the readers without one."""
    patches, by_hand = view.report.fixes, view.report.by_hand
    if not patches and not by_hand:
        return None
    shown = _fitting(patches, view.size.fixes)
    parts = [f"{words(fix.restores, view)}\n\n{_patch(fix)}" for fix in shown]
    if len(patches) > len(shown):
        left = f"{verdict.counted(len(patches) - len(shown), 'more file')}"
        parts.append(f"{left}: `guardian fix` writes the whole patch.")
    if by_hand:
        rows = (
            (
                escape.code(f"{one.file}:{one.line}", view.size.characters),
                escape.marked(escape.clean(one.why, view.size.characters)),
            )
            for one in by_hand
        )
        header = ("by hand", "why")
        parts.append(table(view, header, rows, view.size.warnings, len(by_hand)))
    titles = [
        f"A patch for {verdict.counted(len(patches), 'file')}" if patches else "",
        f"{verdict.counted(len(by_hand), 'reader')} to change by hand" if by_hand else "",
    ]
    return Fold(title=", ".join(title for title in titles if title), body="\n\n".join(parts))


def _fitting(patches: Sequence[Fix], characters: int) -> list[Fix]:
    found = []
    for fix in patches:
        characters -= len(fix.patch) + len(fix.restores)
        if characters < 0:
            break
        found.append(fix)
    return found


def _patch(fix: Fix) -> str:
    return escape.fenced(fix.patch.rstrip("\n"), "diff")


def downstream(view: View) -> Fold | None:
    """Return all that feels the change: a diagram, and a table that tells the same."""
    impact = view.report.impact
    felt = verdict.reach(impact)
    if not felt:
        return None
    columns: dict[str, list[str]] = {dataset: [] for dataset in impact.datasets}
    for ref in impact.columns:
        columns.setdefault(ref.dataset, []).append(ref.column or "")
    jobs = _jobs(view.report)
    readers = [("dashboard", name) for name in impact.dashboards]
    readers += [("KPI", name) for name in impact.kpis]
    rows = [(kind, escape.code(name, verdict.MOST_CHARACTERS), "", "") for kind, name in readers]
    rows += [
        (
            "dataset",
            escape.code(dataset, verdict.MOST_CHARACTERS),
            named(names, view.size.named) or "its rows",
            named(jobs.get(dataset, ()), 2),
        )
        for dataset, names in columns.items()
    ]
    header = ("", "downstream", "columns", "made by")
    listed = table(view, header, rows, view.size.downstream, len(rows))
    drawing = mermaid(view.report, view.size.boxes) if view.size.boxes else ""
    parts = [f"```mermaid\n{drawing}\n```" if drawing else "", listed]
    body = "\n\n".join(part for part in parts if part)
    return Fold(title=f"Everything downstream: {felt}", body=body)


def _jobs(report: Report) -> dict[str, list[str]]:
    """Return the places that make each dataset downstream, as the paths tell."""
    found: dict[str, set[str]] = {}
    for path in report.impact.paths:
        for hop in path.hops:
            found.setdefault(hop.target.dataset, set()).add(verdict.hop_place(hop))
    return {dataset: sorted(places) for dataset, places in found.items()}


def unread(view: View) -> Fold | None:
    """Return what was not understood, and where."""
    warnings = view.report.warnings
    if not warnings:
        return None
    rows = (
        (
            escape.code(f"{warning.file}:{warning.line}", view.size.characters),
            escape.marked(escape.clean(warning.message, 300)),
        )
        for warning in warnings
    )
    title = f"{verdict.counted(len(warnings), 'place')} not fully understood"
    body = table(view, ("where", "what"), rows, view.size.warnings, len(warnings))
    return Fold(title=title, body=body)
