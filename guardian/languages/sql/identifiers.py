"""`IDENTIFIER('a.' || :b)`: a table's name as an expression, written out; lists of nothing known.

Databricks and Snowflake take a name from a string, its parts joined. Parameters become symbols, so
that the name is the one that the same parameter makes elsewhere.
"""

import re
from collections.abc import Callable

from guardian.languages.expressions.source import FILL, MARK

DIALECTS = frozenset({"spark", "spark2", "databricks", "snowflake", "hive"})
_PART = r"""(?:'[^'\n]{0,200}'|"[^"\n]{0,200}"|:[A-Za-z_]\w{0,80}|\$[A-Za-z_]\w{0,80})"""
_NAME = re.compile(
    rf"\bIDENTIFIER\s*\(\s*(?P<expr>{_PART}(?:\s*(?:\|\||,)\s*{_PART}){{0,20}})\s*\)", re.IGNORECASE
)
_CONCAT = re.compile(
    rf"\bIDENTIFIER\s*\(\s*concat\s*\(\s*(?P<expr>{_PART}(?:\s*,\s*{_PART}){{0,20}})\s*\)\s*\)",
    re.IGNORECASE,
)
_PARTS = re.compile(_PART)
_USABLE = re.compile(rf"[\w.\-{MARK}{FILL}\ue000-\uf8ff]+")
# A list of columns or properties in which a client variable stands for some of them.
_LIST = re.compile(
    r"\b(?:TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[^\s()]{1,300}|TBLPROPERTIES)\s*\(", re.IGNORECASE
)
_ALONE = re.compile(rf"(?:^|[(,\n])[ \t]*(?:{MARK}.{FILL}*[ \t]*,?[ \t]*)+(?=\n|\)|$)")
LIST_LIMIT = 100_000
_NOT_NEWLINE = re.compile(r"[^\n]")


def written_out(text: str, dialect: str, symbol: Callable[[str], str]) -> str:
    """Return `text` with names that are expressions as names, of the same length and lines.

    `symbol` gives the placeholder of a parameter.
    """
    if dialect not in DIALECTS:
        return text
    if "identifier" in text.lower():

        def name(found: re.Match[str]) -> str:
            made = "".join(
                symbol(part[1:]) if part[0] in ":$" else part[1:-1].replace("`", "")
                for part in _PARTS.findall(found["expr"])
            )
            if not made.strip(".") or not _USABLE.fullmatch(made):
                return found.group(0)
            rest = found.group(0)[len(made) :]
            return made + _NOT_NEWLINE.sub(" ", rest)

        text = _CONCAT.sub(name, _NAME.sub(name, text))
    return _without_open_lists(text) if MARK in text else text


def _without_open_lists(text: str) -> str:
    """Return `text` without lists of columns that a variable completes.

    Which columns a table has is not known then, and a part of them would look like all.
    """
    place = 0
    while (found := _LIST.search(text, place)) is not None:
        start = found.end() - 1
        end = _closing(text, start)
        inner = text[start:end]
        if MARK in inner and _ALONE.search(inner):
            first = start if found.group().upper().startswith("TABLE") else found.start()
            text = text[:first] + _NOT_NEWLINE.sub(" ", text[first:end]) + text[end:]
        place = found.end()
    return text


def _closing(text: str, start: int) -> int:
    """Return the place behind the bracket that closes the one at `start`."""
    depth, quote = 0, ""
    for index in range(start, min(len(text), start + LIST_LIMIT)):
        letter = text[index]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"`":
            quote = letter
        else:
            depth += (letter == "(") - (letter == ")")
            if depth == 0:
                return index + 1
    return start
