"""What code does against a clause; and one revision's code as contracts look at it."""

from collections.abc import Mapping, Sequence

import msgspec

from guardian.contracts.wording import said
from guardian.diff.reduced import Facts
from guardian.lineage.link import World
from guardian.lineage.schemas import LISTING, UNKNOWN
from guardian.model.contract import Clause
from guardian.model.definition import Definition, Output
from guardian.model.lineage import Column, Location

# Writes that set some columns, or some rows, of what is there.
PARTIAL = frozenset({"merge", "update", "delete"})


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """What a job writes against a clause. `promised` and `written` are told to people."""

    rule: str
    column: str | None
    promised: str
    written: str
    job: str
    at: Location
    clause: Clause | None = None
    confidence: float = 1.0

    @property
    def subject(self) -> tuple[str, str | None, str]:
        """Return what tells whether the other revision has the same breach."""
        return self.rule, self.column, self.written


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """How one revision makes a dataset.

    `declared` are the columns that a table statement gives it, whoever fills them; `generated`
    those that the table fills itself. `complete`: the table statement lists all columns.
    """

    definitions: Sequence[Definition]
    facts: Facts
    declared: Mapping[str, Column] = {}
    generated: frozenset[str] = frozenset()
    complete: bool = False

    def whole(self) -> list[Definition]:
        """Return the writes that tell all columns of the rows they write."""
        return [made for made in self.definitions if made.options.mode not in PARTIAL]

    def writes(self) -> list[Definition]:
        """Return the writes that set columns."""
        return [made for made in self.definitions if made.options.mode != "delete"]

    def earlier(self, made: Definition, of: "Side") -> Definition | None:
        """Return what here does the work of `made`, a write of the revision `of`."""
        alike = [one for one in self.definitions if one.job == made.job]
        same = [one for one in of.definitions if one.job == made.job]
        if len(self.definitions) == len(of.definitions) == 1:
            alike, same = list(self.definitions), list(of.definitions)
        if len(alike) != len(same):
            return None
        return alike[same.index(made)]


def broken(
    rule: str, clause: Clause, made: Definition, output: Output, written: str, sure: float = 1.0
) -> Breach:
    """Return what a written column does against a clause."""
    return Breach(
        rule=rule,
        column=clause.column or output.name,
        promised=said(clause),
        written=written,
        job=made.job,
        at=output.at,
        clause=clause,
        confidence=min(sure, made.confidence),
    )


def side_of(dataset: str, world: World) -> Side:
    """Return how a revision makes a dataset."""
    listed = [item for item in world.declarations.get(dataset, ()) if item.origin not in LISTING]
    return Side(
        definitions=world.definitions.get(dataset, ()),
        facts=_facts(world),
        declared={column.name: column for item in listed for column in item.columns},
        generated=world.schemas.get(dataset, UNKNOWN).generated,
        complete=any(item.complete and item.columns for item in listed),
    )


def _facts(world: World) -> Facts:
    """Return what a revision declares of its datasets."""
    known: dict[str, Mapping[str, Column]] = {}

    def columns(dataset: str) -> Mapping[str, Column]:
        if dataset not in known:
            schema = world.schemas.get(dataset, UNKNOWN)
            known[dataset] = {item.name: item for item in schema.columns}
        return known[dataset]

    def required(dataset: str, name: str) -> bool:
        found = columns(dataset).get(name)
        return found is not None and found.nullable is False

    def declared(dataset: str, name: str) -> str | None:
        found = columns(dataset).get(name)
        return found.type if found is not None else None

    def keys(dataset: str) -> Sequence[tuple[str, ...]]:
        return world.schemas.get(dataset, UNKNOWN).keys

    return Facts(required, declared, keys)
