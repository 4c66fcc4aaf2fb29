"""Durations as contracts write them: a number and a unit."""

from collections.abc import Mapping

# An average year and month, as the standard has no calendar.
_SECONDS: Mapping[str, float] = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1,
    "min": 60, "minute": 60, "minutes": 60,
    "h": 3_600, "hr": 3_600, "hrs": 3_600, "hour": 3_600, "hours": 3_600,
    "d": 86_400, "day": 86_400, "days": 86_400,
    "w": 604_800, "week": 604_800, "weeks": 604_800,
    "mo": 2_629_800, "month": 2_629_800, "months": 2_629_800,
    "y": 31_557_600, "yr": 31_557_600, "yrs": 31_557_600, "year": 31_557_600, "years": 31_557_600,
}  # fmt: skip


def seconds(number: float, unit: str) -> float | None:
    """Return `number` of `unit` in seconds, None where the unit is none of time."""
    one = _SECONDS.get(unit.strip().lower())
    return None if one is None else number * one
