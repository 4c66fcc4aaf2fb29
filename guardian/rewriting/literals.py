"""String literals: their prefix, quotes and escapes, and the same with another text in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from guardian.rewriting import Value
from guardian.rewriting.words import qualifier

Spot = tuple[int, int, int, int]
_PROBE = "guardian0probe"


def stands_for(
    node: cst.SimpleString | cst.ConcatenatedString | cst.FormattedStringText, name: str
) -> bool:
    """Return whether a literal means `name` and nothing else."""
    said = None if isinstance(node, cst.FormattedStringText) else node.evaluated_value
    return isinstance(said, str) and said.lower() == name.lower()


@dataclass(frozen=True, slots=True)
class Literal:
    """How a literal is written: `body` as it stands between its quotes, from `opened` on."""

    prefix: str
    quote: str
    body: str
    opened: int
    formatted: bool = False

    @classmethod
    def plain(cls) -> "Literal":
        """Return an empty literal in double quotes."""
        return cls("", '"', "", 1)

    @classmethod
    def of(cls, node: cst.CSTNode, around: cst.FormattedString | None) -> "Literal | None":
        """Return how a literal, or a text in the f-string `around`, is written; None: bytes."""
        if isinstance(node, cst.SimpleString):
            if "b" in node.prefix.lower():
                return None
            return cls(node.prefix, node.quote, node.raw_value, len(node.prefix + node.quote))
        if isinstance(node, cst.FormattedStringText) and around is not None:
            prefix = re.sub("[fF]", "", around.prefix)
            return cls(prefix, around.end, node.value, 0, formatted=True)
        return None

    def means(self, start: int, end: int, name: str) -> bool:
        """Return whether what stands in the body is the name, and no part of an escape."""
        before, after = self.body[:start], self.body[end:]
        said, probed = self._said(self.body), self._said(f"{before}{_PROBE}{after}")
        if said is None or probed is None:
            return False
        return said == probed.replace(_PROBE, self.body[start:end]) and name != ""

    def _said(self, body: str) -> str | None:
        try:
            said = cst.SimpleString(f"{self.prefix}{self.quote}{body}{self.quote}").evaluated_value
        except (cst.CSTValidationError, SyntaxError, ValueError):
            return None
        return said if isinstance(said, str) else None

    def inside(self, text: str) -> str | None:
        """Return `text` as it is written between the quotes; None where it cannot be."""
        raw = "r" in self.prefix.lower()
        body = (
            text if raw else text.replace("\\", "\\\\").replace(self.quote[0], f"\\{self.quote[0]}")
        )
        if self._said(body) != text:
            return None
        return body.replace("{", "{{").replace("}", "}}") if self.formatted else body

    def whole(self, text: str) -> cst.SimpleString:
        """Return the literal with `text` in place of all that is in it."""
        if self.formatted or (body := self.inside(text)) is None:
            return cst.SimpleString(repr(text))
        return cst.SimpleString(f"{self.prefix}{self.quote}{body}{self.quote}")


def written(
    literal: Literal, spot: Spot, value: Value
) -> Iterator[tuple[tuple[int, int], str | None]]:
    """Yield what may stand in place of a name in a literal: it alone, then with the old one kept.

    Each with the part of the body that it replaces.
    """
    left, start, end, right = spot
    kept = literal.body[left:right]
    if value.columns:
        before = qualifier(literal.body, left)
        begin, made = left - len(before), value.qualified(before)
        yield (begin, right), literal.inside(f"({made})")
        text = literal.inside(made)
        yield (begin, right), None if text is None else f"{text} AS {kept}"
        return
    plain = literal.inside(value.text)
    yield (start, end), plain
    closed = literal.body[end:right]
    yield (start, right), None if plain is None else f"{plain}{closed} AS {kept}"
