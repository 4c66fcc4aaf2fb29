"""Two revisions of a contract → changes: what each clause promised, and what it promises now."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from guardian.contracts.directions import Direction, added, changed, removed
from guardian.contracts.versions import expected, kind_of_bump
from guardian.contracts.wording import said
from guardian.model.changes import Change
from guardian.model.contract import Clause, ClauseKind, Compatibility, Contract
from guardian.model.lineage import Location

RULES = (
    "contract-added", "contract-removed", "contract-column-added", "contract-column-removed",
    "contract-column-renamed", "contract-type-changed", "contract-nullability-loosened",
    "contract-key-changed", "contract-values-loosened", "contract-freshness-loosened",
    "contract-classification-changed", "contract-clause-changed", "contract-clause-removed",
    "contract-tightened", "contract-version",
)  # fmt: skip

_LOOSENED: Mapping[ClauseKind, str] = {
    "column": "contract-column-removed",
    "type": "contract-type-changed",
    "required": "contract-nullability-loosened",
    "unique": "contract-key-changed",
    "primary-key": "contract-key-changed",
    "unique-key": "contract-key-changed",
    "values": "contract-values-loosened",
    "range": "contract-values-loosened",
    "length": "contract-values-loosened",
    "items": "contract-values-loosened",
    "pattern": "contract-values-loosened",
    "format": "contract-values-loosened",
    "multiple": "contract-values-loosened",
    "service-level": "contract-freshness-loosened",
    "classification": "contract-classification-changed",
    "encrypted": "contract-classification-changed",
}
_SILENT: frozenset[ClauseKind] = frozenset({"dataset", "tag"})


class Step(msgspec.Struct, frozen=True):
    """A clause as both revisions have it, at least one of them, and what the step does."""

    base: Clause | None
    head: Clause | None
    direction: Direction

    @property
    def clause(self) -> Clause:
        """Return the clause as it is now, else as it was."""
        clause = self.head or self.base
        assert clause is not None  # noqa: S101 - a step has at least one side
        return clause


def changes(
    base: Contract | None, head: Contract | None, mode: Compatibility = "CONSUMER"
) -> Iterator[Change]:
    """Yield what differs between the contracts of one dataset; nothing in the mode `NONE`."""
    if base is None and head is not None:
        yield _whole("contract-added", head)
    elif base is not None and head is None:
        yield _whole("contract-removed", base)
    elif base is not None and head is not None and (head.compatibility or mode) != "NONE":
        found = steps(base, head)
        yield from (_change(step, base, head, mode) for step in _told(found))
        yield from _version(base, head, found)


def steps(base: Contract, head: Contract) -> tuple[Step, ...]:
    """Return the clauses that differ in what they promise, in the order of the contract."""
    before = {clause.subject: clause for clause in base.clauses}
    after = {clause.subject: clause for clause in head.clauses}
    found = []
    for subject in dict.fromkeys((*after, *before)):
        old, new = before.get(subject), after.get(subject)
        if old is not None and new is not None:
            direction = changed(old, new)
        else:
            direction = added(new) if new is not None else removed(old) if old is not None else None
        clause = new or old
        if direction is not None and clause is not None and clause.kind not in _SILENT:
            found.append(Step(old, new, direction))
    return tuple(_with_renames(found))


def _with_renames(found: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps; one column gone and another come with the same promises are a rename."""
    gone = [step for step in found if step.head is None and step.clause.kind == "column"]
    come = [step for step in found if step.base is None and step.clause.kind == "column"]
    renamed: dict[str | None, Step] = {}
    for old in gone:
        alike = [
            new
            for new in come
            if _promises(found, old.clause.column) == _promises(found, new.clause.column)
            and new.clause.column not in renamed
        ]
        others = [one for one in gone if _promises(found, one.clause.column)
                  == _promises(found, old.clause.column)]  # fmt: skip
        if len(alike) == 1 and len(others) == 1 and _promises(found, old.clause.column):
            renamed[alike[0].clause.column] = Step(old.base, alike[0].head, "both")
    sources = {step.base.column for step in renamed.values() if step.base is not None}
    for step in found:
        column = step.clause.column
        if step.base is None and column in renamed:
            if step.clause.kind == "column":
                yield renamed[column]
        elif not (step.head is None and column in sources):
            yield step


def _promises(found: Sequence[Step], column: str | None) -> frozenset[tuple[object, ...]]:
    """Return what is promised of a column that came or went, apart from its name."""
    return frozenset(
        (step.clause.kind, step.clause.name, step.clause.value)
        for step in found
        if step.clause.column == column and step.clause.kind != "column"
    )


def _told(found: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps that are told one by one: those about a column that came or went are not."""
    whole = {
        step.clause.column
        for step in found
        if step.clause.kind == "column" and (step.base is None or step.head is None)
    }
    for step in found:
        if step.clause.kind == "column" or step.clause.column not in whole:
            yield step


def _change(step: Step, base: Contract, head: Contract, mode: Compatibility) -> Change:
    clause, mode = step.clause, head.compatibility or mode
    at = Location(head.at.file, clause.line if step.head is not None else _beside(head, clause))
    direction = step.direction if mode == "CONSUMER" else f"{step.direction}, {mode}"
    renamed = _is_rename(step)
    return Change(
        rule=_rule(step),
        dataset=head.dataset,
        column=step.base.column if renamed and step.base is not None else clause.column,
        before=_text(step.base, step.head),
        after=_text(step.head, step.base),
        job=head.at.file,
        location=at,
        base_location=Location(base.at.file, step.base.line) if step.base is not None else None,
        detail=direction,
    )


def _is_rename(step: Step) -> bool:
    return step.clause.kind == "column" and step.base is not None and step.head is not None


def _text(clause: Clause | None, other: Clause | None) -> str | None:
    if clause is None:
        return None
    if clause.kind == "column" and other is not None:
        return clause.column
    return said(clause)


def _rule(step: Step) -> str:
    kind = step.clause.kind
    if _is_rename(step):
        return "contract-column-renamed"
    if step.base is None and kind == "column":
        return "contract-column-added"
    if kind in {"classification", "encrypted"}:
        return "contract-classification-changed"
    if step.direction == "tightens" and kind != "type":
        return "contract-tightened"
    if kind in _LOOSENED:
        return _LOOSENED[kind]
    return "contract-clause-removed" if step.head is None else "contract-clause-changed"


def _beside(head: Contract, clause: Clause) -> int:
    """Return the line of the head nearest to what is gone: its column's, else the table's."""
    column = clause.column and head.clause("column", clause.column)
    return column.line if column else head.at.line


def _whole(rule: str, contract: Contract) -> Change:
    version = f"{contract.format} {contract.version}".strip()
    gone = rule == "contract-removed"
    return Change(
        rule=rule,
        dataset=contract.dataset,
        before=version if gone else None,
        after=None if gone else version,
        job=contract.at.file,
        location=contract.at,
        base_location=contract.at if gone else None,
    )


def _version(base: Contract, head: Contract, found: Sequence[Step]) -> Iterator[Change]:
    """Yield a change where the version of a contract says less than what happened to it."""
    wanted = expected(step.direction for step in found)
    bump = kind_of_bump(base.version, head.version)
    if wanted is None or bump is None or bump >= wanted:
        return
    yield Change(
        rule="contract-version",
        dataset=head.dataset,
        before=base.version,
        after=head.version,
        job=head.at.file,
        location=head.at,
        base_location=base.at,
        detail=wanted.name.lower(),
    )
