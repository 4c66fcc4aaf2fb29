"""`Definition`: how one job makes one dataset, in normal form.

What the diff compares and lineage is read from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from guardian.model.expression import Expression
from guardian.model.lineage import Edge, Location, RowFlow
from guardian.model.plan import Lowered, Write, WriteOptions


@dataclass(frozen=True, slots=True)
class Output:
    """One written column: its expression down to scanned columns, and its type where known.

    `at` is where it is computed, `named_at` where it got its name, if that is another place.
    """

    name: str
    expression: Expression
    type: str | None
    at: Location
    text: str = ""
    named_at: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One write of a dataset. `rows` is the row set.

    `words` are the author's words for its parts and their places. `reads` are the datasets that it
    scans. `complete` is false where columns may be missing. `file` and `write` are what it was made
    from.
    """

    job: str
    language: str
    dataset: str
    columns: tuple[Output, ...]
    rows: Expression
    options: WriteOptions
    reads: tuple[str, ...]
    at: Location
    positional: bool = False
    complete: bool = True
    confidence: float = 1.0
    words: Mapping[Expression, tuple[str, Location | None]] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    flows: tuple[RowFlow, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    file: Lowered
    write: Write

    def column(self, name: str) -> Output | None:
        """Return the column called `name`."""
        return next((column for column in self.columns if column.name == name), None)
