"""A script's text → statements, as tokens: guards against hostile text, client variables, `;`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.tsql import TSQL
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.expressions.segments import any_of, kinds_of
from guardian.languages.expressions.source import FILL, FIRST_SYMBOL, LAST_SYMBOL, MARK
from guardian.languages.expressions.speech import dialect_of, parser_of
from guardian.languages.sql.dress import undressed
from guardian.languages.sql.identifiers import written_out
from guardian.languages.sql.templates import without_template

MAX_TEXT = 2_000_000
MAX_DEPTH = 300
MAX_TOKENS = 1_000_000

_VARIABLE = re.compile(
    r"""\$\{\s*(?:hiveconf:|hivevar:|env:|system:)?(?P<dollar>[^{}\s'"]{1,80})\s*\}
      | \$\((?P<sqlcmd>[A-Za-z_]\w{0,80})\)
      | \{\{[-+]?\s*(?P<jinja>(?:[^{}]|\{[^{}]{0,500}\}){1,2000}?)\s*[-+]?\}\}
      | \{(?P<format>[A-Za-z_][\w.]{0,80})\}""",
    re.VERBOSE,
)
_PSQL_VARIABLE = re.compile(r""":(?:'(?P<text>[A-Za-z_]\w*)'|"(?P<name>[A-Za-z_]\w*)")""")
_SUBSTITUTION = re.compile(r"&&?(?P<name>[A-Za-z_]\w*)\.?")
_DO_BLOCK = re.compile(
    r"(?P<open>\bDO\s+(?:LANGUAGE\s+\w+\s+)?(?P<mark>\$\w*\$))(?P<body>.*?)(?P=mark)",
    re.DOTALL | re.IGNORECASE,
)
_NOT_NEWLINE = re.compile(r"[^\n]")
_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Text:
    """A script made ready for the tokenizer, of the same lines as the author's.

    `symbols` are the names of the client variables, in the order of their placeholders; `spelled`
    tells how the author writes them.
    """

    text: str
    symbols: tuple[str, ...]
    spelled: Mapping[str, str] = field(default_factory=dict)


def refusal(text: str) -> str | None:
    """Return why a text is not read at all, None where it is."""
    if len(text) > MAX_TEXT:
        return f"the file is larger than {MAX_TEXT:,} characters and was not read"
    if "\0" in text:
        return "the file holds NUL characters, so it is no text, and was not read"
    return None


def prepared(text: str, dialect: str) -> Text:
    """Return `text` with client variables as placeholders.

    Template blocks and clients' commands blanked.
    """
    symbols: dict[str, int] = {}
    spelled: dict[str, str] = {}
    text = text.lstrip("\ufeff") if text.startswith("\ufeff") else text

    def placeholder(found: re.Match[str]) -> str:
        name = " ".join(next(group for group in found.groups() if group is not None).split())
        index = symbols.setdefault(name, len(symbols))
        if index > LAST_SYMBOL - FIRST_SYMBOL:
            return found.group(0)
        spelled.setdefault(name, " ".join(found.group(0).split()))
        return _padded(MARK + chr(FIRST_SYMBOL + index), found.group(0))

    text = without_template(text)
    if "{" in text or "$(" in text:
        text = _VARIABLE.sub(placeholder, text)
    text = undressed(text, dialect)
    text = written_out(
        text,
        dialect,
        lambda name: MARK + chr(FIRST_SYMBOL + symbols.setdefault(name, len(symbols))),
    )
    if dialect in {"postgres", "redshift"}:
        text = _DO_BLOCK.sub(_opened, text) if "$" in text else text
        text = _PSQL_VARIABLE.sub(placeholder, text) if ":" in text else text
    if dialect == "oracle" and "&" in text:
        text = _SUBSTITUTION.sub(placeholder, text)
    return Text(text, tuple(symbols), spelled)


def _padded(mark: str, replaced: str) -> str:
    """Return `mark` filled up to the length of what it replaces.

    Whose line breaks stay behind it.
    """
    rest = replaced[len(mark) :]
    if "\n" in rest:
        return mark + _NOT_NEWLINE.sub(" ", rest)
    return mark + FILL * len(rest)


def _opened(found: re.Match[str]) -> str:
    """Return the body of `DO $$ … $$` with blanks for what is around it."""
    before = _NOT_NEWLINE.sub(" ", found["open"])
    return before + found["body"] + " " * len(found["mark"])


@dataclass(frozen=True, slots=True)
class Broken:
    """Text that could not be tokenized: the line (from 1) and what is wrong with it."""

    line: int
    message: str


def tokenized(text: str, dialect: str) -> Sequence[Token] | Broken:
    """Return the tokens of a text, or why there are none."""
    try:
        tokens = _tokens(text, dialect)
    except (SqlglotError, RecursionError, ValueError) as error:
        return Broken(
            _line_in(str(error)), f"not readable as {dialect or 'SQL'}: {_first_line(error)}"
        )
    if len(tokens) > MAX_TOKENS:
        return Broken(1, f"more than {MAX_TOKENS:,} words; the file was not read")
    return tokens


class _Words(TSQL.Tokenizer):
    """T-SQL's tokenizer without commands.

    After END, PRINT and their like it would take all text up to the next semicolon, be that in a
    string or in a comment, for one string.
    """

    COMMANDS: ClassVar[set[TokenType]] = set()


def _tokens(text: str, dialect: str) -> Sequence[Token]:
    if dialect in {"tsql", "fabric"}:
        return _Words(dialect=dialect).tokenize(text)
    return dialect_of(dialect).tokenize(text)


def _line_in(message: str) -> int:
    found = re.search(r"(?:[Ll]ine|:)\s*(\d+)", message)
    return int(found.group(1)) if found else 1


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]


def statements(tokens: Sequence[Token], kinds: str | None = None) -> Iterator[Sequence[Token]]:
    """Yield the tokens of each statement between semicolons, none of them empty."""
    begin = 0
    for found in _SEMICOLON.finditer(kinds_of(tokens) if kinds is None else kinds):
        index = found.start()
        if index > begin:
            yield tokens[begin:index]
        begin = index + 1
    if begin < len(tokens):
        yield tokens[begin:]


def separated(tokens: Sequence[Token], text: str, dialect: str) -> Sequence[Token]:
    """Return tokens without the strings in which sqlglot keeps the rest of a command that we read.

    T-SQL is tokenized without commands.
    """
    found: list[Token] = []
    for index, token in enumerate(tokens):
        begin = _rest_begins(tokens, index, text)
        if tokens[index - 1].text.upper() not in _SEPARATED:
            begin = None
        if begin is not None:
            found.extend(_retokenized(token, begin, text, dialect))
        else:
            found.append(token)
    return found


def has_rests(kinds: str) -> bool:
    """Return whether tokens of these kinds may hold the rest of a command as one string."""
    return _RESTS.search(kinds) is not None


_SEPARATED = frozenset({
    "UNLOAD", "RENAME", "EXECUTE", "REPLACE", "DECLARE", "FETCH", "BEGIN", "EXCEPTION", "LOOP",
    "REPEAT", "WHILE", "ELSE", "ELSEIF", "ELSIF", "COPY", "EXCHANGE", "PREPARE", "OPTIMIZE",
})  # fmt: skip
_COMMANDS = {
    TokenType.COMMAND, TokenType.RENAME, TokenType.FETCH, TokenType.SHOW, TokenType.EXECUTE,
    TokenType.REPLACE,
}  # fmt: skip
_RESTS = re.compile(any_of(_COMMANDS) + any_of({TokenType.STRING}))
_SEMICOLON = re.compile(any_of({TokenType.SEMICOLON}))


def _rest_begins(tokens: Sequence[Token], index: int, text: str) -> int | None:
    """Return where the rest of a command begins, None for any other token."""
    token = tokens[index]
    if token.token_type is not TokenType.STRING or not index:
        return None
    before = tokens[index - 1]
    if before.token_type not in _COMMANDS or not token.text:
        return None
    begin = text.find(token.text, before.end + 1)
    return begin if begin > 0 and text[before.end + 1 : begin].isspace() else None


def _retokenized(token: Token, begin: int, text: str, dialect: str) -> Iterator[Token]:
    """Yield the tokens in the rest of a command; a word in front keeps it from being one again."""
    inner = tokenized(f"x {token.text}", dialect)
    if isinstance(inner, Broken):
        yield token
        return
    lines, shift = text.count("\n", 0, begin), begin - 2
    for part in inner[1:]:
        start, end = part.start + shift, part.end + shift
        yield Token(
            part.token_type, part.text, part.line + lines, part.col, start, end, part.comments
        )


def depth_of(tokens: Sequence[Token], kinds: str | None = None) -> int:
    """Return how deep brackets, CASE and NOT nest; at most, where that is not too deep.

    A compiled parser must not be led deeper than it can go.
    """
    most = sum(map((kinds_of(tokens) if kinds is None else kinds).count, _NESTING))
    if most <= MAX_DEPTH:
        return most
    depth = deepest = run = 0
    for token in tokens:
        text = token.text
        kind = token.token_type
        if (text in _OPENING and text and kind is not TokenType.STRING) or kind is TokenType.CASE:
            depth += 1
        elif (text in _CLOSING and text and kind is not TokenType.STRING) or kind is TokenType.END:
            depth = max(0, depth - 1)
        run = run + 1 if kind in _PREFIXES else 0
        deepest = max(deepest, depth + run)
    return deepest


_PREFIXES = {TokenType.NOT, TokenType.DASH, TokenType.PLUS, TokenType.TILDE}
_NESTING = tuple(
    chr(kind)
    for kind in (
        TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE, *_PREFIXES,
    )
)  # fmt: skip


def parsed(tokens: Sequence[Token], text: str, dialect: str) -> list[exp.Expr]:
    """Return the trees of a statement's tokens; positions in them are those in `text`.

    Raises:
        SqlglotError: where the dialect does not know the syntax.
        RecursionError: where it is nested too deep for the stack at hand.
    """
    parser = parser_of(dialect)
    try:
        trees = parser.parse(tokens if isinstance(tokens, list) else list(tokens), text)
    except (TypeError, AttributeError, ValueError, KeyError, IndexError, AssertionError) as error:
        # Compiled, the parser checks types where it runs, and meets some of its own gaps like this.
        raise ParseError("its syntax is not supported") from error
    return [tree for tree in trees if isinstance(tree, exp.Expr)]
