"""Edits → the bytes of a file with them, and a unified diff that `git apply` takes.

Edits count characters of the text as it was read: without a byte-order mark, with LF as the end of
a line. Here they are put into the file as it is stored; all else of it stays byte for byte.
"""

import codecs
import difflib
import re
from collections.abc import Iterable, Iterator, Sequence

from guardian.fixes.occurrences import Edit, edited

_ENDS = re.compile(r"\r\n|\r|\n")
CONTEXT = 3


def stored(data: bytes, edits: Iterable[Edit]) -> bytes | None:
    """Return the bytes of a file with `edits` made; None where it is not UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    mark = "\ufeff" if data.startswith(codecs.BOM_UTF8) else ""
    return (mark + edited(text[len(mark) :], _placed(text[len(mark) :], edits))).encode("utf-8")


def _placed(text: str, edits: Iterable[Edit]) -> Iterator[Edit]:
    """Yield the same edits in a text whose lines may end in CRLF."""
    longer = [found.start() for found in _ENDS.finditer(text) if len(found[0]) == 2]
    # the place of each such end in the text with LF alone
    ends = [start - number for number, start in enumerate(longer)]
    for edit in edits:
        start, end = (at + sum(place < at for place in ends) for at in (edit.start, edit.end))
        yield Edit(edit.path, start, end, edit.text)


def patch(path: str, before: bytes, after: bytes) -> str:
    """Return a unified diff of one UTF-8 file."""
    old, new = (_lines(data.decode("utf-8")) for data in (before, after))
    found = list(difflib.unified_diff(old, new, n=CONTEXT))[2:]
    body = "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in found
    )
    one, other = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    return f"diff --git {one} {other}\n--- {one}{_tab(one)}\n+++ {other}{_tab(other)}\n{body}"


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True) if "\r" not in text and _plain(text) else _at_lf(text)


def _plain(text: str) -> bool:
    """Return whether only LF ends a line: `splitlines` knows many other ends."""
    return not re.search("[\v\f\x1c-\x1e\x85\u2028\u2029]", text)


def _at_lf(text: str) -> list[str]:
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _quoted(name: str) -> str:
    """Return a path as git writes it: in quotes where it holds what could be misread."""
    if not re.search(r'["\\\x00-\x1f\x7f]', name):
        return name
    special = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
    made = "".join(
        special.get(one) or (f"\\{ord(one):03o}" if ord(one) < 32 or ord(one) == 127 else one)
        for one in name
    )
    return f'"{made}"'


def _tab(name: str) -> str:
    return "\t" if " " in name and not name.startswith('"') else ""


def lines_of(text: str, edits: Sequence[Edit]) -> tuple[int, ...]:
    """Return the lines of `text` that edits stand in, counted from 1."""
    return tuple(sorted({text.count("\n", 0, edit.start) + 1 for edit in edits}))
