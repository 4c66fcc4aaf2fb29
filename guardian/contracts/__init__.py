"""What tables promise, against what the promise was and against what the code does."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

import msgspec

from guardian.contracts import conformance, difference
from guardian.contracts.conformance import Breach
from guardian.diff.fingerprints import of_texts
from guardian.diff.reduced import Facts
from guardian.lineage.link import World, differing
from guardian.lineage.schemas import UNKNOWN
from guardian.model.changes import Change
from guardian.model.contract import Compatibility, Contract
from guardian.model.lineage import Column
from guardian.model.plan import Lowered

RULES = (*difference.RULES, *conformance.RULES)


def by_dataset(lowered: Iterable[Lowered]) -> Mapping[str, Contract]:
    """Return the contract of each dataset; of two for one dataset, that of the first file."""
    found: dict[str, Contract] = {}
    for file in sorted(lowered, key=lambda file: file.path):
        for contract in file.contracts:
            found.setdefault(contract.dataset, contract)
    return found


def changes(base: World, head: World, mode: Compatibility = "CONSUMER") -> list[Change]:
    """Return what contracts promise otherwise, and what the code breaks of them that it kept.

    By dataset.
    """
    before, after = by_dataset(base.lowered), by_dataset(head.lowered)
    if not before and not after:
        return []
    unread = {file.path for file in (*base.lowered, *head.lowered) if file.failed}
    touched = frozenset(differing(base, head))
    found: list[Change] = []
    for dataset in sorted({*before, *after}):
        old, new = before.get(dataset), after.get(dataset)
        if old is not new and not _unread(old, new, unread):
            found += difference.changes(old, new, mode)
        if new is not None and (old is not new or dataset in touched):
            known = {breach.subject for breach in breaches(old, base)} if old is not None else set()
            broken = (item for item in breaches(new, head) if item.subject not in known)
            found += [_told(new, item) for item in broken]
    return [msgspec.structs.replace(item, fingerprint=of_texts(item)) for item in found]


def breaches(contract: Contract, world: World) -> Iterator[Breach]:
    """Yield what the code of a revision does against a contract."""
    dataset = contract.dataset
    declared = frozenset(
        column.name
        for item in world.declarations.get(dataset, ())
        if item.origin not in {"contract", "dbt"}
        for column in item.columns
    )
    made = world.definitions.get(dataset, ())
    return conformance.breaches(contract, made, declared, _facts(world))


def _facts(world: World) -> Facts:
    """Return what a revision declares of its datasets."""

    def column(dataset: str, name: str) -> Column | None:
        known = world.schemas.get(dataset, UNKNOWN).columns
        return next((item for item in known if item.name == name), None)

    def required(dataset: str, name: str) -> bool:
        found = column(dataset, name)
        return found is not None and found.nullable is False

    def declared(dataset: str, name: str) -> str | None:
        found = column(dataset, name)
        return found.type if found is not None else None

    def keys(dataset: str) -> Sequence[tuple[str, ...]]:
        return world.schemas.get(dataset, UNKNOWN).keys

    return Facts(required, declared, keys)


def _told(contract: Contract, breach: Breach) -> Change:
    """Return a breach as a change: at the code, with the clause's place in the detail."""
    line = breach.clause.line if breach.clause is not None else contract.at.line
    return Change(
        rule=breach.rule,
        dataset=contract.dataset,
        column=breach.column,
        before=breach.promised,
        after=breach.written,
        job=breach.job,
        location=breach.at,
        confidence=breach.confidence,
        detail=f"{contract.at.file}:{line}",
    )


def _unread(before: Contract | None, after: Contract | None, unread: Container[str]) -> bool:
    """Return whether only one side is known because the other's file cannot be read."""
    known = before or after
    return (before is None or after is None) and known is not None and known.at.file in unread
