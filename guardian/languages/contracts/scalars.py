"""Single values of a contract's YAML: texts, bounds, lists of mappings, canonical JSON."""

import datetime
import json
import math
import re
from collections.abc import Mapping
from typing import Any

from guardian.languages.safe_yaml import LinedDict
from guardian.model.contract import Bound

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.{0,30}", re.IGNORECASE)
_TIME = re.compile(r"\d\d:\d\d(?::\d\d)?")


def text(value: object) -> str:
    """Return a value as text, empty for none: `true`, a date as ISO 8601 has it, JSON."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime.date():
            return value.isoformat()
        case dict() | list():
            return canonical(value)
        case _:
            return str(value).strip()


def spaced(value: object) -> str:
    """Return a text on one line, whatever blanks and line ends were in it."""
    return " ".join(text(value).split())


def canonical(value: object) -> str:
    """Return a value as JSON in which the order of keys does not matter, empty for none."""
    if value is None:
        return ""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {text(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool | int | float | str | None) else text(value)


def bound(value: object) -> Bound | None:
    """Return what values may be compared with: a number, else a text; a moment in UTC.

    None where nothing is said, or what no value can be compared with: infinity, not a number.
    """
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return moment(text(value))


def number(value: float) -> float | None:
    """Return a number as a float; None where it is not finite, or too large to be one."""
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def moment(written: str) -> str:
    """Return a date with a time, or a time, in one spelling; any other text as it is."""
    try:
        if _MOMENT.fullmatch(written):
            found = datetime.datetime.fromisoformat(written.upper().replace(" ", "T", 1))
            return (found.astimezone(datetime.UTC) if found.tzinfo else found).isoformat()
        if _TIME.fullmatch(written):
            return datetime.time.fromisoformat(written).isoformat()
    except (ValueError, OverflowError):
        pass
    return written


def mappings(value: object) -> list[LinedDict]:
    """Return the mappings of a list; nothing where it is none."""
    return (
        [item for item in value if isinstance(item, LinedDict)] if isinstance(value, list) else []
    )


def line(entry: LinedDict, key: str) -> int:
    """Return the line of a key, that of its mapping where the key is not there."""
    return entry.lines.get(key, entry.line)


def listed(value: Any) -> list[str]:
    """Return the texts of a list, or of the one value that stands for a list."""
    if value is None:
        return []
    return [text(item) for item in value] if isinstance(value, list) else [text(value)]
