"""What several conditions on one value say together: bounds, choices, and what they leave."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import combinations

from guardian.model.calls import call
from guardian.model.expression import FALSE, NULL, Expression, const, is_const, name_of, plain
from guardian.model.logic import choices, compared, negation
from guardian.model.truth import unequal

COMPARISONS = frozenset({"eq", "neq", "lt", "le"})


def place(constant: Expression) -> Decimal | str | None:
    """Return where a constant stands among its kind; None where engines may differ on that."""
    if not is_const(constant):
        return None
    kind, text = constant.value
    if kind in {"date", "timestamp"}:
        return str(text)
    if kind != "number":
        return None
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return None


def next_day(constant: Expression, days: int) -> Expression | None:
    """Return the date some days later."""
    try:
        found = date.fromisoformat(str(constant.value[1])) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return const("date", found.isoformat())


@dataclass(slots=True)
class _Said:
    """What some conditions say of one value; a bound is (place, constant, whether it is out)."""

    kind: str
    parts: list[Expression] = field(default_factory=list)
    low: tuple[Decimal | str, Expression, bool] | None = None
    high: tuple[Decimal | str, Expression, bool] | None = None
    chosen: list[Expression] | None = None
    refused: list[Expression] = field(default_factory=list)


def together(parts: Sequence[Expression]) -> list[Expression]:
    """Return conditions that must all be true without those that others make superfluous."""
    said: dict[tuple[Expression, str], _Said] = {}
    rest = [part for part in parts if not _note(part, said)]
    for (subject, _), one in said.items():
        rest += one.parts if len(one.parts) < 2 else _left(subject, one)
    return rest


def _note(part: Expression, said: dict[tuple[Expression, str], _Said]) -> bool:
    name = name_of(part)
    if name in {"lt", "le"}:
        left, right = part.args
        subject, constant = (right, left) if is_const(left) else (left, right)
        at = place(constant)
        if at is None or is_const(subject):
            return False
        one = _of(said, subject, constant)
        one.parts.append(part)
        bound = (at, constant, name == "lt")
        if is_const(left):
            one.low = bound if one.low is None else max(one.low, bound, key=_tightness)
        else:
            one.high = bound if one.high is None else min(one.high, bound, key=_looseness)
        return True
    chosen = choices(part)
    refused = choices(negation(part)) if chosen is None and name in {"neq", "not"} else None
    found = chosen or refused
    if found is None or not _comparable(found[1]):
        return False
    one = _of(said, found[0], found[1][0])
    one.parts.append(part)
    if refused:
        one.refused += refused[1]
    elif one.chosen is None:
        one.chosen = list(found[1])
    else:
        one.chosen = [constant for constant in one.chosen if constant in found[1]]
    return True


def _tightness(bound: tuple[Decimal | str, Expression, bool]) -> tuple[Decimal | str, bool]:
    return bound[0], bound[2]


def _looseness(bound: tuple[Decimal | str, Expression, bool]) -> tuple[Decimal | str, bool]:
    return bound[0], not bound[2]


def _of(
    said: dict[tuple[Expression, str], _Said], subject: Expression, constant: Expression
) -> _Said:
    kind = str(constant.value[0])
    return said.setdefault((subject, kind), _Said(kind))


def _comparable(constants: Sequence[Expression]) -> bool:
    kinds = {constant.value[0] for constant in constants}
    return NULL not in constants and len(kinds) == 1


def _left(subject: Expression, said: _Said) -> list[Expression]:
    """Return what is left of several conditions on one value."""
    named = {*(said.chosen or ()), *said.refused, *_constants(said.parts)}
    if not _told_apart(named):
        return said.parts
    if said.chosen is not None:
        kept = [
            constant
            for constant in said.chosen
            if constant not in said.refused and _inside(constant, said)
        ]
        return [call("in", (subject, *kept))] if kept else [FALSE]
    found = [plain("lt" if said.low[2] else "le", (said.low[1], subject))] if said.low else []
    if said.high:
        found.append(plain("lt" if said.high[2] else "le", (subject, said.high[1])))
    if said.low and said.high:
        low, high = said.low[0], said.high[0]
        if low > high or (low == high and (said.low[2] or said.high[2])):  # type: ignore[operator]  # of one kind
            return [FALSE]
        if low == high:
            found = [compared("eq", (subject, said.low[1]))]
    refused = [constant for constant in said.refused if _inside(constant, said)]
    return [*found, *(compared("neq", (subject, constant)) for constant in dict.fromkeys(refused))]


def _constants(parts: Iterable[Expression]) -> Iterable[Expression]:
    return (arg for part in parts for arg in part.args if is_const(arg))


def _told_apart(constants: Iterable[Expression]) -> bool:
    """Return whether every engine tells these constants apart: none differ in case or padding."""
    return all(
        place(one) is not None or unequal(one, other) for one, other in combinations(constants, 2)
    )


def _inside(constant: Expression, said: _Said) -> bool:
    at = place(constant)
    if at is None:
        return said.low is None and said.high is None
    low, high = said.low, said.high
    above = low is None or at > low[0] or (at == low[0] and not low[2])  # type: ignore[operator]
    below = high is None or at < high[0] or (at == high[0] and not high[2])  # type: ignore[operator]
    return above and below


def disjoint(one: Sequence[Expression], other: Sequence[Expression]) -> bool:
    """Return whether no row meets all conditions of `one` and all of `other`."""
    opposite = {negation(part) for part in other}
    if any(part in opposite for part in one):
        return True
    return FALSE in together(
        [part for part in (*one, *other) if name_of(part) in {*COMPARISONS, "in"}]
    )
