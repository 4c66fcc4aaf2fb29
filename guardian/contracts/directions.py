"""Whether a changed promise is a stronger or a weaker one."""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction

from guardian.contracts import intervals, scales
from guardian.contracts.intervals import Direction
from guardian.model import types
from guardian.model.contract import Check, Clause, ClauseKind, Interval, TypeName

_KEYS: frozenset[ClauseKind] = frozenset({"primary-key", "unique-key"})
_INTERVALS: frozenset[ClauseKind] = frozenset({"range", "length", "items"})
# Nothing is promised by these: what they say is told apart from what holds.
_NOTICES: frozenset[ClauseKind] = frozenset({
    "deprecated", "classification", "tag", "encrypted", "critical", "status", "compatibility",
})  # fmt: skip
# Names that are compared with what they name, and spellings of what is compared elsewhere.
_SPELLINGS: frozenset[ClauseKind] = frozenset({"dataset", "column", "identity"})


def added(clause: Clause) -> Direction | None:
    """Return what a new clause does to its contract; None where it takes nothing from anybody."""
    if clause.kind in {"location", "order", *_SPELLINGS} - {"column"}:
        return None
    return "undetermined" if clause.kind in {"role", *_NOTICES} else "tightens"


def removed(clause: Clause) -> Direction | None:
    """Return what it does to a contract that a clause is gone."""
    if clause.kind in {"order", *_SPELLINGS} - {"column"}:
        return None
    return "undetermined" if clause.kind in _NOTICES else "loosens"


def changed(base: Clause, head: Clause) -> Direction | None:
    """Return what it does that a clause says something else; None where it says the same."""
    before, after = base.value, head.value
    if before == after or base.kind in _SPELLINGS:
        return None
    match before, after:
        case TypeName(), TypeName():
            return _of_types(before, after)
        case tuple(), tuple() if base.kind == "order":
            return _of_order(before, after)
        case tuple(), tuple() if base.kind == "values":
            return _of_sets(frozenset(before), frozenset(after))
        case tuple(), tuple() if base.kind in _KEYS:
            # Fewer columns are a stronger key; their order promises nothing.
            return of_keys(frozenset(before), frozenset(after))
        case Interval(), Interval() if base.kind in _INTERVALS:
            return intervals.of_intervals(before, after)
        case Check(), Check():
            return _of_checks(before, after)
        case _ if base.kind == "service-level":
            return _of_moves(scales.level(base.name, before, after))
        case float(), float() if base.kind == "multiple":
            return _of_multiples(before, after)
        case str(), str() if base.kind == "format" and not base.name:
            return _of_moves(scales.width(before, after))
        case _:
            return "both" if base.kind in {"location", "reference"} else "undetermined"


def together(found: Sequence[Direction]) -> Direction | None:
    """Return what several steps do at once; None where there is none."""
    kinds = set(found)
    if "both" in kinds or {"tightens", "loosens"} <= kinds:
        return "both"
    if "undetermined" in kinds:
        return "undetermined"
    return kinds.pop() if kinds else None


def _of_moves(move: int | None) -> Direction | None:
    """Return the direction of what grew in what it allows (-1), shrank (1), or did neither (0)."""
    if move is None:
        return "undetermined"
    return ("tightens" if move > 0 else "loosens") if move else None


def _of_sets(before: frozenset[str], after: frozenset[str]) -> Direction | None:
    if before == after:
        return None
    if before < after:
        return "loosens"
    return "tightens" if after < before else "both"


def of_keys(before: frozenset[str], after: frozenset[str]) -> Direction | None:
    """Return what another key does: each value of fewer columns is unique, which is more."""
    return _of_sets(before, after)


def _of_order(before: Sequence[str], after: Sequence[str]) -> Direction | None:
    """Return whether a column that stays is found elsewhere.

    What only moves up because a column before it is gone is told with that column.
    """
    left = [name for name in before if name in set(after)]
    return None if list(after[: len(left)]) == left else "both"


def _of_multiples(before: float, after: float) -> Direction:
    """Return what another step does: each multiple of 10 is one of 5."""
    old, new = abs(Fraction(str(before))), abs(Fraction(str(after)))
    if not old or not new:
        return "undetermined"
    if (old / new).denominator == 1:
        return "loosens"
    return "tightens" if (new / old).denominator == 1 else "both"


# --- types ---------------------------------------------------------------------------------------

_TYPES: Mapping[types.Direction, Direction] = {
    "widening": "loosens", "narrowing": "tightens", "": "both",
}  # fmt: skip


def _of_types(before: TypeName, after: TypeName) -> Direction | None:
    """Return what another type does: a wider one loosens, another family does both.

    The engine's names count where both are known; one that is newly told is no change in itself.
    """
    if before.physical and after.physical:
        found = types.direction(before.physical, after.physical)
        if found or not types.same(before.physical, after.physical):
            return _TYPES[found]
    return _of_families(_family(before), _family(after))


def _family(name: TypeName) -> str:
    return name.logical or types.family(name.physical)


def _of_families(before: str, after: str) -> Direction | None:
    if not before or not after or before == after:
        return None
    if (before, after) == ("integer", "number"):
        return "loosens"
    return "tightens" if (before, after) == ("number", "integer") else "both"


# --- rules about the data ------------------------------------------------------------------------

_SEVERITIES = {"info": 0, "warning": 1, "": 2, "error": 2, "critical": 3}


def _of_checks(before: Check, after: Check) -> Direction | None:
    """Return what it does that a rule has another threshold, or matters more or less."""
    if (before.metric, before.query, before.unit) != (after.metric, after.query, after.unit):
        return "undetermined"
    found = [
        _of_arguments(before, after) if before.arguments != after.arguments else None,
        intervals.of_allowed((before.within, before.outside), (after.within, after.outside)),
        _of_severities(before.severity, after.severity),
    ]
    return together([direction for direction in found if direction])


def _of_severities(before: str, after: str) -> Direction | None:
    old, new = _SEVERITIES.get(before), _SEVERITIES.get(after)
    if before == after or old == new is not None:
        return None
    if old is None or new is None:
        return "undetermined"
    return "tightens" if new > old else "loosens"


def _of_arguments(before: Check, after: Check) -> Direction:
    """Return what it does that a rule counts by other values, which then are more or fewer."""
    old, new = _arguments(before), _arguments(after)
    differing = [key for key in {*old, *new} if old.get(key) != new.get(key)]
    sign = _COUNTED.get(differing[0]) if len(differing) == 1 else None
    limit = after.within
    if sign is None or limit is None or limit != before.within or limit.low is not None:
        return "undetermined"
    values = [{json.dumps(one) for one in side.get(differing[0]) or ()} for side in (old, new)]
    more = _of_sets(frozenset(values[0]), frozenset(values[1]))
    if more not in {"tightens", "loosens"}:
        return "undetermined"
    return "tightens" if (more == "loosens") is (sign > 0) else "loosens"


# Whether more values in a list make more rows count: as missing they do, as valid fewer.
_COUNTED = {"missingValues": 1, "validValues": -1}


def _arguments(check: Check) -> dict[str, list[object]]:
    found = json.loads(check.arguments) if check.arguments else {}
    if not isinstance(found, dict):
        return {"": [found]}
    return {key: item if isinstance(item, list) else [item] for key, item in found.items()}
