"""The safe way for the owner of a change: the steps in order, with the readers' files by name."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from guardian.model.changes import Change
from guardian.model.fix import Fixes, Recipe
from guardian.model.lineage import Location
from guardian.rules import RulePack, filled

SHARED = frozenset({"column-removed", "column-renamed", "column-type-changed", "dataset-removed"})
Owners = Callable[[str], tuple[str, ...]]
MOST_READERS = 20


def recipes(
    changes: Sequence[Change], fixes: Fixes, pack: RulePack, owners: Owners
) -> tuple[Recipe, ...]:
    """Return how to make each change of `changes` safely that somebody feels, readers by name."""
    return tuple(
        Recipe(
            rule=change.rule,
            fingerprint=change.fingerprint,
            dataset=change.dataset,
            column=change.column,
            location=change.location,
            steps=tuple(filled(step, change) for step in pack.rules[change.rule].safely),
            readers=readers,
        )
        for change in changes
        if change.rule in SHARED and change.rule in pack.rules
        if (readers := tuple(_named(_readers(change, fixes), owners)))
    )


def _readers(change: Change, fixes: Fixes) -> Iterator[Location]:
    """Yield where a change is felt at once: by an edit, by hand, or in a job that takes it."""
    for fix in fixes.fixes:
        if change.fingerprint in fix.fingerprints:
            yield Location(fix.file, fix.lines[0] if fix.lines else 1)
    for one in fixes.by_hand:
        if one.fingerprint == change.fingerprint:
            yield Location(one.file, one.line)
    for path in change.impact.paths:
        for hop in path.hops[:1]:
            if hop.source.dataset == change.dataset:
                yield hop.location


def _named(readers: Iterable[Location], owners: Owners) -> Iterator[str]:
    files: dict[str, int] = {}
    for at in readers:
        files.setdefault(at.file, at.line)
    for file, line in list(files.items())[:MOST_READERS]:
        who = " ".join(owners(file))
        yield f"{file}:{line} ({who})" if who else f"{file}:{line}"
    if len(files) > MOST_READERS:
        yield f"and {len(files) - MOST_READERS} more"


def advised(changes: Sequence[Change], fixes: Fixes) -> tuple[Change, ...]:
    """Return `changes` with what `guardian fix` can do said in the advice of each.

    Of a type the recipe stands there, as no edit of a reader makes it the old one.
    """
    return tuple(
        msgspec.structs.replace(change, fix=said) if (said := _said(change, fixes)) else change
        for change in changes
    )


def _said(change: Change, fixes: Fixes) -> str:
    own = (one for one in fixes.recipes if one.fingerprint == change.fingerprint)
    recipe = next(own, None) if change.rule == "column-type-changed" else None
    if recipe is not None and change.fingerprint:
        return f"{' '.join(recipe.steps)} Readers: {_listed(recipe.readers)}."
    advice = _advice(change, fixes)
    return f"{change.fix} {advice}" if advice else ""


def _advice(change: Change, fixes: Fixes) -> str:
    edited = [one.file for one in fixes.fixes if change.fingerprint in one.fingerprints]
    left = [
        f"{one.file}:{one.line}" for one in fixes.by_hand if one.fingerprint == change.fingerprint
    ]
    said = []
    if edited and change.fingerprint:
        said.append(f"`guardian fix --write` edits {_listed(edited)}.")
    if left and change.fingerprint:
        said.append(f"By hand: {_listed(left)}.")
    return " ".join(said)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name.replace('`', '')}`" for name in dict.fromkeys(names[:3]))
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown
