"""A join `USING (key)` whose key has another name on one side: written as `ON`."""

import re
from collections.abc import Iterator

from guardian.fixes.occurrences import Edit, Edits, Occurrence

_USING = re.compile(r"\busing\s*\(", re.IGNORECASE)
_NAME = r"(?:[\w$#@]+|\"[^\"\n]+\"|`[^`\n]+`|\[[^\]\n]+\])"
_TABLE = rf"(?:{_NAME}(?:\s*\.\s*{_NAME})*|\{{\{{[^{{}}]*\}}\}}|\))"
_WORDS = (
    r"(?:on|using|where|group|order|join|inner|left|right|full|cross|natural|union|having|limit"
    r"|qualify|window|lateral|select|from|as)\b"
)
_ALIASED = rf"(?P<table>{_TABLE})(?:\s+(?:as\s+)?(?P<alias>(?!{_WORDS}){_NAME}))?"
_LAST = re.compile(rf"{_ALIASED}\s*$", re.IGNORECASE)
_JOINED = re.compile(rf"(?:\b(?:from|join)\s+|,\s*|(?=\)\s)){_ALIASED}", re.IGNORECASE)
_KEY = re.compile(rf"\s*({_NAME})\s*(?:,|$)")
_FURTHEST = 5_000  # characters before a join that are looked at
MOST_SIDES = 4


def joined_on(at: Occurrence, text: str, new: str) -> Iterator[Edits]:
    """Yield `ON` in place of the `USING` that `at` is a key of, which is `new` on one side.

    Which input the other side is, the text does not tell: the nearest come first.
    """
    opened = next((one for one in reversed(list(_USING.finditer(text, 0, at.left)))), None)
    closed = text.find(")", at.right)
    if opened is None or closed < 0 or ")" in text[opened.end() : at.left]:
        return
    keys = [found[1] for found in _KEY.finditer(text[opened.end() : closed])]
    before = text[max(0, opened.start() - _FURTHEST) : opened.start()]
    last = _LAST.search(before)
    right = _called(last) if last else ""
    if not last or not right:
        return
    for left in _inputs(before[: last.start()]):
        for sides in ((new, None), (None, new)):
            said = " AND ".join(_equal(left, right, key, at, text, sides) for key in keys)
            yield (Edit(at.path, opened.start(), closed + 1, f"ON {said}"),)


def _inputs(before: str) -> list[str]:
    """Return how the inputs of a join so far are called, the last one first."""
    called = [name for found in _JOINED.finditer(before) if (name := _called(found))]
    return list(dict.fromkeys(reversed(called)))[:MOST_SIDES]


def _called(found: re.Match[str]) -> str:
    """Return the name by which a query calls a table; empty where it has none."""
    alias: str | None = found["alias"]
    if alias:
        return alias
    table: str = found["table"]
    return "" if table[0] in "){" else re.split(r"\s*\.\s*", table)[-1]


def _equal(
    left: str, right: str, key: str, at: Occurrence, text: str, sides: tuple[str | None, str | None]
) -> str:
    own = key == text[at.left : at.right]
    one, other = ((sides[0] or key, sides[1] or key)) if own else (key, key)
    return f"{left}.{one} = {right}.{other}"
