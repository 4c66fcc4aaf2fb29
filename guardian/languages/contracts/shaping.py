"""Other forms of contracts are put into the standard's shape, with the lines of their authors."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from guardian.languages.safe_yaml import LinedDict

_ISO = re.compile(r"P(?:T?)(\d{1,9})([YMWDHS])", re.IGNORECASE)
_PLAIN = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*([a-zA-Z]+|%)?")
_ISO_UNITS = {"Y": "y", "M": "mo", "W": "w", "D": "d", "H": "h", "S": "s"}


def shaped(line: int, values: Mapping[str, Any]) -> LinedDict:
    """Return a mapping all of whose keys stand in `line`; those without a value are left out."""
    made = LinedDict({key: value for key, value in values.items() if value not in (None, "", [])})
    made.line, made.lines = line, dict.fromkeys(made, line)
    return made


def entries(value: object) -> Iterator[tuple[str, LinedDict, int]]:
    """Yield name, entry and line of what is listed: by name, or each with a `name` of its own."""
    if isinstance(value, LinedDict):
        for name, entry in value.items():
            line = value.lines.get(name, value.line)
            yield str(name), entry if isinstance(entry, LinedDict) else shaped(line, {}), line
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, LinedDict):
            name = entry.get("name") or entry.get("column") or entry.get("column_name")
            if name:
                yield str(name), entry, entry.line


def period(value: object) -> tuple[object, str]:
    """Return the number and the unit of a span of time: `25h`, `P1Y`; else the text and no unit."""
    text = str(value).strip()
    iso = _ISO.fullmatch(text)
    if iso:
        minutes = text.upper().startswith("PT") and iso[2].upper() == "M"
        return int(iso[1]), "min" if minutes else _ISO_UNITS[iso[2].upper()]
    plain = _PLAIN.fullmatch(text)
    if plain:
        return float(plain[1]), plain[2] or ""
    return value, ""


def level(name: str, line: int, value: object, unit: str = "") -> LinedDict:
    """Return a service level in the standard's shape."""
    number, found = period(value)
    return shaped(line, {"property": name, "value": number, "unit": unit or found})
