"""Comments that accept a risk beside the code: `-- guardian: accept rows-changed, reason: …`.

They are found in the text of a file, whatever its language, and put beside the statement that they
stand in or above. Which datasets that is, and whether the rules exist, is told in `acceptances.py`.
"""

import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from guardian.languages.marks import SQL_SUFFIXES
from guardian.languages.notebook import exported_cells, is_export, json_cells
from guardian.model.acceptance import Acceptance
from guardian.model.lineage import Diagnostic, Location
from guardian.model.source import SourceFile

VERSION = "1"  # part of the cache key: what is found in a text may differ with another
FORM = "`guardian: accept column-removed, reason: why, until: 2027-01-31`"
MOST_COMMENTS, MOST_CHARACTERS = 1_000, 2_000  # of a file, of a comment

_WORD = re.compile("guardian", re.IGNORECASE)
_COMMENT = re.compile(
    r"(?P<open>--+|//+|/\*+|\{\#-?|\#+)[\s*]*+guardian[ \t]*:[ \t]*accept\b[ \t]*:?", re.IGNORECASE
)
_CLOSING = {"/*": "*/", "{#": "#}"}
_FIRST_KEY = re.compile(r"(?:^|[,\s])\s*(?=(?:reason|owner|until)\s*:)", re.IGNORECASE)
_KEY = re.compile(r"(?:^|,)\s*(?P<key>reason|owner|until)\s*:", re.IGNORECASE)
_RULE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SQL_CELL = re.compile(r"(?:\s|#[^\n]*\n|--[^\n]*\n)*+%{1,2}(?:sql|sparksql|spark_sql)\b")
# Quotes may stay open in a text that is no SQL after all: then they are open to its end.
_SQL_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z)|\{\#.*?(?:\#\}|\Z))
      | (?P<text>'(?:''|[^'])*+'?|"(?:""|[^"])*+"?|`[^`]*+`?)
      | (?P<end>;|^[ \t]*GO[ \t]*$|\{%-?[ \t]*endmacro[ \t]*-?%\})
      | [^\s;'"`{/-]++ | \S""",
    re.VERBOSE | re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_LAYOUT = frozenset({
    tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING,
    tokenize.ENDMARKER, tokenize.NEWLINE,
})  # fmt: skip


class _Part(NamedTuple):
    """Lines of one language that stand together, with their numbers in the file."""

    text: str
    numbers: Sequence[int]
    is_sql: bool


class _Lines(NamedTuple):
    """The first and the last of some lines, counted from 1."""

    start: int
    end: int


class _Code(NamedTuple):
    """The lines of each statement, and all lines that have code; comments are none."""

    statements: Sequence[_Lines]
    lines: Sequence[int]


class _MalformedError(ValueError):
    """A comment that accepts nothing; the message goes on from the name of it."""


def acceptances(file: SourceFile) -> tuple[tuple[Acceptance, ...], tuple[Diagnostic, ...]]:
    """Return what the comments of a file accept, and a warning for each that cannot be followed."""
    found: list[Acceptance] = []
    warnings: list[Diagnostic] = []
    if not _WORD.search(file.text):
        return (), ()
    for part in _parts(file):
        comments = list(islice(_comments(part.text), MOST_COMMENTS))
        code = _code(part) if comments else _Code((), ())
        for comment, text in comments:
            at = Location(file.path, part.numbers[comment.start - 1])
            first, last, below = _beside(comment, code, part.numbers)
            try:
                fields = _read(text)
            except _MalformedError as problem:
                said = f"`guardian: accept` {problem}, so it accepts nothing: write {FORM}"
                warnings.append(Diagnostic(at.file, at.line, said))
            else:
                found.append(Acceptance(at=at, first=first, last=last, below=below, **fields))
    return tuple(found), tuple(warnings)


def _parts(file: SourceFile) -> Iterator[_Part]:
    """Yield a file, or the cells of a notebook, that may hold such a comment."""
    if file.path.endswith((".ipynb", ".json")):
        cells = json_cells(file, [])
    elif is_export(file.text):
        cells = exported_cells(file)
    else:
        if file.path.endswith((".py", *SQL_SUFFIXES)):
            lines = range(1, file.text.count("\n") + 2)
            yield _Part(file.text, lines, is_sql=not file.path.endswith(".py"))
        return
    for cell in cells:
        text = "\n".join(cell.lines)
        if cell.numbers:
            yield _Part(text, cell.numbers, cell.language == "sql" or bool(_SQL_CELL.match(text)))


# --- one comment ---------------------------------------------------------------------------------


def _comments(text: str) -> Iterator[tuple[_Lines, str]]:
    """Yield each comment that accepts something: its lines, from 1, and what it says."""
    line, counted, end = 1, 0, 0
    while found := _COMMENT.search(text, end):
        closing = _CLOSING.get(found["open"][:2], "\n")
        end = text.find(closing, found.end())
        end = len(text) if end < 0 else end
        line += text.count("\n", counted, found.start())
        counted = found.start()
        last = line + text.count("\n", counted, end)
        said = text[found.end() : min(end, found.end() + MOST_CHARACTERS)]
        if closing == "\n":
            said = said.partition("*/")[0].partition("#}")[0]
        yield _Lines(line, last), " ".join(re.sub(r"\n\s*(?:\*|--|#)?", " ", said).split())


def _read(text: str) -> dict[str, Any]:
    """Return what a comment says, as the fields of an `Acceptance`.

    Raises:
        _MalformedError: something that it needs is missing, or cannot be followed.
    """
    start = _FIRST_KEY.search(text)
    rules = _rules(text[: start.start()] if start else text)
    rest = text[start.end() :] if start else ""
    keys = list(_KEY.finditer(rest))
    ends = [key.start() for key in keys[1:]] + [len(rest)]
    said: dict[str, str] = {}
    for key, end in zip(keys, ends, strict=False):
        name = key["key"].lower()
        if name in said:
            raise _MalformedError(f"gives `{name}` twice")
        said[name] = rest[key.end() : end].strip(" ,;-")
    if not said.get("reason"):
        raise _MalformedError("gives no reason")
    until = _date(said["until"]) if "until" in said else None
    return {"rules": rules, "reason": said["reason"], "owner": said.get("owner", ""),
            "until": until}  # fmt: skip


def _rules(text: str) -> tuple[str, ...]:
    words = [word for word in re.split(r"[\s,;`]+", text.lower()) if word]
    wrong = next((word for word in words if not _RULE.fullmatch(word)), None)
    if wrong is not None:
        raise _MalformedError(f"has `{wrong[:60]}` where the name of a rule belongs")
    if not words:
        raise _MalformedError("names no rule")
    return tuple(dict.fromkeys(words))


def _date(text: str) -> date:
    try:
        if _DATE.fullmatch(text.rstrip(".")):
            return date.fromisoformat(text.rstrip("."))
    except ValueError:
        pass
    raise _MalformedError(f"has `until: {text[:60]}`, which is no date")


# --- the statement beside it ---------------------------------------------------------------------


def _beside(comment: _Lines, code: _Code, numbers: Sequence[int]) -> tuple[int, int, int]:
    """Return the lines, of the file, of the statement that a comment stands in or above.

    And the next line that has code. Where there is no statement, the lines are the comment's own.
    """
    below = next((line for line in code.lines if line > comment.end), 0)
    around = (span for span in code.statements if span.start <= comment.start <= span.end)
    after = (span for span in code.statements if span.start > comment.end)
    chosen = next(around, None) or next(after, None) or comment
    last = min(chosen.end, len(numbers))
    return numbers[chosen.start - 1], numbers[last - 1], numbers[below - 1] if below else 0


def _code(part: _Part) -> _Code:
    return _sql_code(part.text) if part.is_sql else _python_code(part.text)


def _sql_code(text: str) -> _Code:
    spans: list[_Lines] = []
    code: list[int] = []
    line, counted, start = 1, 0, 0
    for token in _SQL_TOKEN.finditer(text):
        line += text.count("\n", counted, token.start())
        counted = token.start()
        if token["comment"]:
            continue
        if token["end"]:
            if start:
                spans.append(_Lines(start, line))
            start = 0
            continue
        start = start or line
        if not code or code[-1] < line:
            code.append(line)
    if start:
        spans.append(_Lines(start, line))
    return _Code(spans, code)


def _python_code(text: str) -> _Code:
    """Return where the code of Python is; of what is none, as far as it can be read."""
    spans: list[_Lines] = []
    code: list[int] = []
    start = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NEWLINE and start:
                spans.append(_Lines(start, token.start[0]))
                start = 0
            elif token.type not in _LAYOUT:
                start = start or token.start[0]
                if not code or code[-1] < token.start[0]:
                    code.append(token.start[0])
    except (tokenize.TokenError, SyntaxError):
        pass
    return _Code(spans, code)
