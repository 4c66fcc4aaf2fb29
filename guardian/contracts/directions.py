"""Whether a changed promise is a stronger or a weaker one."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from guardian.model.contract import Bound, Check, Clause, ClauseKind, Interval, TypeName
from guardian.model.types import direction as type_direction

Direction: TypeAlias = Literal["tightens", "loosens", "both", "undetermined"]

_End: TypeAlias = tuple[Bound | None, bool]

# Of a service level: whether a smaller number promises more, or a larger one.
_SMALLER_IS_MORE = frozenset({
    "latency", "freshness", "frequency", "timetodetect", "timetonotify", "timetorepair",
    "errorrate",
})  # fmt: skip
_LARGER_IS_MORE = frozenset({"retention", "availability", "throughput"})
_KEYS: frozenset[ClauseKind] = frozenset({"primary-key", "unique-key"})
_INTERVALS: frozenset[ClauseKind] = frozenset({"range", "length", "items"})
# Nothing is promised by these: what they say is told apart from what holds.
_NOTICES: frozenset[ClauseKind] = frozenset({"deprecated", "classification", "tag", "encrypted"})


def added(clause: Clause) -> Direction:
    """Return what a new clause does to its contract."""
    return "undetermined" if clause.kind in _NOTICES else "tightens"


def removed(clause: Clause) -> Direction:
    """Return what it does to a contract that a clause is gone."""
    return "undetermined" if clause.kind in _NOTICES else "loosens"


def changed(base: Clause, head: Clause) -> Direction | None:
    """Return what it does that a clause says something else; None where it says the same."""
    before, after = base.value, head.value
    if before == after or base.kind in {"dataset", "column"}:
        return None
    match before, after:
        case TypeName(), TypeName():
            return _of_types(before, after)
        case tuple(), tuple() if base.kind == "values":
            return _of_sets(frozenset(before), frozenset(after))
        case tuple(), tuple() if base.kind in _KEYS:
            # Fewer columns are a stronger key; their order promises nothing.
            found = _of_sets(frozenset(before), frozenset(after))
            return None if set(before) == set(after) else found
        case Interval(), Interval() if base.kind in _INTERVALS:
            return _of_intervals(before, after)
        case Check(), Check():
            return _of_checks(before, after)
        case float(), float() if base.kind == "service-level":
            return _of_levels(base.name.split()[0].lower(), before, after)
        case _:
            return "undetermined"


def _of_sets(before: frozenset[str], after: frozenset[str]) -> Direction:
    if before < after:
        return "loosens"
    return "tightens" if after < before else "both"


def _of_types(before: TypeName, after: TypeName) -> Direction | None:
    """Return what another type does: a wider one loosens, another family does both."""
    if before.physical and after.physical:
        found = type_direction(before.physical, after.physical)
        if before.logical in {after.logical, ""} or found:
            return _TYPES[found] if before.physical != after.physical else _families(before, after)
        return "both"
    return _families(before, after)


_TYPES: Mapping[str, Direction] = {"widening": "loosens", "narrowing": "tightens", "": "both"}


def _families(before: TypeName, after: TypeName) -> Direction | None:
    """Return what another logical type does; one that is newly told, or no more, is no change."""
    if not before.logical or not after.logical or before.logical == after.logical:
        return None
    if (before.logical, after.logical) == ("integer", "number"):
        return "loosens"
    return "tightens" if (before.logical, after.logical) == ("number", "integer") else "both"


def _of_levels(level: str, before: float, after: float) -> Direction:
    more = after > before
    if level in _SMALLER_IS_MORE:
        return "loosens" if more else "tightens"
    if level in _LARGER_IS_MORE:
        return "tightens" if more else "loosens"
    return "undetermined"


_SEVERITIES = {"info": 0, "warning": 1, "": 2, "error": 2, "critical": 3}


def _of_checks(before: Check, after: Check) -> Direction:
    """Return what it does that a rule has another threshold, or matters more or less."""
    if _asked(before) != _asked(after):
        return "undetermined"
    found: set[Direction] = set()
    if before.within != after.within:
        found.add(_of_intervals(before.within or Interval(), after.within or Interval()))
    if before.outside != after.outside:
        found.add(
            _inverse(_of_intervals(before.outside or Interval(), after.outside or Interval()))
        )
    old, new = _SEVERITIES.get(before.severity), _SEVERITIES.get(after.severity)
    if before.severity != after.severity:
        if old is None or new is None:
            return "undetermined"
        if old != new:
            found.add("tightens" if new > old else "loosens")
    return found.pop() if len(found) == 1 else ("both" if found else "undetermined")


def _asked(check: Check) -> tuple[str, ...]:
    return check.metric, check.arguments, check.query, check.unit


def _inverse(direction: Direction) -> Direction:
    match direction:
        case "tightens":
            return "loosens"
        case "loosens":
            return "tightens"
        case _:
            return direction


def _of_intervals(before: Interval, after: Interval) -> Direction:
    """Return what another interval does: one that lies within the earlier one tightens."""
    low = _end((before.low, before.low_open), (after.low, after.low_open), sign=1)
    high = _end((before.high, before.high_open), (after.high, after.high_open), sign=-1)
    if None in (low, high):
        return "undetermined"
    moves = {move for move in (low, high) if move}
    if len(moves) == 1:
        return "tightens" if moves == {1} else "loosens"
    return "both" if moves else "undetermined"


def _end(base: _End, head: _End, *, sign: int) -> int | None:
    """Return 1 where an end of an interval moved inwards, -1 outwards, 0 not at all.

    `sign` is 1 for the lower end. None where the two cannot be compared.
    """
    (before, was_open), (after, now_open) = base, head
    if before is None or after is None:
        return (after is not None) - (before is not None)
    if isinstance(before, float) and isinstance(after, float):
        moved = (after > before) - (after < before)
    elif isinstance(before, str) and isinstance(after, str) and len(before) == len(after):
        moved = (after > before) - (after < before)  # dates and times, written as ISO 8601 does
    else:
        return None if before != after else 0
    return moved * sign if moved else now_open - was_open
