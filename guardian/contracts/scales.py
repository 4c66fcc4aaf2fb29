"""What two amounts of a contract can be compared on: numbers, dates, times of day, widths."""

import datetime
import re
from typing import TypeAlias

from guardian.model.contract import Bound, Value

# Of a service level: whether a smaller amount promises more, or a larger one.
_SMALLER_IS_MORE = frozenset({
    "latency", "freshness", "frequency", "timetodetect", "timetonotify", "timetorepair",
    "errorrate", "timeofavailability", "generalavailability",
})  # fmt: skip
_LARGER_IS_MORE = frozenset({
    "retention", "availability", "throughput", "endofsupport", "endoflife", "coverage",
    "completeness",
})  # fmt: skip
_AMOUNT = re.compile(r"(-?\d{1,15}(?:\.\d{1,15})?)\s*(\D.{0,30})?")
_WIDTH = re.compile(r"([iuf])(8|16|32|64|128)")

# A scale and a place on it: amounts on one scale can be compared.
_Place: TypeAlias = tuple[str, float]


def compared(before: Bound, after: Bound) -> int | None:
    """Return 1 where the second of two bounds is larger, -1 where it is smaller, 0 for equals.

    None where they have no order that is known: a number and a date, two words.
    """
    if before == after:
        return 0
    old, new = _place(before), _place(after)
    if old is None or new is None or old[0] != new[0]:
        return None
    return (new[1] > old[1]) - (new[1] < old[1])


def level(name: str, before: Value, after: Value) -> int | None:
    """Return 1 where a service level promises more than before, -1 less, 0 the same, else None."""
    if not isinstance(before, float | str) or not isinstance(after, float | str):
        return None
    grown = compared(before, after)
    words = name.lower().split()
    if grown is None or not words:
        return None
    if words[0] in _SMALLER_IS_MORE:
        return -grown
    return grown if words[0] in _LARGER_IS_MORE or not grown else None


def width(before: str, after: str) -> int | None:
    """Return 1 where a number's format holds fewer values than before, -1 more, else None.

    Formats are Rust's names: each `u8` is an `i16`, each `i32` a `f64`.
    """
    old, new = _WIDTH.fullmatch(before.lower()), _WIDTH.fullmatch(after.lower())
    if old is None or new is None:
        return 0 if before == after else None
    if _holds(new, old):
        return -1
    return 1 if _holds(old, new) else None


# Digits in base 2 that are whole numbers of a float.
_MANTISSA = {"16": 11, "32": 24, "64": 53, "128": 113}


def _holds(outer: re.Match[str], inner: re.Match[str]) -> bool:
    (into, room), (kind, size) = outer.groups(), inner.groups()
    needed = int(size) - (kind == "i")
    match into:
        case "f":
            most = _MANTISSA.get(room, 0)
            return _MANTISSA.get(size, 0) <= most if kind == "f" else needed <= most
        case "u":
            return kind == "u" and int(size) <= int(room)
        case _:
            return kind in "iu" and needed <= int(room) - 1


def _place(value: Bound) -> _Place | None:
    if isinstance(value, float | int):
        return "", float(value)
    text = value.strip()
    return _moment(text) or _clock(text) or _amount(text)


def _amount(text: str) -> _Place | None:
    found = _AMOUNT.fullmatch(text)
    return ((found[2] or "").strip().lower(), float(found[1])) if found else None


def _moment(text: str) -> _Place | None:
    if not re.match(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    scale = "moment" if found.tzinfo or len(text) == 10 else "local moment"
    zoned = found if found.tzinfo else found.replace(tzinfo=datetime.UTC)
    return scale, zoned.timestamp()


def _clock(text: str) -> _Place | None:
    if not re.match(r"\d\d:\d\d", text):
        return None
    try:
        found = datetime.time.fromisoformat(text)
    except ValueError:
        return None
    offset = found.utcoffset()
    seconds = found.hour * 3_600.0 + found.minute * 60 + found.second
    scale = "clock" if offset is None else "zoned clock"
    return scale, seconds - (offset.total_seconds() if offset else 0)
