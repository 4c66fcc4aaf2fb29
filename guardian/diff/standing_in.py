"""Inputs that take the place of others: one exchanged for another is one change."""

from collections.abc import Iterable


def stand_ins(new: Iterable[str], gone: Iterable[str]) -> dict[str, str]:
    """Return each input that another takes the place of, and that one, by the other's name.

    Two of the same name in another schema, and what is left where that is one on either side.
    """
    new, gone = sorted(new), sorted(gone)
    found: dict[str, str] = {}
    for name in new:
        same = [old for old in gone if _last(old) == _last(name)]
        if len(same) == 1 and same[0] not in found:
            found |= {name: same[0], same[0]: name}
    left = [name for name in new if name not in found], [old for old in gone if old not in found]
    if len(left[0]) == len(left[1]) == 1:
        found |= {left[0][0]: left[1][0], left[1][0]: left[0][0]}
    return found


def _last(name: str) -> str:
    """Return what a dataset is called without its schema or folder."""
    return name.rstrip("/").rpartition("/" if "/" in name else ".")[2].casefold()
