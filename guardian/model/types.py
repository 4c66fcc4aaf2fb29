"""Whether a change of type keeps every value: widening, narrowing, or neither can be said."""

import re
from collections.abc import Sequence
from typing import Literal

Direction = Literal["widening", "narrowing", ""]

_TYPE = re.compile(r"\s*([a-z][a-z0-9_ ]*?)\s*(?:\(\s*([\d\s,]*|max)\s*\))?\s*", re.IGNORECASE)
_SYNONYMS = {
    "integer": "int", "int4": "int", "int32": "int", "int8": "bigint", "int64": "bigint",
    "long": "bigint", "short": "smallint", "int2": "smallint", "int16": "smallint",
    "byte": "tinyint", "real": "float", "float4": "float", "float8": "double",
    "float64": "double", "double precision": "double", "numeric": "decimal", "number": "decimal",
    "bigdecimal": "bignumeric",
    "string": "text", "character varying": "varchar", "nvarchar": "varchar", "nchar": "char",
    "character": "char", "bpchar": "char", "datetime": "timestamp", "datetime2": "timestamp",
    "timestamp without time zone": "timestamp", "timestamp_ntz": "timestamp",
}  # fmt: skip
# decimal digits that each integer may need, and those that a float holds exactly
_INTEGERS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}
_FLOATS = {"float": 7, "double": 15}
_TEXTS = frozenset({"char", "varchar", "text"})
_ENDLESS = 10**9


def direction(before: str, after: str) -> Direction:
    """Return `widening` if each value of `before` is one of `after`, `narrowing` the other way.

    A list, a map or a record with the same fields goes as what is in it goes. Empty where neither
    holds, or where a type is not known well enough to tell.
    """
    inner, outer = _parts(before), _parts(after)
    if inner is not None and outer is not None:
        return _of_parts(inner, outer)
    old, new = _read(before), _read(after)
    if old is None or new is None or old == new:
        return ""
    if _fits(old, new):
        return "" if _fits(new, old) else "widening"
    return "narrowing" if _fits(new, old) else ""


def same(before: str, after: str) -> bool:
    """Return whether two spellings name one type: `int` and `integer`, `varchar` and `string`."""
    inner, outer = _parts(before), _parts(after)
    if inner is not None and outer is not None:
        pairs = zip(inner[1], outer[1], strict=False)
        return _head(inner) == _head(outer) and all(same(old[1], new[1]) for old, new in pairs)
    old, new = _read(before), _read(after)
    if old is None or new is None:
        return "".join(before.lower().split()) == "".join(after.lower().split())
    alike = _fits(old, new) and _fits(new, old)
    return old == new or (alike and "char" not in {old[0], new[0]})


_Parts = tuple[str, tuple[tuple[str, str], ...]]
_PARTED = re.compile(r"\s*(array|list|map|struct|row)\s*<(.*)>\s*", re.IGNORECASE | re.DOTALL)
_LONGEST = 4_000
MOST_DEEPLY = 40
_NAMED = frozenset({"struct", "row"})


def _parts(text: str) -> _Parts | None:
    """Return what a list, a map or a record is made of, each part with its name if it has one."""
    readable = len(text) <= _LONGEST and text.count("<") <= MOST_DEEPLY
    found = _PARTED.fullmatch(text) if readable else None
    if found is None:
        return None
    kind, parts = found[1].lower(), []
    for part in _split(found[2]):
        name, colon, of = part.partition(":")
        named = kind in _NAMED and bool(colon)
        parts.append((name.strip().lower(), of) if named else ("", part))
    return kind, tuple(parts)


def _split(text: str) -> list[str]:
    """Return what stands between the commas that are in no brackets."""
    found, depth, start = [], 0, 0
    for at, mark in enumerate(text):
        depth += (mark in "<(") - (mark in ">)")
        if mark == "," and not depth:
            found.append(text[start:at])
            start = at + 1
    return [*found, text[start:]]


def _head(parts: _Parts) -> tuple[str, tuple[str, ...]]:
    return parts[0], tuple(name for name, _ in parts[1])


def _of_parts(before: _Parts, after: _Parts) -> Direction:
    if _head(before) != _head(after):
        return ""
    found: set[Direction] = set()
    for (_, old), (_, new) in zip(before[1], after[1], strict=True):
        if not same(old, new):
            found.add(direction(old, new))
    return found.pop() if len(found) == 1 else ""


