"""Where a name stands in a text as a word of its own."""

import re
from collections.abc import Iterator

_QUALIFIER = re.compile(r"(?:[\w$#@]+\.|`[^`\n]+`\.|\"[^\"\n]+\"\.|\[[^\]\n]+\]\.)+$")
_FURTHEST = 200  # characters that a qualifier may have
_QUOTES = {'"': '"', "`": "`", "[": "]", "'": "'"}


def words(text: str, name: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield where `name` stands in `text`, in any case: left, start, end, right.

    `left` and `right` are around the quotes that stand directly around it, if any do.
    """
    word = re.compile(rf"(?<![\w@$#]){re.escape(name)}(?![\w@$#])", re.IGNORECASE)
    for found in word.finditer(text):
        start, end = found.span()
        around = text[start - 1 : start]
        quoted = bool(around) and text[end : end + 1] == _QUOTES.get(around)
        yield start - quoted, start, end, end + quoted


def qualifier(text: str, end: int) -> str:
    """Return what stands before a name with a dot: `orders.`, `"a"."b".`; mostly nothing."""
    found = _QUALIFIER.search(text[max(0, end - _FURTHEST) : end])
    return found[0] if found else ""
