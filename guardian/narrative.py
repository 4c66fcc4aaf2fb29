"""The summary in prose: what happens, what to act on, who feels it. So far from a template only."""

from collections.abc import Sequence

from guardian import escape, template, verdict
from guardian.model.changes import Impact, Narrative, Report

NAMED = 4


def write(report: Report) -> Narrative:
    """Return the summary of `report` from our template; its first line is the verdict.

    It names nothing that the report does not hold, so it is always grounded.
    """
    text = template.filled("narrative.md.j2", _facts(report))
    return Narrative(markdown=_tidy(text), source="template", grounded=True)


def _facts(report: Report) -> dict[str, object]:
    changes = verdict.counting(report)
    first = changes[0] if len(changes) > 1 else None
    doubtful = [change for change in changes if change.confidence < verdict.CERTAIN]
    return {
        "verdict": escape.marked(verdict.sentence(report)),
        "first": first
        and {
            "message": escape.marked(first.message),
            "place": escape.code(verdict.place(first), verdict.MOST_CHARACTERS),
        },
        "felt": _who(report.impact),
        "doubts": _doubts(len(doubtful), len(changes), report),
    }


def _who(impact: Impact) -> str:
    """Return the dashboards, KPIs and datasets by name; empty where nobody feels it."""
    tables = "dataset" if len(impact.datasets) == 1 else "datasets"
    return "; ".join(
        f"{label or tables} {_named(names)}" for label, names in verdict.felt_by(impact)
    )


def _named(names: Sequence[str]) -> str:
    shown = [escape.code(name, verdict.MOST_CHARACTERS) for name in names[:NAMED]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _doubts(doubtful: int, changes: int, report: Report) -> str:
    sentences = []
    if doubtful:
        of = "it" if changes == 1 else f"{doubtful} of {changes} changes"
        sentences.append(f"{of} may be a rewrite that gives the same result.")
    if report.coverage.failed:
        files = verdict.counted(len(report.coverage.failed), "file")
        sentences.append(f"{files} could not be read, so nothing is said about them.")
    return " ".join(sentence[0].upper() + sentence[1:] for sentence in sentences)


def _tidy(text: str) -> str:
    """Return `text` with one empty line between paragraphs and one newline at its end."""
    paragraphs = [part.strip() for part in text.split("\n\n")]
    return "\n\n".join(part for part in paragraphs if part) + "\n"
