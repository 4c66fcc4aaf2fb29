r"""Client variables whose value the script itself tells: their text, put in where they are used.

`SET x=1` … `${x}` (Hive, Spark), `\set x 1` … `:x` (psql), `:setvar x 1` … `$(x)` (sqlcmd),
`DEFINE x = 1` … `&x` (SQL*Plus), `{% set x = 1 %}` … `{{ x }}`. The client replaces text before the
engine sees it, so a value may be part of a name, a condition, a whole list; hence tokens are
replaced here, and each keeps the place of the variable. A value counts from its line on.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.expressions.source import MARK, PLACEHOLDER, symbol_of
from guardian.languages.sql.script import Script
from guardian.languages.sql.splitting import Broken, Text, tokenized
from guardian.languages.sql.state import State

MAX_VALUE = 4_000
MAX_ADDED = 50_000
_HIVE = frozenset({"hive", "spark", "spark2", "databricks"})
PSQL = frozenset({"postgres", "redshift", "materialize", "risingwave"})
_TSQL = frozenset({"tsql", "fabric"})
_QUOTED = {
    TokenType.STRING, TokenType.IDENTIFIER, TokenType.NATIONAL_STRING, TokenType.RAW_STRING,
    TokenType.HEREDOC_STRING,
}  # fmt: skip
_PSQL_SET = re.compile(
    r"^[ \t]*\\(?P<word>set|unset|gset|if|elif|else|endif)\b[ \t]*(?P<rest>[^\n]*)$", re.MULTILINE
)
_GSET = re.compile(r"(?<=\s)\\gset\b[ \t]*(?P<prefix>\w*)")
_SETVAR = re.compile(
    r"^[ \t]*:setvar[ \t]+(?P<name>\w+)[ \t]*(?P<value>[^\n]*)$", re.MULTILINE | re.IGNORECASE
)
_DEFINE = re.compile(
    r"^[ \t]*DEF(?:I|IN|INE)?[ \t]+(?P<name>\w+)[ \t]*=[ \t]*(?P<value>[^\n]*?);?[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_JINJA_SET = re.compile(
    r"\{%-?\s*set\s+(?P<name>\w+)\s*=\s*(?P<value>'[^'\n]*'|\"[^\"\n]*\"|-?\d[\w.]*)\s*-?%\}"
)
_JINJA_OPEN = re.compile(r"\{%-?\s*(?P<word>if|for|endif|endfor)\b")
_HIVE_SET = re.compile(
    r"\s*(?:(?:hivevar|hiveconf|env|system):)?(?P<name>[\w.-]+)\s*=(?P<value>.*)", re.DOTALL
)
_PSQL_WORD = re.compile(r"'(?:[^'\\]|\\.|'')*'|[^\s']+")
_NESTED = re.compile(r"\$\{(?:hiveconf:|hivevar:)?(\w+)\}|\$\((\w+)\)|:(\w+)|&&?(\w+)\.?")


@dataclass(frozen=True, slots=True)
class Definition:
    """A variable's text from a line on (from 1); None where it is not known any more."""

    line: int
    name: str
    text: str | None


def definitions(text: str, dialect: str) -> list[Definition]:
    """Return what a client's commands and Jinja in `text` define, in order."""
    found: list[Definition] = []
    if "{%" in text and "set" in text:
        found += _jinja(text)
    if dialect in PSQL and "\\" in text:
        found += _psql(text)
    if dialect in _TSQL and ":setvar" in text.lower():
        found += _matched(_SETVAR, text)
    if dialect == "oracle" and "def" in text.lower():
        found += _matched(_DEFINE, text)
    return sorted(found, key=lambda definition: definition.line)


def gathered(text: str) -> Mapping[int, str]:
    r"""Return the lines on which psql's `\gset` keeps a row, and the prefix of its names."""
    return {_line(text, found.start()): found["prefix"].lower() for found in _GSET.finditer(text)}


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _matched(pattern: re.Pattern[str], text: str) -> Iterator[Definition]:
    for found in pattern.finditer(text):
        yield Definition(_line(text, found.start()), found["name"], _unquoted(found["value"]))


def _unquoted(value: str) -> str:
    value = value.strip()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def _jinja(text: str) -> Iterator[Definition]:
    """Yield `{% set x = 1 %}`; one inside IF or FOR leaves open what the value is."""
    opens = [(found.start(), found["word"]) for found in _JINJA_OPEN.finditer(text)]
    known: dict[str, str] = {}
    for found in _JINJA_SET.finditer(text):
        before = [word for start, word in opens if start < found.start()]
        depth = sum(-1 if word.startswith("end") else 1 for word in before)
        value = _unquoted(found["value"])
        certain = depth == 0 or known.get(found["name"], value) == value
        known[found["name"]] = value
        yield Definition(_line(text, found.start()), found["name"], value if certain else None)


def _psql(text: str) -> Iterator[Definition]:
    r"""Yield what `\set` defines; inside `\\if` a second value leaves open which one holds."""
    depth = 0
    known: dict[str, str | None] = {}
    for found in _PSQL_SET.finditer(text):
        word, rest = found["word"], found["rest"].split(" --")[0].strip()
        depth += (word == "if") - (word == "endif")
        name, _, value = rest.partition(" ")
        if word not in {"set", "unset"} or not name:
            continue
        text_of = None if word == "unset" or "`" in value else _psql_value(value)
        if depth > 0 and known.get(name, text_of) != text_of:
            text_of = None
        known[name] = text_of
        yield Definition(_line(text, found.start()), name, text_of)


