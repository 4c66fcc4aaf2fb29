r"""Client commands around the SQL: what psql, SQL*Plus, mysql, SnowSQL and their like read first.

A command ends with its line, unlike a statement. Each is blanked, turned into the statement that it
stands for (`\copy`), or, where it includes a file, made a boundary: the script goes on in that
file. Lines stay where they are.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from posixpath import dirname, join, normpath

_NOT_NEWLINE = re.compile(r"[^\n]")
_PSQL = frozenset({"postgres", "redshift", "materialize", "risingwave", ""})
_ORACLE = frozenset({"oracle"})
_MYSQL = frozenset({"mysql", "doris", "starrocks"})
_SNOWFLAKE = frozenset({"snowflake"})
_SHELLS = frozenset({"duckdb", "sqlite"})
_HIVE = frozenset({"hive", "spark", "spark2", "databricks"})
_TSQL = frozenset({"tsql", "fabric"})

_STDIN = re.compile(
    r"^[ \t]*COPY\s[^;]{0,2000}?\bFROM\s+STDIN\b[^;]{0,2000};[^\n]*\n", re.IGNORECASE | re.MULTILINE
)
_END_OF_ROWS = "\\.\n"
_COPY = re.compile(r"^(?P<indent>[ \t]*)\\copy(?P<rest>\s[^\n]*)$", re.IGNORECASE | re.MULTILINE)
_BARE_FILE = re.compile(
    r"(?P<way>\s(?:FROM|TO)\s+)(?!(?:STDIN|STDOUT|PSTDIN|PSTDOUT|PROGRAM)\b)(?P<file>[^\s'\"(;]+)",
    re.IGNORECASE,
)
_SENDING = re.compile(r"(?<=\s)\\(?:gexec|gset|gx|g|crosstabview|watch)\b[^\n']*$", re.MULTILINE)
_PSQL_LINE = re.compile(r"^[ \t]*\\[A-Za-z!?][^\n]*$", re.MULTILINE)
_SQLCMD_LINE = re.compile(r"^[ \t]*(?::[A-Za-z]|!!)[^\n]*$", re.MULTILINE)
_SNOWSQL_LINE = re.compile(r"^[ \t]*![A-Za-z][^\n]*$", re.MULTILINE)
_DELIMITER = re.compile(r"^[ \t]*DELIMITER[ \t]+(?P<mark>\S+)[^\n]*$", re.IGNORECASE | re.MULTILINE)
_CHECK = re.compile(
    r"^[ \t]*#(?:fail|warn)\b[^\n]*\n.*?(?=;[ \t]*$|^[ \t]*#(?:fail|warn)\b|\Z)",
    re.MULTILINE | re.DOTALL,
)
_SQLPLUS = re.compile(
    r"""(?:ACC(?:EPT)?|BRE(?:AK)?|BTI(?:TLE)?|CL(?:EAR)?|COL(?:UMN)?|CONN(?:ECT)?|DEF(?:INE)?|
        DISC(?:ONNECT)?|EXEC(?:UTE)?(?!\s+IMMEDIATE)|EXIT|HO(?:ST)?|PAU(?:SE)?|PRI(?:NT)?|PRO(?:MPT)?|QUIT|
        REM(?:ARK)?|SET|SHO(?:W)?|SPO(?:OL)?|TIMI(?:NG)?|TTI(?:TLE)?|UNDEF(?:INE)?|
        VAR(?:IABLE)?|WHENEVER)(?=[ \t;]|$)(?!\s+(?:ROLE|TRANSACTION|CONSTRAINTS?)\b)
        |[!$]""",
    re.IGNORECASE | re.VERBOSE,
)
_SHELL = re.compile(r"\.[a-z]", re.IGNORECASE)
_HIVE_LINE = re.compile(r"(?:!|dfs\b)", re.IGNORECASE)
_MYSQL_LINE = re.compile(
    r"(?:\\[A-Za-z]\b|(?:SYSTEM|TEE|NOTEE|PROMPT|PAGER)\b|(?:NO)?WARNINGS?;?$)", re.IGNORECASE
)
# `<Name, type, value>`: what Management Studio asks for before it runs a template.
_ASKED = re.compile(
    r"<[ \t]*(?P<name>[A-Za-z_@#$][^<>,\n]{0,80}),[ \t]*"
    r"(?:\w[\w ]{0,30}(?:\([\w, ]{0,20}\))?)?[ \t]*,(?P<value>[^<>\n]{0,200})>"
)
_INCLUDES = (
    (_PSQL, re.compile(r"\\(?:ir|i|include_relative|include)\s+(?P<path>[^\n]+)")),
    (_ORACLE, re.compile(r"(?:@@?|START\s+)\s*(?P<path>[^\s;]+)[^\n]*", re.IGNORECASE)),
    (_MYSQL, re.compile(r"(?:SOURCE\s|\\\.)\s*(?P<path>[^\n;]+);?[^\n]*", re.IGNORECASE)),
    (_SNOWFLAKE, re.compile(r"!(?:source|load)\s+(?P<path>[^\n;]+);?[^\n]*", re.IGNORECASE)),
    (_SHELLS, re.compile(r"\.read\s+(?P<path>[^\n]+)", re.IGNORECASE)),
    (_HIVE, re.compile(r"(?:SOURCE|!run)\s+(?P<path>[^\n;]+);?[^\n]*", re.IGNORECASE)),
    (_TSQL, re.compile(r":r\s+(?P<path>[^\n]+)", re.IGNORECASE)),
)  # fmt: skip
_LINE_COMMANDS = (
    (_ORACLE, _SQLPLUS),
    (_SHELLS, _SHELL),
    (_HIVE, _HIVE_LINE),
    (_MYSQL, _MYSQL_LINE),
)
_VARIABLE_FOLDERS = re.compile(r"^[^\n]*[:$&%{][^/\n]*/")
_FILE = re.compile(r"[\w./\\:~ ${}()-]+")


@dataclass(frozen=True, slots=True)
class Include:
    """A file that a script runs at this point: the path as it is written, and the line."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a script's text, and the line that it begins on."""

    text: str
    line: int


