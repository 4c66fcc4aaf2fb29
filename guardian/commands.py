"""Commands that people write in a comment on a pull request: `/guardian accept 62ac8481 why`.

Here their text is read, and nothing else: who may give one and what it does is told in `action/`.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeAlias

import msgspec

from guardian import escape

PREFIX = "/guardian"
LEAST_DIGITS, DIGITS = 6, 16  # of a fingerprint
MOST_REASON = 500  # characters
MOST_COMMANDS = 20  # of one comment
MOST_CHARACTERS = 65_536  # what GitHub lets a comment have
FORMS = {
    "accept": "`/guardian accept ID REASON [until 2027-01-31]`",
    "explain": "`/guardian explain ID`",
    "rerun": "`/guardian rerun`",
    "help": "`/guardian help`",
}

_ID = re.compile(rf"[0-9a-f]{{{LEAST_DIGITS},{DIGITS}}}")
_UNTIL = re.compile(r"(?:^|[\s,;(])until:?\s+(?P<day>[\w./-]*\d[\w./-]*?)[\s.)]*$", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}(?=[^`]*$)|~{3,})")
_QUOTE = re.compile(r" {0,3}>")
_TICKS = re.compile(r"`+")
# What begins a part of the text that is shown as code or not at all, and what ends it.
_HIDDEN = (
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<(?:pre|script|style|textarea)\b", re.IGNORECASE),
     re.compile(r"</(?:pre|script|style|textarea)>", re.IGNORECASE)),
    (re.compile(r"<code\b", re.IGNORECASE), re.compile(r"</code>", re.IGNORECASE)),
)  # fmt: skip


class Accept(msgspec.Struct, frozen=True, kw_only=True):
    """Accept the change whose fingerprint begins with `known_by`; `until` is the last day."""

    known_by: str
    reason: str
    until: date | None = None


class Explain(msgspec.Struct, frozen=True):
    """Tell the whole story of the change whose fingerprint begins with `known_by`."""

    known_by: str


class Rerun(msgspec.Struct, frozen=True):
    """Make the report again."""


class Help(msgspec.Struct, frozen=True):
    """Tell which commands there are."""


class Misread(msgspec.Struct, frozen=True):
    """A command that cannot be followed: a sentence to answer with, names in backticks."""

    message: str


Command: TypeAlias = Accept | Explain | Rerun | Help | Misread


def commands(text: str) -> tuple[Command, ...]:
    """Return the commands in a comment, in order; none where it has none, at most twenty.

    A command is a line that begins with `/guardian`. One in a quotation, in code or in a part that
    is not shown is somebody's talk of it.
    """
    if PREFIX not in text.lower():
        return ()
    lines = _spoken(text[:MOST_CHARACTERS])
    found = [command for line in lines if (command := _command(line)) is not None]
    if len(found) <= MOST_COMMANDS:
        return tuple(found)
    more = Misread(f"a comment may hold {MOST_COMMANDS} commands: write the others in a new one")
    return (*found[:MOST_COMMANDS], more)


def help_text() -> str:
    """Return what can be written, as Markdown."""
    meaning = {
        "accept": "accept a change: it stays in the report and counts no more",
        "explain": "tell the whole story of a change",
        "rerun": "make the report again",
        "help": "show this",
    }
    lines = [f"- {form}: {meaning[name]}." for name, form in FORMS.items()]
    told = f"`ID` is the change's fingerprint in the report, or its first {LEAST_DIGITS} digits."
    return "\n".join(["At the start of a line of a comment:", "", *lines, "", told])


def _command(line: str) -> Command | None:
    """Return what a line commands; None where it is no command."""
    word, _, rest = line.partition(" ")
    if word.lower() != PREFIX:
        return None
    name, _, said = rest.strip().partition(" ")
    said = said.strip()
    match name.lower():
        case "accept":
            return _accept(said)
        case "explain":
            return _explain(said)
        case "rerun":
            return _alone(Rerun(), name, said)
        case "help" | "":
            return _alone(Help(), "help", said)
        case _:
            return _unknown(name)


def _unknown(name: str) -> Misread:
    near = difflib.get_close_matches(name.lower()[:20], FORMS, 1)
    help_ = f"did you mean {FORMS[near[0]]}?" if near else f"write {FORMS['help']} for a list"
    return Misread(f"`{escape.value(name, 40)}` is no command: {help_}")


def _accept(said: str) -> Command:
    written, _, reason = said.partition(" ")
    known_by = _known_by(written)
    if isinstance(known_by, Misread):
        return known_by
    end = _UNTIL.search(reason)
    until = _day(end["day"]) if end else None
    if end and until is None:
        day = escape.value(end["day"], 40)
        return Misread(f"`{day}` is no day: write the last day as `until 2027-01-31`")
    reason = reason[: end.start()] if end else reason
    reason = escape.clean(reason.strip(" ,;:("), MOST_REASON).strip()
    if not reason:
        return Misread(f"the reason is missing: write {FORMS['accept']}")
    return Accept(known_by=known_by, reason=reason, until=until)


def _explain(said: str) -> Command:
    known_by = _known_by(said)
    return known_by if isinstance(known_by, Misread) else Explain(known_by)


def _alone(command: Command, name: str, said: str) -> Command:
    if not said:
        return command
    return Misread(f"`{name.lower()}` stands alone: write {FORMS[name.lower()]}")


def _known_by(written: str) -> str | Misread:
    """Return a fingerprint, or how it begins."""
    plain = written.strip("`#<>").lower()
    if _ID.fullmatch(plain):
        return plain
    copy = f"copy at least {LEAST_DIGITS} digits of the fingerprint from the report"
    if not plain:
        return Misread(f"it does not say which change: {copy}")
    return Misread(f"`{escape.value(written, 40)}` is no fingerprint: {copy}")


def _day(written: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


# --- what is said, and what is shown --------------------------------------------------------------


def _spoken(text: str) -> Iterator[str]:
    """Yield the lines of Markdown that their author says: no quotation, no code, nothing hidden."""
    fence, ending = "", None
    paragraph: list[str] = []
    for line in re.split(r"\r\n?|\n", text):
        if ending is not None:
            ending = None if ending.search(line) else ending
        elif fence:
            closing = re.fullmatch(rf" {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}[ \t]*", line)
            fence = "" if closing else fence
        elif (opened := _FENCE.match(line)) or not line.strip():
            fence = opened["mark"] if opened else ""
            yield from _said(paragraph)
            paragraph = []
        else:
            paragraph.append(line)
            ending = _still_hidden(line)
    yield from _said(paragraph)


def _said(paragraph: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a paragraph that begin outside of code, up to where a quotation begins.

    A quotation goes on to the end of its paragraph, also without the mark.
    """
    spans = list(_code_spans("\n".join(paragraph)))
    start = 0
    for line in paragraph:
        if _QUOTE.match(line):
            return
        if not any(first < start < last for first, last in spans):
            yield line.rstrip()
        start += len(line) + 1


def _code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where code begins and ends: between two equally long runs of backticks."""
    runs = [(found.start(), found.end()) for found in _TICKS.finditer(text)]
    closing: dict[int, list[int]] = {}
    for number, (start, end) in reversed(list(enumerate(runs))):
        closing.setdefault(end - start, []).append(number)
    at = 0
    while at < len(runs):
        start, end = runs[at]
        later = closing[end - start]
        while later and later[-1] <= at:
            later.pop()
        if later:
            yield start, runs[later[-1]][1]
        at = later[-1] + 1 if later else at + 1


def _still_hidden(line: str) -> re.Pattern[str] | None:
    """Return what ends the part that `line` opens and leaves open; None where it opens none."""
    for opening, closing in _HIDDEN:
        opened = list(opening.finditer(line))
        if opened and not closing.search(line, opened[-1].end()):
            return closing
    return None
