"""Tokens divided into clauses and items of lists, by their words, without a parser.

The kinds of all tokens are one string, a character for each: what is no clause word, no comma and
no bracket that matters is passed over by a regular expression and not token by token.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot.tokenizer_core import Token, TokenType

_OPEN = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE})
_CLOSE = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE})
_QUERY = frozenset({TokenType.SELECT, TokenType.WITH, TokenType.FROM})
# A comma starts a new segment under these; under the others it belongs to the text.
_LISTS = frozenset({
    TokenType.SELECT, TokenType.GROUP_BY, TokenType.ORDER_BY, TokenType.SET, TokenType.FROM,
    TokenType.RETURNING,
})  # fmt: skip
_CLAUSES = _LISTS | {
    TokenType.WHERE, TokenType.HAVING, TokenType.QUALIFY, TokenType.WINDOW, TokenType.LIMIT,
    TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT, TokenType.DISTRIBUTE_BY,
    TokenType.SORT_BY, TokenType.CLUSTER_BY, TokenType.INTO, TokenType.INSERT,
    TokenType.CONNECT_BY, TokenType.START_WITH,
}  # fmt: skip
_JOINS = frozenset({
    TokenType.ON, TokenType.USING, TokenType.JOIN, TokenType.LEFT, TokenType.RIGHT, TokenType.FULL,
    TokenType.INNER, TokenType.CROSS, TokenType.NATURAL, TokenType.LATERAL, TokenType.OUTER,
})  # fmt: skip
_JOINABLE = _JOINS | {TokenType.FROM}
_MERGED = frozenset(
    {TokenType.WHEN, TokenType.THEN, TokenType.ON, TokenType.USING, TokenType.VALUES}
)
_CASES = frozenset({TokenType.CASE, TokenType.END})
_TOP_WORDS = frozenset({"PERCENT", "WITH", "TIES"})
_MODIFIERS = frozenset({TokenType.DISTINCT, TokenType.ALL})


def kinds_of(tokens: Sequence[Token]) -> str:
    """Return the kinds of tokens as a string, one character for each."""
    return "".join([chr(token.token_type) for token in tokens])


def any_of(kinds: Iterable[TokenType]) -> str:
    """Return the class of a regular expression that matches one token of these kinds."""
    return f"[{''.join(re.escape(chr(kind)) for kind in sorted(kinds))}]"


_DIVIDING = _CLAUSES | _JOINS | {TokenType.COMMA, TokenType.SEMICOLON}
_BRACKETS = any_of(_OPEN | _CLOSE)
# Brackets in which no others are and no query begins change nothing: they are passed over.
_EVENTS = re.compile(
    rf"{any_of(_OPEN)}(?!{any_of(_QUERY)})[^{_BRACKETS[1:]}*{any_of(_CLOSE)}"
    rf"|({any_of(_DIVIDING | _OPEN | _CLOSE)})"
)
_COMMA = chr(TokenType.COMMA)
_BEFORE_LISTS = frozenset(map(chr, (*_MODIFIERS, TokenType.TOP)))
_MERGE_EVENTS = re.compile(f"({any_of(_DIVIDING | _OPEN | _CLOSE | _MERGED | _CASES)})")


@dataclass(slots=True)
class Segment:
    """A stretch of tokens between two clause words or commas of one query."""

    first: int
    kind: TokenType
    last: int = -1


class Segments:
    """The segments of a text's tokens."""

    def __init__(self, tokens: Sequence[Token], kinds: str | None = None) -> None:
        """Divide the tokens, in one pass; `kinds` are theirs, if somebody knows them."""
        divider = _Divider(tokens, kinds_of(tokens) if kinds is None else kinds)
        self._found, self._begins, self._owners = divider.divided()

    def at(self, position: int) -> Segment | None:
        """Return the segment that a position of the text lies in, None where it is in none."""
        run = bisect_right(self._begins, position) - 1
        owner = self._owners[run] if run >= 0 else -1
        return self._found[owner] if owner >= 0 else None

    def last_of_list(self, segment: Segment) -> int:
        """Return the last token of the list whose item `segment` is the first one looked at."""
        last = segment
        for following in self._found[self._found.index(segment) + 1 :]:
            if following.first != last.last + 2 or following.kind is not segment.kind:
                break
            last = following
        return last.last


class _Divider:
    """Finds clauses and list items at the bracket depth of a query.

    A *run* is a stretch of tokens that belong to one segment: `begins` are the positions in the
    text at which runs begin, `owners` their segments, -1 for none.
    """

    def __init__(self, tokens: Sequence[Token], kinds: str) -> None:
        self.tokens = tokens
        self.kinds = kinds
        self.begins: list[int] = []
        self.owners: list[int] = []
        self.segments: list[Segment] = []
        self.current = -1
        self.querying = True
        self.stack: list[tuple[int, bool]] = []
        self.merging = bool(tokens) and tokens[0].token_type is TokenType.MERGE
        self.cases = 0

    def divided(self) -> tuple[list[Segment], list[int], list[int]]:
        """Return the segments, where runs begin, and the segment of each run."""
        events = _MERGE_EVENTS if self.merging else _EVENTS
        behind = 0
        for event in events.finditer(self.kinds):
            index = event.start(1)
            if index < 0:
                continue
            self._own(behind, index)
            if not (event.group(1) == _COMMA and self._next_item(index)):
                self._meet(index, self.tokens[index].token_type)
            behind = index + 1
        self._own(behind, len(self.tokens))
        return self.segments, self.begins, self.owners

    def _next_item(self, index: int) -> bool:
        """Begin the next item of a list at a comma; return whether it is that simple."""
        current = self.segments[self.current] if self.querying and self.current >= 0 else None
        first = index + 1
        if current is None or current.kind not in _LISTS or first >= len(self.tokens):
            return False
        if self.kinds[first] in _BEFORE_LISTS:
            return False
        self.current = len(self.segments)
        self.segments.append(Segment(first, current.kind, first))
        self._owned(index, -1)
        return True

    def _meet(self, index: int, kind: TokenType) -> None:
        """Take one bracket, clause word or comma."""
        if kind in _OPEN:
            self._own(index, index + 1)
            self.stack.append((self.current, self.querying))
            self.querying = self._opens_query(index)
            self.current = -1 if self.querying else self.current
            if self.querying and self._opens_row(index):
                self._begin(index, TokenType.SELECT)
        elif kind in _CLOSE and self.stack:
            self.current, self.querying = self.stack.pop()
            self._own(index, index + 1)
        elif self.querying and self._divides(index, kind):
            self._owned(index, -1)
            self._begin(index, kind)
        else:
            self._own(index, index + 1)

    def _own(self, first: int, behind: int) -> None:
        """Give a stretch of tokens to the current segment."""
        if first < behind:
            self._owned(first, self.current)
            if self.current >= 0:
                self.segments[self.current].last = behind - 1

    def _owned(self, first: int, owner: int) -> None:
        if not self.owners or self.owners[-1] != owner:
            self.begins.append(self.tokens[first].start)
            self.owners.append(owner)

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
            return self.current >= 0 and self.segments[self.current].kind in _JOINABLE
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
        return self.cases == 0 and index > 0 and kind in _MERGED

    def _begin(self, index: int, kind: TokenType) -> None:
        if kind is TokenType.COMMA:
            kind = self.segments[self.current].kind
        first = self._behind_modifiers(index + 1)
        if kind is TokenType.SEMICOLON or first >= len(self.tokens):
            self.current = -1
            return
        self.segments.append(Segment(first, kind, first))
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
