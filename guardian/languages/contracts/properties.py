"""The properties of a table in a contract: columns, their fields, items, keys and values.

A field of a column is `address.city`, one of the items of a list as well; the items themselves are
`lines[]`, the keys and values of a map `prices.key` and `prices.value`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from guardian.languages.contracts import quality
from guardian.languages.contracts.scalars import bound, canonical, line, mappings, text
from guardian.languages.safe_yaml import LinedDict
from guardian.model.contract import Bound, Clause, ClauseKind, Interval, TypeName
from guardian.model.names import fold

MOST_DEPTH = 60  # as deep as YAML is read at all
_INTERVALS: tuple[tuple[ClauseKind, str, str, str], ...] = (
    ("range", "", "minimum", "maximum"),
    ("length", "", "minLength", "maxLength"),
    ("items", "", "minItems", "maxItems"),
    ("items", "properties", "minProperties", "maxProperties"),
)
_WHOLE = frozenset({"length", "items"})
_FLAGS: Mapping[str, ClauseKind] = {
    "required": "required", "unique": "unique", "deprecated": "deprecated",
    "criticalDataElement": "critical",
}  # fmt: skip
_AROUND_MARKS = re.compile(r"\s*([(),<>:])\s*")


class Properties:
    """Reads the columns of one table; afterwards it knows their names, keys and partitions."""

    def __init__(self, table: LinedDict, dialect: str) -> None:
        self.table = table
        self.dialect = dialect
        self.names: dict[str, str] = {}
        self._keys: list[tuple[int, str, int]] = []
        self._partitions: list[tuple[int, str, int]] = []

    def clauses(self) -> Iterator[Clause]:
        """Yield the clauses of the columns, each with those of what is in it behind it."""
        for entry in mappings(self.table.get("properties")):
            yield from self._column(entry, "", 0)
        yield from _ordered("primary-key", self._keys)
        yield from _ordered("partition", self._partitions)

    def _column(self, entry: LinedDict, above: str, depth: int) -> Iterator[Clause]:
        logical, physical = text(entry.get("name")), text(entry.get("physicalName"))
        spelled = physical or logical
        if not spelled or depth > MOST_DEPTH:
            return
        inside = f"{above}." if above else ""
        column = f"{inside}{fold(spelled, self.dialect)}"
        self.names[inside + logical] = self.names[inside + spelled] = column
        yield Clause(kind="column", column=column, value=spelled, line=entry.line)
        stable = text(entry.get("id")) or (logical if physical and physical != logical else "")
        if stable:
            yield Clause(kind="identity", column=column, value=stable, line=line(entry, "id"))
        yield from self._promises(entry, column, depth)

    def _promises(self, entry: LinedDict, column: str, depth: int) -> Iterator[Clause]:
        """Yield what is promised of a column, or of the items, keys or values in one."""
        if depth > MOST_DEPTH:
            return
        yield from _type(entry, column)
        yield from self._flags(entry, column)
        yield from _options(entry, column, self._folded)
        yield from _words(entry, column)
        yield from tags(entry, column)
        yield from references(entry, column, self._folded)
        yield from quality.clauses(entry, column, self.names)
        fields = column.removesuffix("[]")
        for field in mappings(entry.get("properties")):
            yield from self._column(field, fields, depth + 1)
        parts = {f"{column}[]": entry.get("items")}
        if isinstance(pair := entry.get("map"), LinedDict):
            parts |= {f"{column}.key": pair.get("key"), f"{column}.value": pair.get("value")}
        for part, promised in parts.items():
            if isinstance(promised, LinedDict):
                yield from self._promises(promised, part, depth + 1)

    def _folded(self, name: str) -> str:
        return fold(name, self.dialect)

    def _flags(self, entry: LinedDict, column: str) -> Iterator[Clause]:
        if entry.get("primaryKey") is True:
            at = line(entry, "primaryKey")
            self._keys.append((_position(entry, "primaryKeyPosition"), column, at))
        if entry.get("partitioned") is True:
            at = line(entry, "partitioned")
            self._partitions.append((_position(entry, "partitionKeyPosition"), column, at))
        for key, kind in _FLAGS.items():
            if entry.get(key) is True:
                yield Clause(kind=kind, column=column, line=line(entry, key))


def _ordered(kind: ClauseKind, found: list[tuple[int, str, int]]) -> Iterator[Clause]:
    if found:
        ordered = sorted(found, key=lambda item: item[0])
        columns = tuple(column for _, column, _ in ordered)
        yield Clause(kind=kind, value=columns, line=min(at for *_, at in found))


def _position(entry: Mapping[Any, Any], key: str) -> int:
    value = entry.get(key)
    return value if isinstance(value, int) and value > 0 else 10**6


def _type(entry: LinedDict, column: str) -> Iterator[Clause]:
    logical, physical = text(entry.get("logicalType")), text(entry.get("physicalType"))
    if logical or physical:
        spelled = _AROUND_MARKS.sub(r"\1", " ".join(physical.lower().split()))
        value = TypeName(logical=logical.lower(), physical=spelled)
        at = line(entry, "physicalType" if physical else "logicalType")
        yield Clause(kind="type", column=column, value=value, line=at)


# --- what values may be --------------------------------------------------------------------------


def _options(entry: LinedDict, column: str, folded: Callable[[str], str]) -> Iterator[Clause]:
    options = entry.get("logicalTypeOptions")
    if not isinstance(options, LinedDict):
        return
    whole = text(entry.get("logicalType")).lower() == "integer"
    for kind, name, low, high in _INTERVALS:
        interval = _interval(options, low, high)
        if whole or kind in _WHOLE:
            interval = quality.integral(interval)
        if kind in _WHOLE:
            interval = quality.counted(interval, whole=True)
        if interval != Interval():
            at = min(options.lines[key] for key in _bounds(low, high) if key in options)
            yield Clause(kind=kind, column=column, name=name, value=interval, line=at)
    for key, kind, name, default in _SINGLE:
        value = options.get(key)
        if value is None or text(value) == default:
            continue
        said = bound(value) if kind == "multiple" else text(value)
        if said is not None:
            at = options.lines[key]
            yield Clause(kind=kind, column=column, name=name, value=said, line=at)
    if options.get("uniqueItems") is True:
        at = options.lines["uniqueItems"]
        yield Clause(kind="items", column=column, name="unique", line=at)
    needed = options.get("required")
    for field in needed if isinstance(needed, list) else ():
        at = options.lines["required"]
        yield Clause(kind="required", column=f"{column}.{folded(text(field))}", line=at)


# Key, kind and name of the clause, and the value that is meant where nothing is said.
_SINGLE: tuple[tuple[str, ClauseKind, str, str], ...] = (
    ("pattern", "pattern", "", ""),
    ("format", "format", "", ""),
    ("multipleOf", "multiple", "", ""),
    ("timezone", "format", "timezone", "false"),
    ("defaultTimezone", "format", "default timezone", "UTC"),
    ("dimensions", "format", "dimensions", ""),
    ("elementType", "format", "element type", "float32"),
)


def _bounds(low: str, high: str) -> tuple[str, ...]:
    return low, high, _exclusive(low), _exclusive(high)


def _exclusive(key: str) -> str:
    return f"exclusive{key[0].upper()}{key[1:]}"


def _interval(options: Mapping[Any, Any], low: str, high: str) -> Interval:
    """Return the bounds that options of JSON Schema give.

    Both `minimum` and its exclusive twin may be given: the tighter counts. The twin may be a flag.
    """
    found = Interval()
    for key, is_low in ((low, True), (high, False)):
        plain, twin = bound(options.get(key)), options.get(_exclusive(key))
        if isinstance(options.get(key), bool):
            plain = None
        if isinstance(twin, bool):
            found = quality.both(found, _half(plain, is_low=is_low, is_open=twin))
        else:
            found = quality.both(found, _half(plain, is_low=is_low, is_open=False))
            found = quality.both(found, _half(bound(twin), is_low=is_low, is_open=True))
    return found


def _half(end: Bound | None, *, is_low: bool, is_open: bool) -> Interval:
    if end is None:
        return Interval()
    return Interval(low=end, low_open=is_open) if is_low else Interval(high=end, high_open=is_open)


def _words(entry: LinedDict, column: str) -> Iterator[Clause]:
    if word := text(entry.get("classification")):
        at = line(entry, "classification")
        yield Clause(kind="classification", column=column, value=word, line=at)
    if word := text(entry.get("encryptedName")):
        at = line(entry, "encryptedName")
        yield Clause(kind="encrypted", column=column, value=word, line=at)
    listed = entry.get("enum")
    if isinstance(listed, list) and listed:
        values = (item.get("value") if isinstance(item, Mapping) else item for item in listed)
        yield quality.allowed(column, values, line(entry, "enum"))


def tags(entry: LinedDict, column: str | None) -> Iterator[Clause]:
    """Yield the tags of a table or a column."""
    listed = entry.get("tags")
    named = {text(tag) for tag in listed} if isinstance(listed, list) else set()
    for tag in sorted(named - {""}):
        yield Clause(kind="tag", column=column, name=tag, line=line(entry, "tags"))


# --- relationships -------------------------------------------------------------------------------


def references(
    entry: LinedDict, column: str | None, folded: Callable[[str], str]
) -> Iterator[Clause]:
    """Yield what a table, or a column of it, refers to; the order of a composite key is nothing."""
    for relation in mappings(entry.get("relationships")):
        targets, sources = _ends(relation.get("to")), _ends(relation.get("from"))
        if not targets:
            continue
        own = [folded(name.rsplit(".", 1)[-1].rsplit("/", 1)[-1]) for name in sources]
        at = column or (own[0] if len(own) == len(targets) == 1 else None)
        pairs = sorted(zip(own, targets, strict=True)) if len(own) == len(targets) else []
        said = targets if at or not pairs else [f"{one} → {other}" for one, other in pairs]
        kind = text(relation.get("type"))
        value = ", ".join(said) + (f" ({kind})" if kind not in {"", "foreignKey"} else "")
        yield Clause(kind="reference", column=at, name=value, value=value, line=relation.line)


def _ends(value: object) -> list[str]:
    if value is None or isinstance(value, Mapping):
        return [canonical(value)] if value else []
    return [text(item) for item in value] if isinstance(value, list) else [text(value)]
