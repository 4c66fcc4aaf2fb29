"""What the parts of a comment are made of: tables, folds, and how much of each is shown."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from guardian import escape, verdict
from guardian.model.changes import Report, Severity
from guardian.render import Page, links
from guardian.render.memory import Memory

MARKS: Mapping[Severity, str] = {
    "none": "🟢", "low": "🔵", "medium": "🟡", "high": "🟠", "critical": "🔴",
}  # fmt: skip


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How much of each part is shown: counts, but for `characters` of a text and of all `fixes`."""

    open: int
    folded: int
    downstream: int
    named: int
    boxes: int
    warnings: int
    characters: int
    fixes: int


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown: the report on a page, at a size, and what the last comment remembers.

    Where `answered`, commands below the comment get an answer.
    """

    report: Report
    page: Page
    size: Size
    earlier: Memory | None = None
    answered: bool = False


class Fold(msgspec.Struct, frozen=True, kw_only=True):
    """A folded part: its title, in HTML, and what opens; `shown`: it is open at first."""

    title: str
    body: str
    shown: bool = False


def table(
    view: View, header: Sequence[str], rows: Iterable[Sequence[str]], most: int, of: int
) -> str:
    """Return a table of at most `most` of its `of` rows, and how many it leaves out."""
    lines = [_row(header), _row(["---"] * len(header))] if most else []
    lines += [_row(row) for _, row in zip(range(most), rows, strict=False)]
    if of > most:
        lines += ["", f"{of - most:,} more are in {links.elsewhere(view.page)}."]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def named(names: Sequence[str], most: int) -> str:
    """Return the first of `names` as code, and how many more there are."""
    shown = ", ".join(escape.code(name, 2 * verdict.MOST_CHARACTERS) for name in names[:most])
    return shown + (f" and {len(names) - most:,} more" if len(names) > most else "")


def words(text: str, view: View) -> str:
    """Return one of our own messages, which may hold names of any length, as Markdown."""
    return escape.marked(escape.clean(text, LONGER * view.size.characters))


def short_id(fingerprint: str) -> str:
    """Return what a finding is called in a command; empty where it has no fingerprint."""
    return escape.code(fingerprint[:SHORT]) if fingerprint else ""


SHORT = 8
LONGER = 4  # than a quoted text, a message may be
