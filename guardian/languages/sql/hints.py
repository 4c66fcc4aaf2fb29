"""What is known of a script by table only.

Hint comments, and a last-resort search in what failed.
"""

import re
from collections.abc import Iterable, Iterator

from guardian.languages.expressions.source import restore
from guardian.languages.sql.script import Script
from guardian.languages.sql.state import State
from guardian.model.lineage import Location
from guardian.model.names import dataset_name, fold, is_path, path_name
from guardian.model.plan import TableEdge

HINT_CONFIDENCE = 0.6
SEARCH_CONFIDENCE = 0.5
_PART = r"(?:\[[^\]\n]+\]|\"[^\"\n]+\"|`[^`\n]+`|[\w#@$%{}\ue000-\uf8ff-]+)"
_NAME = rf"{_PART}(?:\s*\.\s*{_PART})*"
# A list goes on behind a comma at the end of a line: in a comment, or as names and nothing else.
_GOES_ON = (
    rf",[ \t]*\n(?:[ \t]*(?:--|\*(?!/)|\#)(?![ \t]*@)"
    rf"|(?=[ \t]*{_NAME}[ \t]*(?:,[ \t]*(?:{_NAME}[ \t]*)?)*(?:\*/|$)))"
)
_HINT = re.compile(
    r"@LINEAGE_(?P<kind>INPUT|OUTPUT)S?[ \t]*[:=][ \t]*"
    rf"(?P<names>(?:[^\n@]*?{_GOES_ON})*[^\n]*?)(?=\*/|@LINEAGE_|$)",
    re.IGNORECASE | re.MULTILINE,
)
_READ = re.compile(rf"\b(?:FROM|JOIN|USING)\s+({_NAME})(?!\s*\()", re.IGNORECASE)
_WRITE = re.compile(
    r"\b(?:INSERT\s+(?:INTO|OVERWRITE)(?:\s+TABLE)?|MERGE\s+(?:INTO\s+)?|UPDATE|INTO|"
    r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:\w+\s+){0,3}?(?:TABLE|VIEW)(?:\s+IF\s+NOT\s+EXISTS)?)"
    rf"\s+({_NAME})",
    re.IGNORECASE,
)
_CTE = re.compile(rf"(?:\bWITH|,)\s*({_PART})\s*(?:\([^()]*\)\s*)?AS\s*\(", re.IGNORECASE)
_NOISE = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_WORDS = frozenset({
    "select", "lateral", "unnest", "values", "table", "set", "where", "on", "as", "if", "not",
    "exists",
    "the", "dual", "only", "inserted", "deleted", "into", "from", "and", "or", "statistics", "top",
})  # fmt: skip
_PIECE = re.compile(_PART)


def dataset_from_text(text: str, dialect: str, state: State | None = None) -> str:
    """Return the dataset that a name in plain text means.

    Brackets and quotes gone, schema defaulted.
    """
    text = text.strip().strip(";'")
    if is_path(text):
        return path_name(text)
    parts: list[str] = []
    for piece in _PIECE.findall(text):
        quoted = piece[0] in '["`'
        inner = piece[1:-1] if quoted else piece
        whole = inner.split(".") if piece[0] == "`" else [inner]
        parts.extend(fold(part, dialect, quoted=quoted) for part in whole)
    return dataset_name(parts if state is None else state.qualified(parts, dialect), dialect)


def hints(text: str, script: Script) -> None:
    """Note the datasets that hint comments name, those of neighbouring comments as one edge."""
    reads: list[str] = []
    writes: list[str] = []
    first: int | None = None
    last_line = 0
    for found in _HINT.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        if first is not None and (
            line > last_line + 3 or (writes and found["kind"].upper() == "INPUT")
        ):
            _edge(reads, writes, first, script)
            reads, writes, first = [], [], None
        first = line if first is None else first
        last_line = line
        names = _listed(found["names"], script.dialect)
        (reads if found["kind"].upper() == "INPUT" else writes).extend(names)
    if first is not None:
        _edge(reads, writes, first, script)


def hinted_in(lines: range, script: Script) -> bool:
    """Return whether a hint comment stands on one of the lines of the text."""
    return any(edge.at.line - script.first_line + 1 in lines for edge in script.tables)


def _listed(text: str, dialect: str) -> Iterator[str]:
    for name in re.split(r"[,;]|\s{2,}|\n[ \t]*(?:--|\*|#)?", text):
        if name.strip():
            dataset = dataset_from_text(name, dialect)
            if dataset:
                yield dataset


def _edge(reads: Iterable[str], writes: Iterable[str], line: int, script: Script) -> None:
    script.tables.append(
        TableEdge(
            job=script.job, reads=tuple(dict.fromkeys(reads)), writes=tuple(dict.fromkeys(writes)),
            confidence=HINT_CONFIDENCE, at=script.line(line),
        )
    )  # fmt: skip


def search(text: str, line: int, script: Script, symbols: tuple[str, ...] = ()) -> bool:
    """Note the tables that a statement which could not be parsed seems to name.

    Return whether it seems to write one of them.
    """
    plain = _NOISE.sub(" ", text)
    ctes = {name.strip('[]"`').lower() for name in _CTE.findall(plain)}
    writes = _named(_WRITE, plain, ctes, script, symbols)
    reads = [name for name in _named(_READ, plain, ctes, script, symbols) if name not in writes]
    if reads or writes:
        at = Location(script.path, line + script.first_line - 1)
        script.tables.append(
            TableEdge(
                job=script.job,
                reads=tuple(reads),
                writes=tuple(writes),
                confidence=SEARCH_CONFIDENCE,
                at=at,
            )
        )
    return bool(writes)


def _named(
    pattern: re.Pattern[str], text: str, ctes: set[str], script: Script, symbols: tuple[str, ...]
) -> list[str]:
    found = []
    for name in pattern.findall(text):
        bare = name.strip('[]"`').lower()
        if bare in ctes or bare in _WORDS or name[0] in "#@{%-$" or name[0].isdigit():
            continue
        dataset = dataset_from_text(restore(name, symbols), script.dialect, script.state)
        if dataset and dataset not in script.views:
            found.append(dataset)
    return list(dict.fromkeys(found))
