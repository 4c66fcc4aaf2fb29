"""Versions of contracts, by semantic versioning: what a bump says of what happened."""

import re
from collections.abc import Iterable, Mapping
from enum import IntEnum

from guardian.contracts.intervals import Direction
from guardian.model.contract import Compatibility

_VERSION = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9})(?:\.(\d{1,9}))?(?:[-+].{0,100})?)?")
_FIRST_YEAR = 1900  # a number as large as that in front is a date, which says nothing of breaks


class Bump(IntEnum):
    """How far a version moves."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


def kind_of_bump(before: str, after: str) -> Bump | None:
    """Return what a version does; None where either is none, or where it goes back."""
    old, new = _parts(before), _parts(after)
    if old is None or new is None or new < old:
        return None
    for bump, one, other in zip((Bump.MAJOR, Bump.MINOR, Bump.PATCH), old, new, strict=True):
        if other > one:
            return bump
    return Bump.NONE


def expected(
    directions: Iterable[Direction], before: str = "1", mode: Compatibility = "CONSUMER"
) -> Bump | None:
    """Return the smallest bump that does justice to what happened; None where nothing did.

    What breaks somebody is major: by the mode, whoever relies on a weaker promise, or whoever has
    to keep a stronger one. Before version 1 a minor one will do, as semantic versioning has it.
    """
    found = set(directions)
    if not found:
        return None
    wanted = Bump.PATCH
    if found & {"tightens", "loosens", "both"}:
        wanted = Bump.MAJOR if found & _BREAKING[mode] else Bump.MINOR
    parts = _parts(before)
    return min(wanted, Bump.MINOR) if parts and parts[0] == 0 else wanted


_BREAKING: Mapping[Compatibility, frozenset[Direction]] = {
    "CONSUMER": frozenset({"loosens", "both"}),
    "PRODUCER": frozenset({"tightens", "both"}),
    "FULL": frozenset({"tightens", "loosens", "both"}),
    "NONE": frozenset(),
}


def _parts(version: str) -> tuple[int, int, int] | None:
    found = _VERSION.fullmatch(version.strip())
    if found is None:
        return None
    major, minor, patch = (int(part) if part else 0 for part in found.groups())
    return (major, minor, patch) if major < _FIRST_YEAR else None
