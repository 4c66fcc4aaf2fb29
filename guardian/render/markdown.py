"""The comment on a pull request: the verdict first, a few findings open, everything else folded."""

from collections.abc import Sequence

import msgspec

from guardian import escape, template, verdict
from guardian.model.changes import SEVERITIES, Report
from guardian.render import COMMENT, Format, Page, folds, replay, since
from guardian.render.finding import Group, findings
from guardian.render.layout import MARKS, Fold, Size, View, words
from guardian.render.memory import MARKER, Memory, written

MOST_SUMMARY = 6_000
DOUBTS = "**Not certain:**"
OPEN_FROM = "medium"  # what is less than that is folded,
FEW = 2  # but for so many where all of it is less

_WHOLE = Size(
    open=25, folded=1_000, downstream=500, named=20, boxes=60, warnings=200, characters=600,
    fixes=200_000,
)  # fmt: skip
_SIZES = (
    Size(open=5, folded=100, downstream=60, named=6, boxes=60, warnings=40, characters=400,
         fixes=12_000),
    Size(open=5, folded=40, downstream=30, named=4, boxes=30, warnings=10, characters=240,
         fixes=4_000),
    Size(open=3, folded=15, downstream=10, named=3, boxes=0, warnings=3, characters=120, fixes=0),
    Size(open=1, folded=0, downstream=0, named=2, boxes=0, warnings=0, characters=80, fixes=0),
)  # fmt: skip


def render(report: Report, page: Page) -> str:
    """Return `report` as Markdown that fits on the page, by default as a comment."""
    return _fitted(View(report=report, page=page, size=_WHOLE), MARKER)


def comment(report: Report, page: Page, earlier: Memory | None, now: Memory) -> str:
    """Return the comment, which tells what changed since the run that `earlier` remembers.

    `now` tells which run this is; what `report` found is remembered with it.
    """
    known = written(since.remembered(report, now))
    view = View(report=report, page=page, size=_WHOLE, earlier=earlier, answered=True)
    return _fitted(view, f"{MARKER}\n{known}")


def worth_saying(report: Report) -> bool:
    """Return whether a first comment is due: for an open change, or a risk accepted in this one."""
    return any(item.accepted is None or item.accepted.here for item in report.changes)


def _fitted(view: View, marker: str) -> str:
    """Return the largest form that fits; what is left out is left out whole, and counted."""
    text = ""
    for size in (_WHOLE, *_SIZES) if view.page.room > COMMENT else _SIZES:
        parts = _parts(msgspec.structs.replace(view, size=size))
        text = f"{template.filled('comment.md.j2', parts).strip()}\n{marker}\n"
        if len(text.encode("utf-8", "replace")) < view.page.room:
            break
    return text


def _parts(view: View) -> dict[str, object]:
    report, size = view.report, view.size
    headline, *summary = _prose(view)
    groups = verdict.gathered(verdict.counting(report))
    to_act_on = [group for group in groups if _is_to_act_on(group)] or groups[:FEW]
    opened = to_act_on[: size.open]
    left = groups[len(opened) :]
    folded: Sequence[Fold | None] = (
        since.fixed(view),
        folds.others(left, view),
        folds.fixes(view),
        folds.accepted(verdict.accepted_changes(report), view),
        folds.downstream(view),
        folds.unread(view),
    )
    return {
        "mark": MARKS[report.severity],
        "headline": headline,
        "since": since.line(view),
        "summary": summary,
        "findings": list(findings(opened, view)),
        "folds": [fold for fold in folded if fold is not None],
        "footer": _footer(view),
    }


def _is_to_act_on(group: Group) -> bool:
    return SEVERITIES.index(group[0].severity) >= SEVERITIES.index(OPEN_FROM)


def _prose(view: View) -> list[str]:
    """Return the verdict, in one line, and the paragraphs of the narrative below it."""
    report = view.report
    if view.earlier is not None and view.earlier.findings and not verdict.counting(report):
        return [f"All clear. {words(verdict.sentence(report), view)}"]
    text = report.narrative.markdown.strip()
    if not text or len(text) > MOST_SUMMARY:
        text = words(verdict.sentence(report), view)
    headline, *summary = [part for part in text.split("\n\n") if part]
    if report.narrative.source == "template":
        # our own words tell of the findings what the findings below tell again
        summary = [part for part in summary if part.startswith(DOUBTS)]
    return [" ".join(headline.lstrip("# ").split()), *summary]


def _footer(view: View) -> str:
    report = view.report
    base = escape.html_code(verdict.revision(report.base), 80)
    head = escape.html_code(verdict.revision(report.head, commit=True), 80)
    answered = view.answered and bool(verdict.counting(report))
    parts = [
        verdict.coverage(report.coverage),
        f"{base} → {head}",
        "<code>guardian explain RULE</code> says more about a rule" if not answered else "",
        "comment <code>/guardian explain ID</code> to learn more" if answered else "",
        "<code>/guardian accept ID REASON</code> to accept a finding" if answered else "",
    ]
    return " · ".join(part for part in parts if part)


MARKDOWN = Format(name="markdown", extension="md", render=render, replay=replay.markdown)
