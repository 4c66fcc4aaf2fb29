"""The text that trees were parsed from: on which line a node stands, and its author's words."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.expressions.segments import Segment, Segments
from guardian.model.lineage import Location

MAX_TEXT = 2_000
_COMMENT = re.compile(r"--|/\*|#")
_start = attrgetter("start")


@dataclass(slots=True)
class SourceText:
    """A script's text with its tokens, whose positions the trees' nodes carry.

    `symbols` are the client variables that placeholders in the text stand for; `first_line` is the
    line of the file that the text starts on. `kinds` are those of these tokens, if known.
    """

    text: str
    tokens: Sequence[Token]
    path: str
    first_line: int = 1
    symbols: Sequence[str] = ()
    kinds: str | None = field(default=None, init=False)
    _segments: Segments | None = field(default=None, init=False)
    _commented: bool | None = field(default=None, init=False)

    def location(self, node: exp.Expr) -> Location | None:
        """Return where `node` starts, None where its tree carries no positions."""
        line = line_of(node)
        return None if line is None else self.at(line)

    def position(self, node: exp.Expr) -> int:
        """Return how far into the text `node` begins, 0 where its tree carries no positions."""
        return _first(node, "start", ()) or 0

    def at(self, line: int) -> Location:
        """Return the place in the file of a line of this text, which counts from 1."""
        return Location(self.path, line + self.first_line - 1)

    def item(self, node: exp.Expr) -> tuple[Location | None, str]:
        """Return where a clause or an item of a list is written, and its text without an alias."""
        position, alias = _anchor(node)
        segment = None if position is None else self._segment(position)
        if segment is None:
            return self.location(node), ""
        text = self._between(segment.first, segment.last, alias)
        return self.at(self.tokens[segment.first].line), shortened(text)

    def clause(self, node: exp.Expr) -> tuple[Location, str] | None:
        """Return where a clause that is a list begins, and its text up to the next clause."""
        position, _ = _anchor(node)
        segment = None if position is None else self._segment(position)
        if segment is None:
            return None
        text = self._between(segment.first, self._divided().last_of_list(segment), None)
        return self.at(self.tokens[segment.first].line), shortened(text)

    def slice(self, first: int, last: int) -> str:
        """Return the text from one position to another, both included, on one line."""
        return shortened(self.restored(self.text[first : last + 1]))

    def restored(self, text: str) -> str:
        """Return `text` with the client variables back in place of their placeholders."""
        return restore(text, self.symbols) if self.symbols else text

    def _between(self, first: int, last: int, alias: int | None) -> str:
        """Return the text of some tokens, without the alias that begins at a position of it."""
        if alias is not None and last > first + 1 and self.tokens[first].start == alias:
            first += 2 if self.tokens[first + 1].token_type is TokenType.EQ else 0
            alias = None
        if alias is not None:
            behind = bisect_left(self.tokens, alias, first, last + 1, key=_start)
            last = behind - 1 if behind > first else last
            last -= last > first and self._is_as(self.tokens[last])
        text = self.text[self.tokens[first].start : self.tokens[last].end + 1]
        if self._has_comments() and _COMMENT.search(text):
            text = self._without_comments(self.tokens[first : last + 1])
        return self.restored(text)

    def _is_as(self, token: Token) -> bool:
        return token.text.upper() == "AS" and self.text[token.start - 1].isspace()

    def _has_comments(self) -> bool:
        if self._commented is None:
            self._commented = _COMMENT.search(self.text) is not None
        return self._commented

    def _without_comments(self, tokens: Sequence[Token]) -> str:
        pieces: list[str] = []
        end = tokens[0].start
        for token in tokens:
            if token.start > end:
                pieces.append(" ")
            pieces.append(self.text[token.start : token.end + 1])
            end = token.end + 1
        return "".join(pieces)

    def _segment(self, position: int) -> Segment | None:
        return self._divided().at(position)

    def _divided(self) -> Segments:
        if self._segments is None:
            self._segments = Segments(self.tokens, self.kinds)
        return self._segments


def _anchor(node: exp.Expr) -> tuple[int | None, int | None]:
    """Return a position that lies in `node` and in no query inside it.

    And the start of its alias.
    """
    kind = type(node)
    if kind is exp.Column:
        start = node.this.meta_get("start")
        if isinstance(start, int):
            return start, None
    elif kind is exp.Alias:
        alias = node.args.get("alias")
        start = alias.meta_get("start") if isinstance(alias, exp.Expr) else None
        if isinstance(start, int):
            return start, start
    start = _first(node, "start", exp.Query)
    return start, None


def _first(node: exp.Expr, key: str, but: type[object] | tuple[type[object], ...]) -> int | None:
    """Return the first position in `node` that is not inside a node of the kind `but`."""
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, but):
            continue
        found = part.meta_get(key)
        if isinstance(found, int):
            return found
        children: list[exp.Expr] = []
        for value in part.args.values():
            if isinstance(value, exp.Expr):
                children.append(value)
            elif isinstance(value, list):
                children.extend(child for child in value if isinstance(child, exp.Expr))
        children.reverse()
        stack.extend(children)
    return None


def line_of(node: exp.Expr) -> int | None:
    """Return the line on which the first part of `node` that has a position stands."""
    return _first(node, "line", ())


def shortened(text: str) -> str:
    """Return `text` on one line and in at most 2,000 characters."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_TEXT else f"{line[: MAX_TEXT - 1]}…"


# --- client variables -----------------------------------------------------------------------------

# Characters of Unicode's private use area: a tokenizer takes them for letters, and no code holds
# them.
MARK, FILL, FIRST_SYMBOL, LAST_SYMBOL = "\ue000", "\ue001", 0xE100, 0xF8FF
PLACEHOLDER = re.compile(f"{MARK}([{chr(FIRST_SYMBOL)}-{chr(LAST_SYMBOL)}]){FILL}*")


def restore(text: str, symbols: Sequence[str]) -> str:
    """Return `text` with `{name}` in place of each placeholder."""
    if MARK not in text:
        return text

    def symbol(found: re.Match[str]) -> str:
        index = ord(found.group(1)) - FIRST_SYMBOL
        return f"{{{symbols[index]}}}" if index < len(symbols) else found.group(0)

    return PLACEHOLDER.sub(symbol, text)


def symbol_of(found: re.Match[str], symbols: Sequence[str]) -> str | None:
    """Return the variable that a placeholder stands for."""
    index = ord(found.group(1)) - FIRST_SYMBOL
    return symbols[index] if index < len(symbols) else None


def only_symbol(text: str, symbols: Sequence[str]) -> str | None:
    """Return the variable's name if `text` is one placeholder and nothing else."""
    found = PLACEHOLDER.fullmatch(text.strip()) if MARK in text else None
    return symbol_of(found, symbols) if found else None
