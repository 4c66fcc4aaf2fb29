"""Remarks on lines, and the workflow commands by which GitHub's runner is told of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from guardian import escape, verdict
from guardian.model.changes import Change, Report, Severity
from guardian.render import Format, Page

# The runner drops the rest of a step without a word (GitHub Docs, Usage limits).
ANNOTATIONS_PER_LEVEL = 10
MOST_CHARACTERS = 2_000  # of a message; the log shows it whole, a reader does not
MOST_TITLE = 255  # of a check run's annotation
TOOL = "Change Guardian"

Level = Literal["error", "warning", "notice"]

LEVELS: Mapping[Severity, Level] = {
    "critical": "error", "high": "error", "medium": "warning", "low": "notice", "none": "notice",
}  # fmt: skip


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """A remark on a line of the pull request's files."""

    level: Level
    file: str
    line: int
    title: str
    message: str


def annotations(report: Report) -> Iterator[Annotation]:
    """Yield a remark for each change that nobody has accepted, the worst first."""
    for change in verdict.counting(report):
        yield Annotation(
            level=LEVELS[change.severity],
            file=change.location.file,
            line=max(1, change.location.line),
            title=_title(change),
            message=remark(change),
        )


def _title(change: Change) -> str:
    known_by = f" [{change.fingerprint}]" if change.fingerprint else ""
    return escape.clean(f"{change.severity}: {change.rule}{known_by}", MOST_TITLE)


def remark(change: Change) -> str:
    """Return what a change does, why it matters and what to do: a line of plain text for each."""
    parts = (escape.clean(text) for text in (change.message, change.because, change.fix))
    return escape.shorten("\n".join(part for part in parts if part), MOST_CHARACTERS)


def annotate(remarks: Iterable[Annotation]) -> str:
    """Return workflow commands for `remarks`, in order, at most ten of each level.

    Where some are left out, a notice takes a place and says how many there are.
    """
    found = list(remarks)
    shown = _shown(found, {})
    if len(shown) == len(found):
        return "".join(map(_written, shown))
    shown = _shown(found, {"notice": ANNOTATIONS_PER_LEVEL - 1})
    told = f"{len(shown)} of {len(found):,} remarks are shown here; the report has them all."
    return "".join(map(_written, shown)) + command("notice", told, {"title": TOOL})


def _shown(remarks: Sequence[Annotation], room: Mapping[Level, int]) -> list[Annotation]:
    left = dict.fromkeys(("error", "warning", "notice"), ANNOTATIONS_PER_LEVEL) | dict(room)
    shown = []
    for one in remarks:
        if left[one.level]:
            left[one.level] -= 1
            shown.append(one)
    return shown


def _written(one: Annotation) -> str:
    place = {"file": one.file, "line": str(one.line), "title": one.title}
    return command(one.level, one.message, place)


def command(name: str, message: str, properties: Mapping[str, str] | None = None) -> str:
    """Return a workflow command on a line of its own, `message` and properties escaped."""
    pairs = ",".join(
        f"{key}={escape.command_property(value)}" for key, value in (properties or {}).items()
    )
    return f"::{name}{' ' if pairs else ''}{pairs}::{escape.command_data(message)}\n"


def render(report: Report, page: Page) -> str:
    """Return `report` as workflow commands for any page; empty where there is nothing to say."""
    del page
    return annotate(annotations(report))


GITHUB = Format(name="github", extension="log", render=render)
