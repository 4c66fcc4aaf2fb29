"""Python source rewritten with its author's layout: where a name stands, what may stand there.

`source` works on LibCST's tree, as a pure function of JSON values: it is called in a child process
with limits (`engines.rewriting`), because LibCST can end its process on hostile input. Here is
what goes there and what comes back.
"""

from collections.abc import Callable

import msgspec

QUESTION = "guardian.rewriting.source:answer"


class Splice(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Put `text` in place of what stands from `start` to `end` (characters)."""

    start: int
    end: int
    text: str


Way = tuple[Splice, ...]


class Place(msgspec.Struct, frozen=True):
    """A name in a text, from `start` to `end`; in quotes where these stand from `left` to `right`.

    `ways` are what may be written for it, in an order that is the same for each new name; one that
    is empty cannot be written there. `named` says of a call that it names the dataset itself.
    """

    start: int
    end: int
    left: int
    right: int
    ways: tuple[Way, ...] = ()
    named: bool = False


class Value(msgspec.Struct, frozen=True):
    """What is written in place of a column: a name, or where `columns` are told, an expression.

    `columns` are the places of the names in `text` that are columns, so that they can be qualified.
    """

    text: str
    columns: tuple[tuple[int, int], ...] = ()

    def qualified(self, qualifier: str) -> str:
        """Return the text with `qualifier`, that ends with a dot, before each column."""
        text = self.text
        for start, _ in sorted(self.columns, reverse=True):
            text = text[:start] + qualifier + text[start:]
        return text


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A Python text, and what is to be put in place of the column `name`.

    Without `table` the places of the name are asked for; with it, those where a call reads that
    dataset, each with one way: the column gets its old name back there.
    """

    text: str
    name: str
    value: Value
    table: str | None = None


Rewriting = Callable[[Question], tuple[Place, ...]]


def places(answer: object) -> tuple[Place, ...]:
    """Return the places that an answer carries.

    Raises:
        msgspec.ValidationError: it carries none.
    """
    return msgspec.convert(answer, tuple[Place, ...])