def parts(text: str, dialect: str) -> tuple[Part | Include, ...]:
    """Return a script in the order in which it runs: its own text, and files that it includes."""
    pattern = next((found for known, found in _INCLUDES if dialect in known), None)
    if pattern is None or not _anywhere(pattern).search(text):
        return (Part(text, 1),)
    found: list[Part | Include] = []
    begin = 1
    own: list[str] = []
    for number, line, fresh in _lines(text):
        match = pattern.fullmatch(line.strip()) if fresh and len(line) < 500 else None
        path = _unquoted(match["path"]) if match else ""
        if path and _FILE.fullmatch(path):
            found += [Part("\n".join(own), begin), Include(path, number)]
            own, begin = [], number + 1
        else:
            own.append(line)
    return (*found, Part("\n".join(own), begin))


def _unquoted(path: str) -> str:
    return path.strip().rstrip(";").strip().strip("'\"")


def located(path: str, includer: str, exists: Callable[[str], bool]) -> str | None:
    """Return the file of the repository that an included path means, None where it has none.

    Clients look from the folder that they are started in: the script's own, or one above it.
    """
    written = _VARIABLE_FOLDERS.sub("", path.replace("\\", "/")).lstrip("/")
    folder = dirname(includer)
    while True:
        for ending in ("", ".sql"):
            candidate = normpath(join(folder, written)) + ending
            if not candidate.startswith("..") and exists(candidate):
                return candidate
        if not folder:
            return None
        folder = dirname(folder)


def undressed(text: str, dialect: str) -> str:
    """Return `text` without client commands, every line where it was."""
    if dialect in _PSQL and "\\" in text:
        text = _without_rows(text)
        text = _COPY.sub(_copied, text)
        text = _SENDING.sub(lambda found: ";" + " " * (len(found[0]) - 1), text)
        text = _PSQL_LINE.sub(_blank, text)
    if dialect in _TSQL and (":" in text or "!!" in text):
        text = _SQLCMD_LINE.sub(_blank, text)
    if dialect in _TSQL and "<" in text:
        text = _ASKED.sub(_answered, text)
    if dialect in _SNOWFLAKE and "!" in text:
        text = _SNOWSQL_LINE.sub(_blank, text)
    if dialect == "bigquery" and ("#fail" in text or "#warn" in text):
        text = _CHECK.sub(_blank, text)
    if dialect in _MYSQL and "delimiter" in text.lower():
        text = _with_semicolons(text)
    commands = next((pattern for known, pattern in _LINE_COMMANDS if dialect in known), None)
    if commands is None or not (dialect in _ORACLE or _anywhere(commands).search(text)):
        return text
    return "\n".join(_without_lines(text, commands, dialect))


