"""Datasets that go by another name now: one is gone, and one is new that is made as it was."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

import msgspec

from guardian.diff.equality import translated
from guardian.model.changes import Change
from guardian.model.definition import Definition
from guardian.model.expression import Expression

NEARLY = 0.7  # how much of two definitions has to be the same
MOST_COMPARED = 60  # datasets on either side; of more, only equal definitions are found
FEWEST_COLUMNS = 2  # by which two definitions that are not equal can be known to be alike
_SAYS_NOTHING = frozenset({"const", "unknown", "symbol"})

Definitions = Mapping[str, Sequence[Definition]]


def with_renamed(changes: Sequence[Change], base: Definitions, head: Definitions) -> list[Change]:
    """Return `changes` in which the two halves of a rename name each other in their detail.

    `changes` come in the order in which datasets depend on each other, so that what a dataset is
    made from is known by its old name. Their confidence is how much of the definitions is the same.
    """
    gone = {
        one.dataset: base.get(one.dataset, ()) for one in changes if one.rule == "dataset-removed"
    }
    new = {one.dataset: head.get(one.dataset, ()) for one in changes if one.rule == "dataset-added"}
    found = _renames(gone, new) if gone and new else {}
    other = {old: (name, sure) for name, (old, sure) in found.items()} | found
    return [
        msgspec.structs.replace(
            change, detail=other[change.dataset][0], confidence=other[change.dataset][1]
        )
        if change.rule in {"dataset-added", "dataset-removed"} and change.dataset in other
        else change
        for change in changes
    ]


def _renames(gone: Definitions, new: Definitions) -> dict[str, tuple[str, float]]:
    """Return new name → old name, and how much of the two definitions is the same."""
    left = {name: made[0] for name, made in gone.items() if len(made) == 1 and _telling(made[0])}
    found: dict[str, tuple[str, float]] = {}
    for name, made in new.items():
        if len(made) != 1 or not _telling(made[0]):
            continue
        old_names = {renamed: old for renamed, (old, _) in found.items()}
        definition = translated(made[0], datasets=old_names)
        several = len(left) > MOST_COMPARED or len(new) > MOST_COMPARED
        scored = ((_likeness(one, definition, equal=several), old) for old, one in left.items())
        best = max(scored, key=lambda one: (one[0], _spelled_alike(one[1], name)), default=None)
        if best is not None and best[0] >= NEARLY:
            found[name] = (best[1], best[0])
            del left[best[1]]
    return found


def _telling(definition: Definition) -> bool:
    """Return whether a definition says enough to know its dataset by."""
    read = definition.rows.op != "opaque_rows" and bool(definition.reads)
    return read and any(one.expression.op not in _SAYS_NOTHING for one in definition.columns)


def _likeness(base: Definition, head: Definition, *, equal: bool) -> float:
    """Return how much of two definitions is the same: 1 where all of it is, 0 for nothing.

    With `equal`, one that is not wholly the same counts as nothing.
    """
    old, new = _columns(base), _columns(head)
    if base.rows is head.rows and old == new:
        return 1.0
    names = len(old.keys() & new.keys())
    if equal or names < FEWEST_COLUMNS or not {*base.reads} & {*head.reads}:
        return 0.0
    same = sum(new.get(name) is expression for name, expression in old.items())
    columns = max(len(old), len(new))
    share = 0.4 * same / columns + 0.3 * names / columns + 0.3 * (base.rows is head.rows)
    return round(share, 2)


def _columns(definition: Definition) -> dict[str, Expression]:
    return {column.name: column.expression for column in definition.columns}


def _spelled_alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
