"""Where a name stands in a text, and what may be written there: candidates, which mean nothing yet.

Nothing is parsed here: whether an occurrence means the column is found out by trying (`trials`),
in whatever language the text is. So every occurrence of the word counts, also in a comment.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from guardian.model.names import fold

_QUOTES = {'"': '"', "`": "`", "[": "]", "'": "'"}
_IDENTIFIER = dict.fromkeys(("spark", "databricks", "hive", "bigquery", "mysql"), ("`", "`"))
_IDENTIFIER |= dict.fromkeys(("tsql", "fabric"), ("[", "]"))
_FUNCTIONS = re.compile(
    r"^[ \t]*(?:import[ \t]+pyspark\.sql\.functions[ \t]+as[ \t]+(?P<whole>\w+)"
    r"|from[ \t]+pyspark\.sql[ \t]+import[ \t]+[^\n]*?\bfunctions(?:[ \t]+as[ \t]+(?P<part>\w+))?"
    r"|from[ \t]+pyspark\.sql\.functions[ \t]+import[ \t]*"
    r"(?:\([^)]*?|[^\n(]*?)(?P<col>\bcol\b|\*))",
    re.MULTILINE,
)


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
    word = re.compile(rf"(?<![\w@$#]){re.escape(name)}(?![\w@$#])", re.IGNORECASE)
    line, counted = 1, 0
    for found in word.finditer(text):
        start, end = found.span()
        line += text.count("\n", counted, start)
        counted = start
        around = text[start - 1 : start]
        quoted = bool(around) and text[end : end + 1] == _QUOTES.get(around)
        yield Occurrence(path, start, end, start - quoted, end + quoted, line)


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


def columns_written(at: Occurrence, text: str, name: str, *, python: bool) -> Iterator[Edits]:
    """Yield what may stand in place of a column's name: `name` alone, then with the old name kept.

    In SQL that is `name AS old`, in Python `F.col("name").alias("old")`.
    """
    old = text[at.start : at.end]
    plain = Edit(at.path, at.start, at.end, name)
    yield (plain,)
    quoted = text[at.left : at.right]
    if not python or not at.quoted():
        yield (plain, Edit(at.path, at.right, at.right, f" AS {quoted}"))
    if python:
        if at.quoted():
            yield (Edit(at.path, at.start, at.end, f"{name} AS {old}"),)
        yield from _chained(at, text, plain, old)


def _chained(at: Occurrence, text: str, plain: Edit, old: str) -> Iterator[Edits]:
    quote = text[at.left : at.start] or '"'
    if quote in {'"', "'"} and at.quoted():
        before, after = text[: at.left].rstrip()[-1:], text[at.right :]
        closer = re.match(r"\s*[)\]]", after)
        if before and before in "([" and closer:
            end = at.right + closer.end()
            yield plain, Edit(at.path, end, end, f".alias({quote}{old}{quote})")
        column = _column_function(text)
        if column:
            whole = f"{column}({quote}{plain.text}{quote}).alias({quote}{old}{quote})"
            yield (Edit(at.path, at.left, at.right, whole),)
    elif text[: at.start].endswith("."):
        yield (plain, Edit(at.path, at.end, at.end, f'.alias("{old}")'))


def _column_function(text: str) -> str:
    """Return how a Python text calls Spark's `col`; empty where it does not import it."""
    for found in _FUNCTIONS.finditer(text):
        if found["col"]:
            return "col"
        return f"{found['whole'] or found['part'] or 'functions'}.col"
    return ""


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


def renamed_where_read(
    at: Sequence[Occurrence], text: str, old: str, new: str
) -> Iterator[tuple[Occurrence, Edits]]:
    """Yield, for each table's name that a Python call reads, the call with the column renamed back.

    `spark.table("t")` becomes `spark.table("t").withColumnRenamed("new", "old")`.
    """
    for each in at:
        left = text.rfind("\n", 0, each.start) + 1
        start = max(text.rfind('"', left, each.start), text.rfind("'", left, each.start))
        closer = re.match(r"[\w./:-]*[\"']\s*,?\s*\)", text[each.end :])
        if start >= 0 and closer:
            end = each.end + closer.end()
            quote = text[start]
            call = f".withColumnRenamed({quote}{new}{quote}, {quote}{old}{quote})"
            yield each, (Edit(each.path, end, end, call),)