@cache
def _anywhere(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """Return what finds a command at the beginning of any line: most texts have none."""
    return re.compile(rf"^[ \t]*+(?:{pattern.pattern})", pattern.flags | re.MULTILINE)


def _answered(found: re.Match[str]) -> str:
    """Return the value that a template proposes, its name where it proposes none."""
    value = found["value"].strip() or found["name"].strip()
    return value.ljust(len(found[0]))


def _blank(found: re.Match[str]) -> str:
    return _NOT_NEWLINE.sub(" ", found[0])


def _without_rows(text: str) -> str:
    """Return text without the rows behind each COPY … FROM STDIN, and the mark that ends them."""
    pieces: list[str] = []
    position = 0
    while (found := _STDIN.search(text, position)) is not None:
        end = text.find(_END_OF_ROWS, found.end())
        if end < 0 and text.endswith("\\."):
            end = len(text) - 2
        if end < 0:
            break
        pieces += [text[position : found.end()], _NOT_NEWLINE.sub(" ", text[found.end() : end + 2])]
        position = end + 2
    return "".join([*pieces, text[position:]])


def _copied(found: re.Match[str]) -> str:
    """Return the statement that `copy` stands for, its file in quotes."""
    rest = found["rest"].rstrip()
    query = rest[: _closes(rest)] if rest.lstrip().startswith("(") else ""
    told = _BARE_FILE.sub(r"\g<way>'\g<file>'", rest[len(query) :], count=1)
    return f"{found['indent']}COPY{query}{told}{'' if rest.endswith(';') else ';'}"


def _closes(text: str) -> int:
    """Return where the first bracket of `text` closes."""
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and character == ")":
            return index
    return len(text)


def _with_semicolons(text: str) -> str:
    """Return MySQL's text with semicolons for the marks that DELIMITER has chosen."""
    pieces: list[str] = []
    mark, position = ";", 0
    for found in _DELIMITER.finditer(text):
        pieces += [_closed(text[position : found.start()], mark), _blank(found)]
        mark, position = found["mark"], found.end()
    return "".join([*pieces, _closed(text[position:], mark)])


def _closed(text: str, mark: str) -> str:
    return text if mark == ";" else text.replace(mark, ";".ljust(len(mark)))


def _without_lines(text: str, commands: re.Pattern[str], dialect: str) -> Iterator[str]:
    for _, line, fresh in _lines(text):
        stripped = line.strip()
        if dialect in _ORACLE and stripped == "/":
            yield ";"
        else:
            yield "" if fresh and commands.match(stripped) else line


def _lines(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield each line with its number, and whether a new statement or command may begin on it."""
    fresh, comment = True, False
    for number, line in enumerate(text.split("\n"), start=1):
        code = "" if comment and "*/" not in line else line.partition("--")[0].strip()
        yield number, line, fresh and not comment
        opened, closed = line.rfind("/*"), line.rfind("*/")
        comment = opened > closed if opened >= 0 or closed >= 0 else comment
        if opened >= 0 and closed > opened:
            code = (line[:opened] + line[closed + 2 :]).partition("--")[0].strip()
        elif opened >= 0:
            code = line[:opened].strip()
        elif closed >= 0:
            code = line[closed + 2 :].strip()
        if code:
            fresh = code.endswith((";", "/")) or (fresh and _is_command(code))


def _is_command(code: str) -> bool:
    """Return whether a line is a client's in any client: the next one begins something new, too."""
    return bool(
        code[0] in "\\.!@:"
        or _SQLPLUS.match(code)
        or re.match(r"(?:SOURCE|DELIMITER|GO|USE)\b", code, re.IGNORECASE)
    )
