"""Which contract is which after its table got another name: the document's id tells."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from guardian.model.contract import Contract, Format

Key = tuple[str, Format]


def moved(before: Mapping[Key, Contract], after: Mapping[Key, Contract]) -> Mapping[Key, Key]:
    """Return what the contract of a dataset was kept under before, where that was another name.

    Two contracts are one that moved if their document has one id, and the table its plain name;
    else if they are all that went and came under that id.
    """
    gone = {key: before[key] for key in before if key not in after and before[key].id}
    come = {key: after[key] for key in after if key not in before and after[key].id}
    found = dict(_pairs(gone, come, lambda contract: (contract.id, contract.names[-1])))
    left = {key: contract for key, contract in gone.items() if key not in found.values()}
    rest = {key: contract for key, contract in come.items() if key not in found}
    return {**found, **dict(_pairs(left, rest, lambda contract: contract.id))}


def _pairs(
    gone: Mapping[Key, Contract], come: Mapping[Key, Contract], kept: Callable[[Contract], object]
) -> Iterable[tuple[Key, Key]]:
    """Yield the new key and the old one of what alone shares what is kept."""
    sides = defaultdict[object, tuple[list[Key], list[Key]]](lambda: ([], []))
    for side, contracts in enumerate((gone, come)):
        for key, contract in contracts.items():
            sides[key[1], kept(contract)][side].append(key)
    for old, new in sides.values():
        if len(old) == len(new) == 1:
            yield new[0], old[0]
