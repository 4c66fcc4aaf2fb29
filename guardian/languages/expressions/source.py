"""The text that trees were parsed from: on which line a node stands, and its author's words."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from guardian.model.lineage import Location

MAX_TEXT = 300
_SPACE = re.compile(r"\s+")
_COMMENT = re.compile(r"--|/\*|#")
_TRAILING_AS = re.compile(r"\s+as$", re.IGNORECASE)

_OPEN = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE}
_CLOSE = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE}
_QUERY = {TokenType.SELECT, TokenType.WITH, TokenType.FROM}
# A comma starts a new segment under these; under the others it belongs to the text.
_LISTS = {
    TokenType.SELECT, TokenType.GROUP_BY, TokenType.ORDER_BY, TokenType.SET, TokenType.FROM,
    TokenType.RETURNING,
}  # fmt: skip
_CLAUSES = _LISTS | {
    TokenType.WHERE, TokenType.HAVING, TokenType.QUALIFY, TokenType.WINDOW, TokenType.LIMIT,
    TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT, TokenType.DISTRIBUTE_BY,
    TokenType.SORT_BY, TokenType.CLUSTER_BY, TokenType.INTO, TokenType.INSERT,
    TokenType.CONNECT_BY, TokenType.START_WITH,
}  # fmt: skip
_JOINS = {
    TokenType.ON, TokenType.USING, TokenType.JOIN, TokenType.LEFT, TokenType.RIGHT, TokenType.FULL,
    TokenType.INNER, TokenType.CROSS, TokenType.NATURAL, TokenType.LATERAL, TokenType.OUTER,
}  # fmt: skip
_TOP_WORDS = frozenset({"PERCENT", "WITH", "TIES"})
_MODIFIERS = {TokenType.DISTINCT, TokenType.ALL}


@dataclass(slots=True)
class _Segment:
    """A stretch of tokens between two clause words or commas of one query."""

    first: int
    kind: TokenType
    last: int = -1


@dataclass(slots=True)
class SourceText:
    """A script's text with its tokens, whose positions the trees' nodes carry.

    `symbols` are the client variables that placeholders in the text stand for; `first_line` is the
    line of the file that the text starts on.
    """

    text: str
    tokens: Sequence[Token]
    path: str
    first_line: int = 1
    symbols: Sequence[str] = ()
    _starts: list[int] = field(default_factory=list, init=False)
    _owners: list[int] = field(default_factory=list, init=False)
    _segments: list[_Segment] = field(default_factory=list, init=False)

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
        tokens = self.tokens[segment.first : segment.last + 1]
        text = self._between(tokens, alias)
        return self.at(tokens[0].line), shortened(text)

    def clause(self, node: exp.Expr) -> tuple[Location, str] | None:
        """Return where a clause that is a list begins, and its text up to the next clause."""
        position, _ = _anchor(node)
        segment = None if position is None else self._segment(position)
        if segment is None:
            return None
        last = segment
        index = self._segments.index(segment)
        for following in self._segments[index + 1 :]:
            if following.first != last.last + 2 or following.kind is not segment.kind:
                break
            last = following
        tokens = self.tokens[segment.first : last.last + 1]
        return self.at(tokens[0].line), shortened(self._between(tokens, None))

    def slice(self, first: int, last: int) -> str:
        """Return the text from one position to another, both included, on one line."""
        return shortened(self.restored(self.text[first : last + 1]))

    def restored(self, text: str) -> str:
        """Return `text` with the client variables back in place of their placeholders."""
        return restore(text, self.symbols) if self.symbols else text

    def _between(self, tokens: Sequence[Token], alias: int | None) -> str:
        if alias is not None and len(tokens) > 2 and tokens[0].start == alias:
            tokens = tokens[2:] if tokens[1].token_type is TokenType.EQ else tokens
            alias = None
        if alias is not None:
            tokens = [token for token in tokens if token.start < alias] or tokens
        text = self.text[tokens[0].start : tokens[-1].end + 1]
        if _COMMENT.search(text):
            text = self._without_comments(tokens)
        text = _TRAILING_AS.sub("", text) if alias is not None else text
        return self.restored(text)

    def _without_comments(self, tokens: Sequence[Token]) -> str:
        pieces: list[str] = []
        end = tokens[0].start
        for token in tokens:
            if token.start > end:
                pieces.append(" ")
            pieces.append(self.text[token.start : token.end + 1])
            end = token.end + 1
        return "".join(pieces)

    def _segment(self, position: int) -> _Segment | None:
        if not self._starts:
            self._divide()
        index = bisect_right(self._starts, position) - 1
        owner = self._owners[index] if index >= 0 else -1
        return self._segments[owner] if owner >= 0 else None

    def _divide(self) -> None:
        """Divide the tokens into segments, in one pass over all of the text."""
        self._starts = [token.start for token in self.tokens]
        self._owners, self._segments = _Divider(self.tokens).divided()


class _Divider:
    """Finds clauses and list items without a parser.

    By their words, at the bracket depth of a query.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.owners = [-1] * len(tokens)
        self.segments: list[_Segment] = []
        self.current = -1
        self.querying = True
        self.stack: list[tuple[int, bool]] = []
        self.merging = bool(tokens) and any(
            token.token_type is TokenType.MERGE for token in tokens[:1]
        )
        self.cases = 0

    def divided(self) -> tuple[list[int], list[_Segment]]:
        """Return the segment of each token, -1 where it has none, and the segments."""
        for index, token in enumerate(self.tokens):
            kind = token.token_type
            if kind in _OPEN:
                self._own(index)
                self.stack.append((self.current, self.querying))
                self.querying = self._opens_query(index)
                self.current = -1 if self.querying else self.current
                if self.querying and self._opens_row(index):
                    self._begin(index, TokenType.SELECT)
            elif kind in _CLOSE and self.stack:
                self.current, self.querying = self.stack.pop()
                self._own(index)
            elif self.querying and self._divides(index, kind):
                self._begin(index, kind)
            else:
                self._own(index)
        return self.owners, self.segments

    def _own(self, index: int) -> None:
        self.owners[index] = self.current
        if self.current >= 0:
            self.segments[self.current].last = index

    def _opens_query(self, index: int) -> bool:
        following = self.tokens[index + 1 : index + 2]
        query = bool(following) and following[0].token_type in _QUERY
        return query or self._opens_row(index)

    def _opens_row(self, index: int) -> bool:
        """Return whether the values that a MERGE inserts begin here."""
        return self.merging and index > 0 and self.tokens[index - 1].token_type is TokenType.VALUES

    def _divides(self, index: int, kind: TokenType) -> bool:
        if self.merging and self._divides_merge(index, kind):
            return True
        if kind is TokenType.COMMA:
            return self.current >= 0 and self.segments[self.current].kind in _LISTS
        if kind in _JOINS:
            return self.current >= 0 and self.segments[self.current].kind in _JOINS | {
                TokenType.FROM
            }
        if kind is TokenType.FROM:
            return index == 0 or self.tokens[index - 1].token_type is not TokenType.DISTINCT
        if kind is TokenType.SEMICOLON:
            return True
        return kind in _CLAUSES

    def _divides_merge(self, index: int, kind: TokenType) -> bool:
        """Return whether a WHEN or THEN is the statement's, and not that of a CASE."""
        if kind is TokenType.CASE:
            self.cases += 1
        elif kind is TokenType.END and self.cases:
            self.cases -= 1
        words = {TokenType.WHEN, TokenType.THEN, TokenType.ON, TokenType.USING, TokenType.VALUES}
        return self.cases == 0 and index > 0 and kind in words

    def _begin(self, index: int, kind: TokenType) -> None:
        if kind is TokenType.COMMA:
            kind = self.segments[self.current].kind
        first = self._behind_modifiers(index + 1)
        if kind is TokenType.SEMICOLON or first >= len(self.tokens):
            self.current = -1
            return
        self.segments.append(_Segment(first, kind, first))
        self.current = len(self.segments) - 1

    def _behind_modifiers(self, first: int) -> int:
        """Return where a list begins behind DISTINCT, DISTINCT ON (…), TOP n."""
        while first < len(self.tokens) and self.tokens[first].token_type in _MODIFIERS:
            first += 1
        before = self.tokens[first - 1].token_type
        following = self.tokens[first : first + 2]
        if len(following) < 2:
            return first
        if before is TokenType.DISTINCT and following[0].token_type is TokenType.ON:
            return self._behind_bracket(first + 1)
        if following[0].token_type is TokenType.TOP:
            first = self._behind_bracket(first + 1)
            while first < len(self.tokens) and self.tokens[first].text.upper() in _TOP_WORDS:
                first += 1
        return first

    def _behind_bracket(self, index: int) -> int:
        """Return what follows a bracket, or a single word where there is none."""
        depth = 0
        for place in range(index, len(self.tokens)):
            kind = self.tokens[place].token_type
            depth += (kind in _OPEN) - (kind in _CLOSE)
            if depth == 0:
                return place + 1
        return index


