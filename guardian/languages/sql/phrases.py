"""A statement's words, as tokens: phrases, names, lists, words that are put in."""

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.sql import forms
from guardian.languages.sql.forms import word
from guardian.languages.sql.splitting import Broken, tokenized

Tokens = Sequence[Token]


def said(text: str, near: Token, dialect: str) -> list[Token]:
    """Return the tokens of a few words, all of them at the place of `near`."""
    found = tokenized(text, dialect)
    if isinstance(found, Broken):
        return []
    return [
        Token(part.token_type, part.text, near.line, near.col, near.start, near.start)
        for part in found
    ]


_BRACKETS = frozenset("()")


def at_depth(tokens: Tokens, *wanted: str, start: int = 0) -> int:
    """Return the index of the first of the words that stands in no bracket, -1 without one."""
    depth = 0
    for index in range(start, len(tokens)):
        text = tokens[index].text.upper()
        if text not in wanted and text not in _BRACKETS:
            continue
        text = word(tokens[index])
        depth += (text == "(") - (text == ")")
        if depth == (text == "(") and text in wanted:
            return index
    return -1


def without(tokens: Tokens, phrase: Sequence[str]) -> Tokens:
    """Return tokens without the first time that they say `phrase`."""
    for index in range(1, len(tokens) - len(phrase) + 1):
        if forms.words(tokens[index : index + len(phrase)], len(phrase)) == list(phrase):
            return [*tokens[:index], *tokens[index + len(phrase) :]]
    return tokens


def behind_name(tokens: Tokens, start: int) -> int:
    """Return where the tokens go on behind the dotted name at `start`."""
    index = start + 1
    while index + 1 < len(tokens) and tokens[index].token_type is TokenType.DOT:
        index += 2
    return index


def comma(near: Token) -> Token:
    """Return a comma at the place of `near`."""
    return Token(TokenType.COMMA, ",", near.line, near.col, near.start, near.start)


def entries(tokens: Tokens) -> list[Tokens]:
    """Return the parts between the commas that stand in no bracket."""
    parts: list[Tokens] = []
    begin = 0
    while begin < len(tokens):
        end = at_depth(tokens, ",", start=begin)
        end = end if end >= 0 else len(tokens)
        if end > begin:
            parts.append(tokens[begin:end])
        begin = end + 1
    return parts
