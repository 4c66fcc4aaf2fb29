"""Where a name stands in SQL, and what may be written there: candidates, which mean nothing yet.

Nothing is parsed here: whether an occurrence means the column is found out by trying (`trials`),
in whatever dialect the text is. So every occurrence of the word counts, also in a comment.
"""

import re
from collections.abc import Iterable, Iterator

import msgspec

from guardian.model.names import fold
from guardian.rewriting import Value
from guardian.rewriting.words import qualifier, words

_IDENTIFIER = dict.fromkeys(("spark", "databricks", "hive", "bigquery", "mysql"), ("`", "`"))
_IDENTIFIER |= dict.fromkeys(("tsql", "fabric"), ("[", "]"))


class Edit(msgspec.Struct, frozen=True, order=True):
    """Put `text` in place of what stands from `start` to `end` (characters) in the file `path`."""

    path: str
    start: int
    end: int
    text: str


Edits = tuple[Edit, ...]


class Occurrence(msgspec.Struct, frozen=True, order=True):
    """A name in a text: `start` to `end` without its quotes, `left` to `right` with them."""

    path: str
    start: int
    end: int
    left: int
    right: int
    line: int

    def quoted(self) -> bool:
        """Return whether quotes of any kind stand directly around the name."""
        return self.left < self.start


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with `edits` made; none may overlap another."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def each_once(edits: Iterable[Edit]) -> list[Edit]:
    """Return `edits` in their order, without repeats."""
    return list(dict.fromkeys(edits))


def occurrences(path: str, text: str, name: str) -> Iterator[Occurrence]:
    """Yield where `name` stands as a word of its own in `text`, in any case."""
    line, counted = 1, 0
    for left, start, end, right in words(text, name):
        line += text.count("\n", counted, start)
        counted = start
        yield Occurrence(path, start, end, left, right, line)


def spelled(name: str, authors: str, example: Occurrence, text: str, dialect: str) -> str:
    """Return a folded `name` as it may stand at `example`; `authors` is how its author writes it.

    In quotes where the engine would not find it otherwise, and in the case of what is there now.
    """
    quoted = example.quoted() and text[example.left] != "'"
    old = text[example.start : example.end]
    cased = authors
    if authors.islower() and old.isupper():
        cased = authors.upper()
    if fold(cased, dialect, quoted=quoted) == name:
        return cased
    if quoted or fold(name, dialect) == name:
        return name
    opened, closed = _IDENTIFIER.get(dialect, ('"', '"'))
    return f"{opened}{name}{closed}"


def columns_written(at: Occurrence, text: str, value: Value) -> Iterator[Edits]:
    """Yield what may stand in SQL in place of a column's name: `value` alone, `value AS old`."""
    quoted = text[at.left : at.right]
    if value.columns:
        before = qualifier(text, at.left)
        start, made = at.left - len(before), value.qualified(before)
        yield (Edit(at.path, start, at.right, f"({made})"),)
        yield (Edit(at.path, start, at.right, f"{made} AS {quoted}"),)
        return
    plain = Edit(at.path, at.start, at.end, value.text)
    yield (plain,)
    yield (plain, Edit(at.path, at.right, at.right, f" AS {quoted}"))


_CLAUSE = re.compile(
    r"\b(select|from|where|on|group\s+by|order\s+by|partition\s+by|having|using|set|by|when|and|or)\b",
    re.IGNORECASE,
)
_ENDS_ITEM = re.compile(r"\s*(?:,|\)|;|$|from\b|into\b)", re.IGNORECASE)


def selected(at: Occurrence, text: str) -> bool:
    """Return whether an SQL name looks like an item of a SELECT list that is nothing but a name."""
    before = re.sub(r"[\w\"`\[\].]+$", "", text[: at.left]).rstrip()
    starts = before.endswith(",") or re.search(r"\b(?:select|distinct)$", before, re.IGNORECASE)
    if not starts or not _ENDS_ITEM.match(text, at.right):
        return False
    depth, clause = 0, text[max(0, at.left - 5000) : at.left]
    flat = []
    for one in reversed(clause):
        depth += (one == ")") - (one == "(")
        if depth < 0:
            break
        flat.append(one if depth == 0 and one != ")" else " ")
    words = _CLAUSE.findall("".join(reversed(flat)))
    return bool(words) and words[-1].lower() == "select"


def tables_written(at: Occurrence, text: str, name: str) -> Iterator[Edits]:
    """Yield what may stand in place of a table's name: `name`; the same, the old one as alias."""
    plain = Edit(at.path, at.start, at.end, name)
    yield (plain,)
    alias = text[at.left : at.right].rpartition(".")[2]
    yield (plain, Edit(at.path, at.right, at.right, f" AS {alias}"))