def _psql_value(written: str) -> str:
    r"""Return the text that `\set` makes of its words: they are joined without a blank."""
    pieces = []
    for piece in _PSQL_WORD.findall(written):
        if piece.startswith("'") and len(piece) > 1:
            inner = re.sub(r"\\(.)|'(')", lambda part: part[1] or part[2], piece[1:-1])
            pieces.append(inner)
        else:
            pieces.append(piece)
    return "".join(pieces)


def expanded(
    tokens: Sequence[Token], ready: Text, written: str, found: list[Definition], script: Script
) -> Sequence[Token]:
    """Return tokens with the text of known client variables in place of them.

    The tokens are those of `ready`, which was made of the `written` text. What is known at the end
    is known to the text behind it, too.
    """
    dialect, state = script.dialect, script.state
    defines = dialect in _HIVE and "set" in written.lower() and _sets(tokens)
    if not (found or state.texts or defines):
        return tokens
    original = written.lstrip("\ufeff")
    return _Expansion(ready.text, original, ready.symbols, found, dialect, state).run(tokens)


def _sets(tokens: Sequence[Token]) -> bool:
    return any(token.token_type is TokenType.SET for token in tokens)


@dataclass(slots=True)
class _Expansion:
    text: str
    original: str
    symbols: Sequence[str]
    pending: list[Definition]
    dialect: str
    state: State
    added: int = 0

    def run(self, tokens: Sequence[Token]) -> list[Token]:
        made: list[Token] = []
        begins = 0
        index = 0
        while index < len(tokens):
            token = tokens[index]
            self._define_up_to(token.line)
            if MARK in token.text:
                made.extend(self._replaced(token))
            elif self._is_psql(tokens, index):
                index += 1
                made.extend(self._value(self.state.texts[tokens[index].text], token))
            else:
                made.append(token)
            if token.token_type is TokenType.SEMICOLON:
                self._set_statement(tokens[begins:index])
                begins = index + 1
            index += 1
        self._set_statement(tokens[begins:])
        self._define_up_to(None)
        return made

    def _define_up_to(self, line: int | None) -> None:
        while self.pending and (line is None or self.pending[0].line <= line):
            definition = self.pending.pop(0)
            self._define(definition.name, definition.text)

    def _define(self, name: str, text: str | None) -> None:
        value = None if text is None else self._filled(text)
        if value is None or len(value) > MAX_VALUE:
            self.state.texts.pop(name, None)
        else:
            self.state.texts[name] = value

    def _filled(self, text: str) -> str:
        """Return a value with the variables in it replaced, as they are when it is given."""

        def known(found: re.Match[str]) -> str:
            name = next(group for group in found.groups() if group is not None)
            return self.state.texts.get(name, found[0])

        return self._substituted(_NESTED.sub(known, text) if len(text) <= MAX_VALUE else text)

    def _set_statement(self, statement: Sequence[Token]) -> None:
        """Note Hive's `SET hivevar:x=10`: everything up to the semicolon is the value."""
        if (
            self.dialect not in _HIVE
            or len(statement) < 4
            or statement[0].token_type is not TokenType.SET
        ):
            return
        written = self.text[statement[0].end + 1 : statement[-1].end + 1]
        parts = _HIVE_SET.fullmatch(written)
        if parts is not None:
            self._define(parts["name"], parts["value"].strip())

    def _is_psql(self, tokens: Sequence[Token], index: int) -> bool:
        """Return whether psql's `:x` begins here."""
        token = tokens[index]
        if self.dialect not in PSQL or token.token_type is not TokenType.COLON:
            return False
        following = tokens[index + 1 : index + 2]
        return (
            bool(following)
            and following[0].start == token.end + 1
            and following[0].text in self.state.texts
        )

    def _replaced(self, token: Token) -> list[Token]:
        text = self._substituted(token.text)
        if text == token.text:
            return [token]
        if token.token_type in _QUOTED:
            return [_at(token, token.token_type, text)]
        quote = self.original[token.start + 1 : token.start + 2]
        if self.dialect in PSQL and self.original[token.start : token.start + 1] == ":":
            kind = TokenType.STRING if quote == "'" else TokenType.IDENTIFIER
            return [_at(token, kind, text)]
        return self._value(text, token)

    def _substituted(self, text: str) -> str:
        def known(found: re.Match[str]) -> str:
            name = symbol_of(found, self.symbols)
            value = self.state.texts.get(name) if name is not None else None
            return found[0] if value is None else value

        return PLACEHOLDER.sub(known, text) if MARK in text else text

    def _value(self, text: str, token: Token) -> list[Token]:
        """Return the tokens of a value, all of them at the place of its variable."""
        self.added += len(text)
        inner = tokenized(text, self.dialect) if self.added <= MAX_ADDED else None
        if inner is None or isinstance(inner, Broken):
            return [token]
        return [_at(token, part.token_type, part.text) for part in inner]


def _at(place: Token, kind: TokenType, text: str) -> Token:
    return Token(kind, text, place.line, place.col, place.start, place.end, place.comments)
