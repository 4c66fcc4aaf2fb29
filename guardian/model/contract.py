"""A data contract as a list of clauses: what a table promises, each promise with its line.

Open Data Contract Standard files, dbt's schema files and the simple JSON form all become this;
nothing after `contracts/` knows which it was.
"""

from typing import Literal, TypeAlias

import msgspec

from guardian.model.lineage import Location

ClauseKind: TypeAlias = Literal[
    "dataset", "column", "type", "required", "unique", "primary-key", "unique-key", "partition",
    "values", "range", "length", "items", "pattern", "format", "multiple", "reference", "quality",
    "service-level", "classification", "tag", "encrypted", "deprecated", "critical", "identity",
    "order", "role", "location", "status", "compatibility",
]  # fmt: skip
Format: TypeAlias = Literal["odcs", "dbt", "json"]
Bound: TypeAlias = float | str
Compatibility: TypeAlias = Literal["CONSUMER", "PRODUCER", "FULL", "NONE"]
# What a classification or a tag says of a column that not everybody may see.
SENSITIVE = (
    "pii", "personal", "confidential", "restricted", "sensitive", "secret", "phi", "pci",
)  # fmt: skip


class Interval(msgspec.Struct, frozen=True, tag="interval", omit_defaults=True):
    """What lies between two bounds; None is no bound, text is a date, `…_open` leaves it out."""

    low: Bound | None = None
    high: Bound | None = None
    low_open: bool = False
    high_open: bool = False


class TypeName(msgspec.Struct, frozen=True, tag="type", omit_defaults=True):
    """A column's type: the standard's word for its family, the engine's for itself."""

    logical: str = ""
    physical: str = ""


class Check(msgspec.Struct, frozen=True, tag="check", omit_defaults=True):
    """A rule about the data: a metric that must lie within, or outside, an interval.

    `metric` is the standard's name (`nullValues`, `rowCount`, …), `sql` or an engine's name;
    `query` is what is run or meant, `arguments` are canonical JSON. `severity` is the author's.
    """

    metric: str
    arguments: str = ""
    query: str = ""
    within: Interval | None = None
    outside: Interval | None = None
    unit: str = ""
    severity: str = ""


Value: TypeAlias = bool | float | str | tuple[str, ...] | Interval | TypeName | Check


class Clause(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One promise, at a line of the contract's file.

    `column` is folded as its engine folds it, a nested field is `address.city`; None where the
    promise is the table's. `name` tells several of one kind apart. The values by kind: `dataset`
    and `column` how the author spells it; `type` a `TypeName`; `primary-key`, `unique-key`,
    `partition` the columns in order; `values` those allowed; `range`, `length`, `items` an
    `Interval`; `service-level` a number in seconds, or as written where it is no duration;
    `quality` a `Check`; `identity` what a column is called whatever its name; `order` the columns
    of a file in which their place counts; `role` what a role may do; `location` where a server is.
    """

    kind: ClauseKind
    column: str | None = None
    name: str = ""
    value: Value = True
    line: int

    @property
    def subject(self) -> tuple[ClauseKind, str | None, str]:
        """Return what tells a clause from the others of its contract."""
        return self.kind, self.column, self.name


class Contract(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one table promises. `names` are what its dataset may be called, the fullest first.

    `id` is the document's, `version` and `status` as it states them; `owner` is a team or a person.
    One that is not `enforced` is a list of tests: what whoever makes and whoever reads the table
    wants to hold. It lists no columns, and nobody agreed on it.
    """

    names: tuple[str, ...]
    format: Format
    at: Location
    id: str = ""
    version: str = ""
    status: str = ""
    owner: str = ""
    compatibility: Compatibility | None = None
    enforced: bool = True
    clauses: tuple[Clause, ...] = ()

    @property
    def dataset(self) -> str:
        """Return the fullest of its names."""
        return self.names[0]

    def columns(self) -> tuple[str, ...]:
        """Return the promised columns of the first level, in the order of the contract."""
        return tuple(
            clause.column
            for clause in self.clauses
            if clause.kind == "column" and clause.column and not clause.name
        )

    def clause(self, kind: ClauseKind, column: str | None = None, name: str = "") -> Clause | None:
        """Return the clause about something, None where nothing is promised of it."""
        wanted = (kind, column, name)
        return next((clause for clause in self.clauses if clause.subject == wanted), None)
