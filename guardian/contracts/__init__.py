"""What tables promise, against what the promise was and against what the code does."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping

import msgspec

from guardian.contracts import classification, conformance, difference, naming
from guardian.contracts.breach import Breach, side_of
from guardian.contracts.moves import moved
from guardian.contracts.untold import Untold, untold
from guardian.diff.fingerprints import of_texts
from guardian.lineage.link import World, differing
from guardian.model.changes import Change
from guardian.model.contract import SENSITIVE, Compatibility, Contract, Format
from guardian.model.plan import Lowered

_FORMS: tuple[Format, ...] = ("odcs", "json", "dbt")
RULES = (*difference.RULES, *conformance.RULES, *classification.RULES)


def held(lowered: Iterable[Lowered]) -> Mapping[tuple[str, Format], Contract]:
    """Return what is promised of each dataset, in each form that somebody wrote it down in.

    Of several contracts of one form, that which holds, then that of the first file.
    """
    found: dict[tuple[str, Format], Contract] = {}
    for contract in naming.first(contract for file in lowered for contract in file.contracts):
        found.setdefault((contract.dataset, contract.format), contract)
    return found


def by_dataset(lowered: Iterable[Lowered]) -> Mapping[str, Contract]:
    """Return the contract of each dataset that has one; tests alone are none."""
    found: dict[str, Contract] = {}
    for (dataset, form), contract in held(lowered).items():
        other = found.get(dataset)
        if contract.enforced and (other is None or _FORMS.index(form) < _FORMS.index(other.format)):
            found[dataset] = contract
    return found


def changes(
    base: World,
    head: World,
    mode: Compatibility = "CONSUMER",
    sensitive: Collection[str] = SENSITIVE,
) -> list[Change]:
    """Return what contracts promise otherwise, and what the code breaks of them that it kept.

    By dataset; then what is classified, by a word of `sensitive`, and no longer where it goes.
    """
    before, after = held(base.lowered), held(head.lowered)
    if not before and not after:
        return []
    unread = {file.path for file in (*base.lowered, *head.lowered) if file.failed}
    touched = frozenset(differing(base, head))
    found: list[Change] = []
    broken: set[tuple[str, str, str | None, str]] = set()
    were = moved(before, after)
    for dataset, form in sorted({*before, *after} - set(were.values())):
        new = after.get((dataset, form))
        old = before.get(were.get((dataset, form), (dataset, form)))
        if old is not new and not _unread(old, new, unread):
            found += difference.changes(*_comparable(old, new, base, head), mode, sensitive)
        if new is None or (old is new and dataset not in touched):
            continue
        # Tests that are new tell nothing of code that was there before.
        earlier = old if new.enforced else new
        known = {item.subject for item in breaches(earlier, base)} if earlier is not None else set()
        for item in breaches(new, head, base if earlier is not None else None):
            if item.subject not in known and (dataset, *item.subject) not in broken:
                broken.add((dataset, *item.subject))
                found.append(told(new, item))
    classifying = (_classifying(before), _classifying(after))
    found += map(_of_lost, classification.lost(touched, (base, head), classifying, sensitive))
    return [msgspec.structs.replace(item, fingerprint=of_texts(item)) for item in found]


def unclassified(world: World, sensitive: Collection[str] = SENSITIVE) -> list[Change]:
    """Return the columns of datasets under contract that show a classified one, unclassified."""
    classifying = _classifying(held(world.lowered))
    agreed = by_dataset(world.lowered)
    lost = classification.lost(agreed, (None, world), ({}, classifying), sensitive)
    return [_of_lost(item) for item in lost]


def unknown(contract: Contract, world: World) -> Iterator[Untold]:
    """Yield the clauses of a contract of which the code of a revision tells nothing."""
    return untold(contract, side_of(contract.dataset, world))


def _of_lost(lost: classification.Lost) -> Change:
    return msgspec.structs.replace(told(lost.contract, lost.breach), dataset=lost.dataset)


def _classifying(promises: Mapping[tuple[str, Format], Contract]) -> Mapping[str, Contract]:
    """Return what classifies the columns of each dataset: a contract before a list of tests."""
    found: dict[str, Contract] = {}
    for contract in sorted(promises.values(), key=lambda contract: not contract.enforced):
        found.setdefault(contract.dataset, contract)
    return found


def _comparable(
    old: Contract | None, new: Contract | None, base: World, head: World
) -> tuple[Contract | None, Contract | None]:
    """Return two sides of which neither is missing where only tests came or went.

    A contract is new where tests were all there was. Tests of what is not made here, or was not
    before, promise nothing to anybody.
    """
    present = new or old
    if old is not None and new is not None and old.enforced != new.enforced:
        return (old, None) if old.enforced else (None, new)
    if present is None or present.enforced:
        return old, new
    if present.dataset not in base.definitions or present.dataset not in head.definitions:
        return None, None
    empty = msgspec.structs.replace(present, clauses=())
    return old or empty, new or empty


def breaches(contract: Contract, world: World, base: World | None = None) -> Iterator[Breach]:
    """Yield what the code of a revision does against a contract.

    And, where there is a `base`, what it no longer does for it.
    """
    before = side_of(contract.dataset, base) if base is not None else None
    return conformance.breaches(contract, side_of(contract.dataset, world), before)


def told(contract: Contract, breach: Breach) -> Change:
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