def _anchor(node: exp.Expr) -> tuple[int | None, int | None]:
    """Return a position that lies in `node` and in no query inside it.

    And the start of its alias.
    """
    if isinstance(node, exp.Alias):
        alias = node.args.get("alias")
        start = alias.meta.get("start") if isinstance(alias, exp.Expr) else None
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
        found = part.meta.get(key)
        if isinstance(found, int):
            return found
        children: list[exp.Expr] = []
        for value in part.args.values():
            for child in value if isinstance(value, list) else (value,):
                if isinstance(child, exp.Expr):
                    children.append(child)  # noqa: PERF401 (two loops read better than one line)
        stack.extend(reversed(children))
    return None


def line_of(node: exp.Expr) -> int | None:
    """Return the line on which the first part of `node` that has a position stands."""
    return _first(node, "line", ())


def shortened(text: str) -> str:
    """Return `text` on one line and in at most 300 characters."""
    line = _SPACE.sub(" ", text).strip()
    return line if len(line) <= MAX_TEXT else f"{line[: MAX_TEXT - 1]}…"


# --- client variables -----------------------------------------------------------------------------

# Characters of Unicode's private use area: a tokenizer takes them for letters, and no code holds
# them.
MARK, FILL, FIRST_SYMBOL, LAST_SYMBOL = "\ue000", "\ue001", 0xE100, 0xF8FF
_PLACEHOLDER = re.compile(f"{MARK}([{chr(FIRST_SYMBOL)}-{chr(LAST_SYMBOL)}]){FILL}*")


def restore(text: str, symbols: Sequence[str]) -> str:
    """Return `text` with `{name}` in place of each placeholder."""
    if MARK not in text:
        return text

    def symbol(found: re.Match[str]) -> str:
        index = ord(found.group(1)) - FIRST_SYMBOL
        return f"{{{symbols[index]}}}" if index < len(symbols) else found.group(0)

    return _PLACEHOLDER.sub(symbol, text)


def only_symbol(text: str, symbols: Sequence[str]) -> str | None:
    """Return the variable's name if `text` is one placeholder and nothing else."""
    found = _PLACEHOLDER.fullmatch(text.strip()) if MARK in text else None
    index = ord(found.group(1)) - FIRST_SYMBOL if found else len(symbols)
    return symbols[index] if index < len(symbols) else None
