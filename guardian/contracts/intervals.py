"""Intervals against intervals: what lies within one and not within the other."""

from collections.abc import Iterator
from typing import Literal, TypeAlias

from guardian.contracts import scales
from guardian.model.contract import Bound, Interval

Direction: TypeAlias = Literal["tightens", "loosens", "both", "undetermined"]
Allowed: TypeAlias = tuple[Interval | None, Interval | None]
"""What values must lie within, and what they must stay outside of; None is no limit."""

_End: TypeAlias = tuple[Bound | None, bool]


def of_intervals(before: Interval, after: Interval) -> Direction | None:
    """Return what another interval does: one that lies within the earlier one tightens.

    None where nothing does.
    """
    low = _end((before.low, before.low_open), (after.low, after.low_open), sign=1)
    high = _end((before.high, before.high_open), (after.high, after.high_open), sign=-1)
    if low is None or high is None:
        return "undetermined"
    moves = {move for move in (low, high) if move}
    if len(moves) == 2:
        return "both"
    return ("tightens" if moves == {1} else "loosens") if moves else None


def of_allowed(before: Allowed, after: Allowed) -> Direction | None:
    """Return what other limits do, those that ask and those that forbid taken together."""
    if before == after:
        return None
    old, new = tuple(_parts(*before)), tuple(_parts(*after))
    moves = [[of_intervals(one, other) for other in new] for one in old]
    if any("undetermined" in row for row in moves):
        return "undetermined"
    shrinks = all("tightens" in row or None in row for row in zip(*moves, strict=True))
    grows = all("loosens" in row or None in row for row in moves)
    if shrinks and grows:
        return None
    if shrinks:
        return "tightens"
    return "loosens" if grows else "both"


def _parts(within: Interval | None, outside: Interval | None) -> Iterator[Interval]:
    """Yield what is left of an interval, in one piece or two, after another is taken out of it."""
    whole = within or Interval()
    if outside is None:
        yield whole
        return
    if outside.low is not None:
        yield from _cut(whole, Interval(high=outside.low, high_open=not outside.low_open))
    if outside.high is not None:
        yield from _cut(whole, Interval(low=outside.high, low_open=not outside.high_open))


def _cut(whole: Interval, half: Interval) -> Iterator[Interval]:
    """Yield what two intervals share, nothing where they share nothing."""
    lows = (whole.low, whole.low_open), (half.low, half.low_open)
    low = lows[1] if _end(*lows, sign=1) == 1 else lows[0]
    highs = (whole.high, whole.high_open), (half.high, half.high_open)
    high = highs[1] if _end(*highs, sign=-1) == 1 else highs[0]
    order = scales.compared(low[0], high[0]) if low[0] is not None and high[0] is not None else 1
    if order is None or order > 0 or (order == 0 and not low[1] and not high[1]):
        yield Interval(low=low[0], low_open=low[1], high=high[0], high_open=high[1])


def _end(base: _End, head: _End, *, sign: int) -> int | None:
    """Return 1 where an end of an interval moved inwards, -1 outwards, 0 not at all.

    `sign` is 1 for the lower end. None where the two cannot be compared.
    """
    (before, was_open), (after, now_open) = base, head
    if before is None or after is None:
        return (after is not None) - (before is not None)
    moved = scales.compared(before, after)
    if moved is None:
        return None
    return moved * sign if moved else now_open - was_open
