"""What was and what is, as a few lines that a reader takes in at a glance."""

from collections.abc import Sequence

from guardian import escape, verdict
from guardian.model.changes import Change

MOST_LINES = 4
_LONG = 120  # shorter texts are told in full, the parts that agree included
_CONTEXT = 4  # words kept on either side of what differs


def lines(change: Change, characters: int, alike: Sequence[Change] = ()) -> list[tuple[str, str]]:
    """Return what was (`-`) and what is (`+`), line by line, none over `characters`.

    Of columns `alike` it is what all of them have in common.
    Clauses stand on lines of their own, at most `MOST_LINES` of each side. Of two long texts what
    they share at either end is left out, so that the difference is never cut off.
    """
    sides = [
        (sign, escape.spaced(escape.clean(text))) for sign, text in verdict.sides(change, alike)
    ]
    texts = [text for _, text in sides]
    # a column has one expression, in which `; ` can only be part of a string
    listed = _is_list(change, alike) and any("; " in text for text in texts)
    if len(texts) == 2 and max(map(len, texts)) > _LONG and not listed:
        texts = list(_apart(*texts))
    found = []
    for (sign, _), text in zip(sides, texts, strict=True):
        clauses = text.split("; ") if listed else [text]
        shown = clauses[:MOST_LINES] if len(clauses) <= MOST_LINES else clauses[: MOST_LINES - 1]
        found += [(sign, escape.shorten(clause, characters)) for clause in shown]
        if len(clauses) > len(shown):
            found.append((sign, f"… and {len(clauses) - len(shown)} more"))
    return found


def _is_list(change: Change, alike: Sequence[Change]) -> bool:
    """Return whether the texts are lists of clauses."""
    return change.column is None or bool(alike and change.side_input)


def _apart(one: str, other: str) -> tuple[str, str]:
    """Return two texts without the words that they share at both ends, but for a few."""
    left, right = one.split(" "), other.split(" ")
    most = min(len(left), len(right))
    before = next((n for n in range(most) if left[n] != right[n]), most)
    most -= before
    behind = next((n for n in range(most) if left[-1 - n] != right[-1 - n]), most)
    return _between(left, before, behind), _between(right, before, behind)


def _between(words: list[str], before: int, behind: int) -> str:
    start = max(0, before - _CONTEXT) if before > _CONTEXT + 1 else 0
    end = len(words) - max(0, behind - _CONTEXT) if behind > _CONTEXT + 1 else len(words)
    head, tail = "… " if start else "", " …" if end < len(words) else ""
    return f"{head}{' '.join(words[start:end])}{tail}"
