"""The summary in prose: the verdict first, then what to do about it, from a template.

A model may word it instead (`asking.py`), from the facts alone and checked against them; the
verdict, and what is doubtful, are in our own words in either case.
"""

import re
from collections.abc import Sequence

from guardian import escape, template, verdict
from guardian.model.changes import Change, Impact, Narrative, Report

NAMED = 4
_CLAUSES = re.compile(r"[A-Z, ]{1,60}")  # `LEFT JOIN, WHERE`
MOST_NEXT = 2  # changes that are named behind the worst


def write(report: Report) -> Narrative:
    """Return the summary of `report` from our template; its first line is the verdict.

    It names nothing that the report does not hold, so it is always grounded.
    """
    changes = verdict.counting(report)
    groups = verdict.gathered(changes)
    first = groups[0] if groups else None
    told = _told(*first, alone=len(changes) == 1) if first else ""
    return Narrative(
        markdown=_filled(
            report,
            first=told,
            following=_following(groups[1:]),
            felt=_who(report.impact, told),
        ),
        source="template",
        grounded=True,
    )


def framed(report: Report, text: str, signature: str) -> str:
    """Return the summary with `text` in Markdown between our own verdict and our own doubts."""
    return _filled(report, text=text, signature=signature)


def _filled(report: Report, **parts: str) -> str:
    values = {
        "verdict": escape.marked(verdict.sentence(report)),
        "doubts": _doubts(verdict.counting(report), report),
        **parts,
    }
    return _tidy(template.filled("narrative.md.j2", values))


def _told(change: Change, alike: Sequence[Change], *, alone: bool) -> str:
    """Return the worst change: what happens, why it matters, what to do, and where.

    The headline has told already what happens where it is `alone`.
    """
    made = verdict.because_of(change, alike)
    differing = change.detail.split(", ") if _CLAUSES.fullmatch(change.detail) else []
    sentences = [
        "" if alone else f"**Act on this first:** {escape.marked(change.message)}",
        f"Its {verdict.phrase(differing)} {'differs' if len(differing) == 1 else 'differ'}."
        if differing and change.rule == "rows-changed"
        else "",
        f"{escape.marked(made)}." if made else "",
        escape.marked(change.because),
        escape.marked(change.fix),
        f"See {escape.code(verdict.place(change), verdict.MOST_CHARACTERS)}.",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _following(groups: Sequence[tuple[Change, Sequence[Change]]]) -> str:
    """Return what comes next, without what is only low: their messages, and how many more."""
    worth = [group for group in groups if group[0].severity != "low"]
    shown = [
        f"{escape.marked(change.message).rstrip('.')} "
        f"({escape.code(verdict.place(change), verdict.MOST_CHARACTERS)})"
        for change, _ in worth[:MOST_NEXT]
    ]
    more = len(groups) - len(shown)
    if shown and more:
        shown.append(f"and {verdict.counted(more, 'more finding')}")
    return "; ".join(shown)


def _who(impact: Impact, told: str) -> str:
    """Return the dashboards, KPIs and datasets by name; empty where all are `told` already."""
    groups = [
        (label or ("dataset" if len(names) == 1 else "datasets"), names)
        for label, names in verdict.felt_by(impact)
    ]
    codes = [escape.code(name, verdict.MOST_CHARACTERS) for _, names in groups for name in names]
    if all(code in told for code in codes):
        return ""
    return "; ".join(f"{label} {_named(names)}" for label, names in groups)


def _named(names: Sequence[str]) -> str:
    shown = [escape.code(name, verdict.MOST_CHARACTERS) for name in names[:NAMED]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def _doubts(changes: Sequence[Change], report: Report) -> str:
    doubtful = sum(change.confidence < verdict.CERTAIN for change in changes)
    sentences = []
    if doubtful:
        of = "it" if len(changes) == 1 else f"{doubtful} of {len(changes)} changes"
        sentences.append(f"{of} may be a rewrite that gives the same result.")
    if report.coverage.failed and changes:
        files = verdict.counted(len(report.coverage.failed), "file")
        sentences.append(f"{files} could not be read, so nothing is said about them.")
    return " ".join(sentence[0].upper() + sentence[1:] for sentence in sentences)


def _tidy(text: str) -> str:
    """Return `text` with one empty line between paragraphs and one newline at its end."""
    paragraphs = [part.strip() for part in text.split("\n\n")]
    return "\n\n".join(part for part in paragraphs if part) + "\n"
