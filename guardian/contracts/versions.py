"""Versions of contracts, by semantic versioning: what a bump says of what happened."""

import re
from collections.abc import Iterable
from enum import IntEnum

from guardian.contracts.directions import Direction

_VERSION = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:[-+].{0,100})?")


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


def expected(directions: Iterable[Direction]) -> Bump | None:
    """Return the smallest bump that does justice to what happened; None where nothing did.

    A promise that is weaker, or another one, breaks whoever relies on it; a stronger one is new.
    """
    found = set(directions)
    if not found:
        return None
    if found & {"loosens", "both"}:
        return Bump.MAJOR
    return Bump.MINOR if "tightens" in found else Bump.PATCH


def _parts(version: str) -> tuple[int, int, int] | None:
    found = _VERSION.fullmatch(version.strip())
    if found is None:
        return None
    major, minor, patch = (int(part) if part else 0 for part in found.groups())
    return major, minor, patch
