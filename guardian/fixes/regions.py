"""The parts of a file that are Python or SQL, each as a text of its own, and where it stands.

A `.py` file is one part; the lines of a Databricks export that hold SQL are parts of their own. The
cells of a notebook lie inside of JSON, whose escapes are no part of their text: an edit of a cell
changes those bytes alone.
"""

import ast
import json
import re
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from guardian.languages.notebook import NOTEBOOK_SIZE_LIMIT, SQL, TRANSPARENT

NOTEBOOKS = (".ipynb",)
PYTHON = (".py", *NOTEBOOKS)
_MAGIC = re.compile(r"^# MAGIC ?(.*)$", re.MULTILINE)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+', re.DOTALL)
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)
_CELL_MAGIC = re.compile(r"\s*%%?(\w+)")
_LINE_MAGIC = re.compile(r"^([ \t]*)[%!?](?=\S)", re.MULTILINE)


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """A text of one language; `starts` and `ends` are where each of its characters stands.

    Without these it stands from `offset` on as it is. `inside_json` says that what is put there
    is escaped.
    """

    language: Literal["python", "sql"]
    text: str
    offset: int = 0
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    inside_json: bool = False

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the text stands in the file."""
        if not self.starts:
            return start + self.offset, end + self.offset
        if start == end:
            at = self.ends[start - 1] if start else self.starts[0]
            return at, at
        return self.starts[start], self.ends[end - 1]

    def written(self, text: str) -> str:
        """Return a text as it is written in the file."""
        return json.dumps(text, ensure_ascii=False)[1:-1] if self.inside_json else text


def regions(path: str, text: str) -> tuple[Region, ...]:
    """Return the parts of a file; none of a notebook that is too large or none."""
    if path.endswith(NOTEBOOKS):
        return tuple(_cells(text)) if len(text) <= NOTEBOOK_SIZE_LIMIT else ()
    if not path.endswith(PYTHON):
        return (Region(language="sql", text=text),)
    lines = (Region(language="sql", text=m[1], offset=m.start(1)) for m in _MAGIC.finditer(text))
    return (Region(language="python", text=text), *lines)


# --- notebooks -----------------------------------------------------------------------------------

Spots = Sequence[tuple[int, int]]


def _cells(document: str) -> Iterator[Region]:
    """Yield the Python of all cells as one part, as they share names; each SQL cell as another."""
    default = "sql" if _speaks_sql(document) else "python"
    texts: list[str] = []
    places: list[tuple[int, int]] = []
    for strings in _sources(document):
        characters = [spot for start, end in strings for spot in _characters(document, start, end)]
        text = "".join(said for said, _, _ in characters)
        spots = [(start, end) for _, start, end in characters]
        magic = _CELL_MAGIC.match(text)
        language = magic[1].lower() if magic and _whole_cell(text, magic) else default
        if language in SQL:
            yield _region("sql", text, spots)
        elif language == "python" or language in TRANSPARENT:
            plain = _LINE_MAGIC.sub(r"\1#", text)
            if spots and _is_python(plain):
                texts.append(f"{plain}\n")
                places += [*spots, (spots[-1][1], spots[-1][1])]
    if texts:
        yield _region("python", "".join(texts), places)


def _whole_cell(text: str, magic: re.Match[str]) -> bool:
    return text.lstrip().startswith("%%") or magic[1].lower() in SQL


def _region(language: Literal["python", "sql"], text: str, spots: Spots) -> Region:
    starts, ends = tuple(start for start, _ in spots), tuple(end for _, end in spots)
    return Region(language=language, text=text, starts=starts, ends=ends, inside_json=True)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _speaks_sql(document: str) -> bool:
    found = re.search(
        r'"(?:language_info|kernelspec)"\s*:\s*\{[^{}]*?"name"\s*:\s*"(\w+)"', document
    )
    return found is not None and found[1].lower() in SQL


def _characters(document: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield the characters that a JSON string means, each with where it is written."""
    for found in _CHARACTER.finditer(document, start, end):
        written = found[0]
        yield json.loads(f'"{written}"') if written[0] == "\\" else written, *found.span()


def _sources(document: str) -> Iterator[Spots]:
    """Yield, for each code cell, where the strings of its source stand, without their quotes."""
    strings: list[tuple[int, int]] = []
    kind = ""
    for path, start, end in _strings(document):
        if path[:1] != ("cells",) or len(path) < 3:
            continue
        if path[2] == "":  # the end of a cell
            if kind == "code" and strings:
                yield tuple(strings)
            strings, kind = [], ""
        elif path[2:] == ("cell_type",):
            kind = document[start:end]
        elif path[2] == "source" and len(path) <= 4:
            strings.append((start, end))


def _strings(document: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Yield the string values of a JSON text with the keys that lead there; `""` ends an object."""
    path: list[str] = []
    objects: list[bool] = []
    key = ""
    found = list(_TOKEN.finditer(document))
    for index, one in enumerate(found):
        said, start, end = one[0], one.start() + 1, one.end() - 1
        inside = bool(objects and objects[-1])
        if said in "{[":
            path.append(key)
            objects.append(said == "{")
            key = ""
        elif said in "}]":
            if objects and objects.pop():
                yield (*path[1:], ""), start, end
            if path:
                path.pop()
        elif said[0] == '"' and inside and _is_colon(found[index + 1 : index + 2]):
            key = document[start:end]
        elif said[0] == '"':
            yield (*path[1:], key if inside else "item"), start, end
        elif said == "," and not inside:
            key = ""


def _is_colon(following: Sequence[re.Match[str]]) -> bool:
    return bool(following) and following[0][0] == ":"