def _read(text: str) -> tuple[str, tuple[int, ...]] | None:
    found = _TYPE.fullmatch(text)
    if found is None or len(text) > 100:
        return None
    name = " ".join(found[1].lower().split())
    name = _SYNONYMS.get(name, name)
    if found[2] is None:
        return name, ()
    if found[2].lower() == "max":
        return "text", ()
    return name, tuple(int(size) for size in found[2].split(",") if size.strip())


def _fits(inner: tuple[str, tuple[int, ...]], outer: tuple[str, tuple[int, ...]]) -> bool:
    (name, sizes), (into, room) = inner, outer
    if name in _TEXTS and into in _TEXTS:
        return _length(name, sizes) <= _length(into, room)
    if into == "bignumeric" and not room:
        return name in {"decimal", *_INTEGERS}  # of BigQuery: 38 digits before and behind the point
    if into == "decimal":
        whole, fraction = _digits(name, sizes)
        most_whole, most_fraction = _digits(into, room)
        return whole <= most_whole and fraction <= most_fraction
    if into in _FLOATS:
        if name in _FLOATS:
            return _FLOATS[name] <= _FLOATS[into]
        return name in _INTEGERS and _INTEGERS[name] <= _FLOATS[into]
    if into in _INTEGERS:
        return name in _INTEGERS and _INTEGERS[name] <= _INTEGERS[into]
    return name == "date" and into == "timestamp"


def _length(name: str, sizes: Sequence[int]) -> int:
    if sizes:
        return sizes[0]
    return 1 if name == "char" else _ENDLESS


def _digits(name: str, sizes: Sequence[int]) -> tuple[int, int]:
    """Return the digits before and behind the point; what is no exact number fits nowhere."""
    if name in _INTEGERS:
        return _INTEGERS[name], 0
    if name != "decimal" or not sizes:
        return _ENDLESS, _ENDLESS
    fraction = sizes[1] if len(sizes) > 1 else 0
    return sizes[0] - fraction, fraction


_FAMILIES = {
    "integer": frozenset({
        *_INTEGERS, "mediumint", "hugeint", "serial", "bigserial", "uint", "ubigint",
    }),
    "number": frozenset({*_FLOATS, "decimal", "bignumeric", "money", "smallmoney"}),
    "string": frozenset({*_TEXTS, "clob", "uuid", "uniqueidentifier", "ntext", "enum"}),
    "boolean": frozenset({"boolean", "bool", "bit"}),
    "date": frozenset({"date"}),
    "timestamp": frozenset({
        "timestamp", "timestamptz", "timestamp with time zone", "timestamp with local time zone",
        "timestamp_tz", "timestamp_ltz", "datetimeoffset", "smalldatetime",
    }),
    "time": frozenset({"time", "timetz", "time without time zone", "time with time zone"}),
    "binary": frozenset({"binary", "varbinary", "bytes", "bytea", "blob", "image"}),
}  # fmt: skip
_NESTED = re.compile(
    r"\s*(array|list|map|struct|row|record|object|json|jsonb|variant|super)\b", re.IGNORECASE
)
_NESTED_FAMILIES = {"array": "array", "list": "array", "map": "map"}


def family(text: str) -> str:
    """Return what kind of value a type holds, by the names of the contract standard.

    `integer`, `number`, `string`, `boolean`, `date`, `timestamp`, `time`, `binary`, `array`, `map`,
    `object`; empty where the type is none that we know.
    """
    if text.rstrip().endswith("[]"):
        return "array"
    nested = _NESTED.match(text)
    if nested is not None:
        return _NESTED_FAMILIES.get(nested[1].lower(), "object")
    found = _read(text)
    if found is None:
        return ""
    return next((kind for kind, names in _FAMILIES.items() if found[0] in names), "")


def length(text: str) -> int | None:
    """Return how many characters a text type holds; None where it is none, or has no limit."""
    found = _read(text)
    if found is None or found[0] not in _TEXTS:
        return None
    most = _length(*found)
    return None if most == _ENDLESS else most


def fits(written: str, promised: str) -> bool | None:
    """Return whether each value of a written type is one of the promised; None if unknown."""
    one, other = _read(written), _read(promised)
    if one is None or other is None or not family(written) or not family(promised):
        return None
    return one == other or _fits(one, other)
