"""Other readings of a statement that its dialect does not know: cleaned, or as another dialect.

A reading is a guess: what comes of it is written with less confidence, and a warning says what was
done and which setting makes it sure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages import marks
from guardian.languages.expressions.source import MARK, SourceText
from guardian.languages.sql import forms
from guardian.languages.sql.splitting import Broken, parsed, tokenized

CONFIDENCE = 0.7
MOST_DIALECTS = 2
# Where no dialect is known, these two read most of what the others write.
_COMMON = ("postgres", "spark")


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement as it could be read: its trees, their tokens, and what to say of that, if any."""

    trees: list[exp.Expr]
    tokens: Sequence[Token]
    dialect: str
    message: str


def another_reading(
    tokens: Sequence[Token], source: SourceText, dialect: str, reason: str
) -> Reading | None:
    """Return the first other reading of a statement that its dialect cannot read, None for none."""
    for attempt, spoken, message in _attempts(tokens, source, dialect, reason):
        try:
            trees = parsed(attempt, source.text, spoken)
        except (SqlglotError, RecursionError):
            continue
        if trees and not any(isinstance(tree, exp.Command) for tree in trees):
            return Reading(trees, attempt, spoken, message)
    return None


def _attempts(
    tokens: Sequence[Token], source: SourceText, dialect: str, reason: str
) -> Iterator[tuple[Sequence[Token], str, str]]:
    declared = _declaration(tokens)
    if declared:
        yield declared, dialect, ""
    kept, left_out = cleaned(tokens)
    if kept and left_out and kept[0] is not tokens[0] and kept[0].token_type in _WRITING:
        left_out = left_out[1:]
        yield kept, dialect, "" if not left_out else _adds(left_out, source)
    elif left_out:
        yield kept, dialect, _adds(left_out, source)
    first, last = tokens[0], tokens[-1]
    text = source.text[first.start : last.end + 1]
    for other in candidates(text, source.text, dialect):
        again = _retokenized(text, first, other)
        if again:
            yield again, other, read_as(other, dialect, reason)


def _adds(left_out: Sequence[str], source: SourceText) -> str:
    names = ", ".join(f"`{source.restored(text)}`" for text in left_out)
    return f"parsed after cleaning: what {names} adds is not known"


def another_dialect(text: str, dialect: str) -> str:
    """Return a dialect whose marks a text bears and that can tell its words apart, if any."""
    found = (
        one for one in candidates(text, "", dialect) if not isinstance(tokenized(text, one), Broken)
    )
    return next(found, "")


def read_as(other: str, dialect: str, reason: str) -> str:
    """Return what to say of a text that is read in another dialect than its own."""
    return (
        f"read as {other}, not as {dialect or 'SQL'} ({reason}): if that is right, "
        f"set `sql.dialect: {other}` for this path in `guardian.yml`"
    )


def reason_of(error: SqlglotError) -> str:
    """Return what the parser found wrong, and near which words."""
    errors = getattr(error, "errors", None)
    if errors:
        near = str(errors[0].get("highlight") or "").strip()
        description = str(errors[0].get("description") or "").rstrip(".")
        if description.startswith("Required keyword"):  # in sqlglot's own words, of its classes
            description = "something is missing"
        return f"{description} near `{near[:60]}`" if near else description
    return str(error).partition("\n")[0][:200]


def line_of(error: SqlglotError) -> int | None:
    """Return the line that the parser stumbled over, where it tells."""
    errors = getattr(error, "errors", None)
    line = errors[0].get("line") if errors else None
    return line if isinstance(line, int) else None


def candidates(text: str, around: str, dialect: str) -> tuple[str, ...]:
    """Return the dialects whose marks a statement bears, then the text around it, at most two."""
    marked = dict.fromkeys((*marks.likely(text), *marks.likely(around[:60_000])))
    common = () if dialect else _COMMON
    return tuple(one for one in (*marked, *common) if one != dialect)[:MOST_DIALECTS]


def _retokenized(text: str, first: Token, dialect: str) -> list[Token]:
    """Return a statement's tokens in another dialect, with the positions of the whole text."""
    found = tokenized(text, dialect)
    if isinstance(found, Broken):
        return []
    return [
        Token(
            token.token_type, token.text, token.line + first.line - 1, token.col,
            token.start + first.start, token.end + first.start, token.comments,
        )
        for token in found
    ]  # fmt: skip


# --- cleaning ------------------------------------------------------------------------------------


def cleaned(tokens: Sequence[Token]) -> tuple[list[Token], list[str]]:
    """Return tokens without the variables that stand where a clause does, and their texts."""
    kept: list[Token] = []
    left_out: list[str] = []
    index = 0
    while index < len(tokens):
        end = _variable(tokens, index)
        following = tokens[end].token_type if end < len(tokens) else None
        if end > index and _is_clause(kept, following):
            left_out.append("".join(token.text for token in tokens[index:end]))
        else:
            end = index + 1
            kept.append(tokens[index])
        index = end
    return kept, left_out


def _declaration(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return `CREATE TABLE t (a int, b text)` without what stands behind: storage, partitions."""
    head = forms.words(tokens, 8)
    if head[:1] != ["CREATE"] or "TABLE" not in head:
        return ()
    opened = next((i for i, token in enumerate(tokens[:20]) if token.text == "("), 0)
    before = {forms.word(token) for token in tokens[:opened]}
    if not opened or not before.isdisjoint({"AS", "SELECT", "WITH"}):
        return ()
    close = forms.closing(tokens, opened)
    behind = {forms.word(token) for token in tokens[close + 1 :]}
    return tokens[: close + 1] if behind and behind.isdisjoint({"SELECT", "WITH"}) else ()


def _variable(tokens: Sequence[Token], index: int) -> int:
    """Return the index behind a client's variable (`:name`, `{name}`), `index` where none is."""
    token = tokens[index]
    if token.token_type is TokenType.VAR and token.text.startswith(MARK):
        return index + 1
    named = index + 1 < len(tokens) and tokens[index + 1].token_type is TokenType.VAR
    return index + 2 if token.token_type is TokenType.COLON and named else index


def _is_clause(before: Sequence[Token], following: TokenType | None) -> bool:
    """Return whether what stands there is a whole clause: behind a value, and in front of one."""
    if not before:
        return following in _BEGINNINGS
    return before[-1].token_type in _VALUES and (following is None or following in _CLAUSES)


# Statements that name what they write: nothing that stands in front of them can.
_WRITING = {
    TokenType.CREATE, TokenType.INSERT, TokenType.MERGE, TokenType.UPDATE, TokenType.DELETE,
}  # fmt: skip
_BEGINNINGS = {TokenType.SELECT, TokenType.WITH, *_WRITING}
_VALUES = {
    TokenType.VAR, TokenType.IDENTIFIER, TokenType.R_PAREN, TokenType.STRING, TokenType.NUMBER,
    TokenType.END, TokenType.NULL, TokenType.TRUE, TokenType.FALSE, TokenType.R_BRACKET,
}  # fmt: skip
_CLAUSES = {
    TokenType.R_PAREN, TokenType.WHERE, TokenType.GROUP_BY, TokenType.ORDER_BY, TokenType.HAVING,
    TokenType.QUALIFY, TokenType.LIMIT, TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT,
    TokenType.JOIN, TokenType.LEFT, TokenType.RIGHT, TokenType.INNER, TokenType.FULL,
    TokenType.CROSS, TokenType.AND, TokenType.SELECT, TokenType.WINDOW,
}  # fmt: skip
