"""The Open Data Contract Standard (Bitol, v3): a YAML document → the contracts of its tables.

What a clause says counts, not how it is said: `nullValues: mustBe 0` is `required`, a list of
`validValues` that nothing may leave is the same as an `enum`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from guardian.languages.contracts import durations
from guardian.languages.safe_yaml import LinedDict
from guardian.model.contract import (
    Bound,
    Check,
    Clause,
    ClauseKind,
    Compatibility,
    Contract,
    Interval,
    TypeName,
    Value,
)
from guardian.model.lineage import Location
from guardian.model.names import fold, is_path, path_name

KIND = "DataContract"
MOST_DEPTH = 20
_OPTIONS: Mapping[ClauseKind, tuple[str, str]] = {
    "range": ("minimum", "maximum"),
    "length": ("minLength", "maxLength"),
    "items": ("minItems", "maxItems"),
}
_SINGLE: Mapping[str, ClauseKind] = {
    "pattern": "pattern", "format": "format", "multipleOf": "multiple",
}  # fmt: skip
_MODES: Mapping[str, Compatibility] = {
    mode: mode for mode in ("CONSUMER", "PRODUCER", "FULL", "NONE")
}
COMPATIBILITY = "guardian.compatibility"


def is_contract(document: object) -> bool:
    """Return whether a document says that it is a contract of this standard."""
    return isinstance(document, Mapping) and document.get("kind") == KIND


def contracts(document: LinedDict, file: str, dialect: str) -> tuple[Contract, ...]:
    """Return the contract of each table in `document`; what has no name is left out."""
    sla = tuple(_service_levels(document))
    servers = _mappings(document.get("servers"))
    found = []
    for table in _mappings(document.get("schema")):
        names = _names(table, servers, dialect)
        if not names:
            continue
        found.append(
            Contract(
                names=names,
                format="odcs",
                at=Location(file, table.line),
                id=_text(document.get("id")),
                version=_text(document.get("version")),
                status=_text(document.get("status")).lower(),
                owner=_owner(document),
                compatibility=_mode(table) or _mode(document),
                clauses=(*_Table(table, dialect).clauses(), *sla),
            )
        )
    return tuple(found)


class _Table:
    """Reads the clauses of one table."""

    def __init__(self, table: LinedDict, dialect: str) -> None:
        self.table = table
        self.dialect = dialect
        self.keys: list[tuple[int, str, int]] = []
        self.partitions: list[tuple[int, str, int]] = []

    def clauses(self) -> Iterator[Clause]:
        spelled = _text(self.table.get("physicalName") or self.table.get("name"))
        yield Clause(kind="dataset", value=spelled, line=self.table.line)
        if self.table.get("deprecated") is True:
            yield Clause(kind="deprecated", line=_line(self.table, "deprecated"))
        yield from _tags(self.table, None)
        for entry in _mappings(self.table.get("properties")):
            yield from self._column(entry, "", 0)
        yield from self._ordered("primary-key", self.keys)
        yield from self._ordered("partition", self.partitions)
        yield from _references(self.table, None)
        yield from _quality(self.table, None)

    def _column(self, entry: LinedDict, above: str, depth: int) -> Iterator[Clause]:
        spelled = _text(entry.get("physicalName") or entry.get("name"))
        if not spelled or depth > MOST_DEPTH:
            return
        column = f"{above}.{fold(spelled, self.dialect)}" if above else fold(spelled, self.dialect)
        yield Clause(kind="column", column=column, value=spelled, line=entry.line)
        yield from _type(entry, column)
        yield from self._flags(entry, column)
        yield from _options(entry, column)
        yield from _words(entry, column)
        yield from _tags(entry, column)
        yield from _references(entry, column)
        yield from _quality(entry, column)
        inner = entry.get("items")
        nested = _mappings(entry.get("properties"))
        nested += _mappings(inner.get("properties")) if isinstance(inner, LinedDict) else []
        for field in nested:
            yield from self._column(field, column, depth + 1)

    def _flags(self, entry: LinedDict, column: str) -> Iterator[Clause]:
        if entry.get("primaryKey") is True:
            line = _line(entry, "primaryKey")
            self.keys.append((_position(entry, "primaryKeyPosition"), column, line))
        if entry.get("partitioned") is True:
            line = _line(entry, "partitioned")
            self.partitions.append((_position(entry, "partitionKeyPosition"), column, line))
        for key, kind in _FLAGS.items():
            if entry.get(key) is True:
                yield Clause(kind=kind, column=column, line=_line(entry, key))

    def _ordered(self, kind: ClauseKind, found: list[tuple[int, str, int]]) -> Iterator[Clause]:
        if found:
            ordered = sorted(found, key=lambda item: item[0])
            columns = tuple(column for _, column, _ in ordered)
            yield Clause(kind=kind, value=columns, line=min(line for *_, line in found))


_FLAGS: Mapping[str, ClauseKind] = {
    "required": "required", "unique": "unique", "deprecated": "deprecated",
}  # fmt: skip


def _type(entry: LinedDict, column: str) -> Iterator[Clause]:
    logical, physical = _text(entry.get("logicalType")), _text(entry.get("physicalType"))
    if logical or physical:
        line = _line(entry, "physicalType" if physical else "logicalType")
        value = TypeName(logical=logical.lower(), physical=" ".join(physical.lower().split()))
        yield Clause(kind="type", column=column, value=value, line=line)


def _options(entry: LinedDict, column: str) -> Iterator[Clause]:
    options = entry.get("logicalTypeOptions")
    if not isinstance(options, LinedDict):
        return
    for kind, (low, high) in _OPTIONS.items():
        interval = _interval(options, low, high)
        if interval != Interval():
            line = min(options.lines[key] for key in _bounds(low, high) if key in options)
            yield Clause(kind=kind, column=column, value=interval, line=line)
    for key, single in _SINGLE.items():
        value = options.get(key)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield Clause(kind=single, column=column, value=value, line=options.lines[key])
    if options.get("uniqueItems") is True:
        line = options.lines["uniqueItems"]
        yield Clause(kind="items", column=column, name="unique", line=line)


def _bounds(low: str, high: str) -> tuple[str, ...]:
    return low, high, _exclusive(low), _exclusive(high)


def _exclusive(key: str) -> str:
    return f"exclusive{key[0].upper()}{key[1:]}"


def _interval(options: Mapping[Any, Any], low: str, high: str) -> Interval:
    """Return the bounds that options of JSON Schema give.

    Both `minimum` and its exclusive twin may be given: the tighter counts. The twin may be a flag.
    """
    bottom, bottom_open = _bound(options, low, max)
    top, top_open = _bound(options, high, min)
    return Interval(low=bottom, high=top, low_open=bottom_open, high_open=top_open)


def _bound(options: Mapping[Any, Any], key: str, tighter: Any) -> tuple[Bound | None, bool]:
    plain, open_ = _as_bound(options.get(key)), options.get(_exclusive(key))
    if isinstance(open_, bool):
        return plain, open_ and plain is not None
    exclusive = _as_bound(open_)
    if plain is None or exclusive is None:
        return (plain, False) if exclusive is None else (exclusive, True)
    if type(plain) is not type(exclusive):
        return exclusive, True
    return (exclusive, True) if tighter(plain, exclusive) == exclusive else (plain, False)


def _as_bound(value: object) -> Bound | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    return str(value)


def _words(entry: LinedDict, column: str) -> Iterator[Clause]:
    for key, kind in (("classification", "classification"), ("encryptedName", "encrypted")):
        if word := _text(entry.get(key)):
            yield Clause(kind=kind, column=column, value=word, line=_line(entry, key))  # type: ignore[arg-type]  # two literals
    allowed = entry.get("enum")
    if isinstance(allowed, list) and allowed:
        values = (item.get("value") if isinstance(item, Mapping) else item for item in allowed)
        yield _allowed(column, values, _line(entry, "enum"))


def _allowed(column: str | None, values: Any, line: int) -> Clause:
    texts = tuple(sorted({_text(value) for value in values}))
    return Clause(kind="values", column=column, value=texts, line=line)


def _tags(entry: LinedDict, column: str | None) -> Iterator[Clause]:
    listed = entry.get("tags")
    for tag in listed if isinstance(listed, list) else ():
        yield Clause(kind="tag", column=column, name=_text(tag), line=_line(entry, "tags"))


def _references(entry: LinedDict, column: str | None) -> Iterator[Clause]:
    for relation in _mappings(entry.get("relationships")):
        ends = [_joined(relation.get(key)) for key in ("from", "to")]
        if ends[1]:
            value = " → ".join(end for end in ends if end)
            yield Clause(
                kind="reference", column=column, name=value, value=value, line=relation.line
            )


def _joined(value: object) -> str:
    return ", ".join(map(_text, value)) if isinstance(value, list) else _text(value)


# --- rules about the data ------------------------------------------------------------------------

_OPERATORS = (
    "mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo",
    "mustBeLessThan", "mustBeLessOrEqualTo", "mustBeBetween", "mustNotBeBetween",
)  # fmt: skip


def _quality(entry: LinedDict, column: str | None) -> Iterator[Clause]:
    for rule in _mappings(entry.get("quality")):
        known = _meant(rule, column)
        if known is not None:
            yield known
        elif _text(rule.get("type")).lower() != "text":  # that is said to people
            yield _check(rule, column)


def _meant(rule: LinedDict, column: str | None) -> Clause | None:
    """Return the plain clause that a rule of the standard's library amounts to, or None."""
    metric = _text(rule.get("metric") or rule.get("rule"))
    within, _ = _threshold(rule)
    if column is None or within != Interval(low=0.0, high=0.0):
        return None
    arguments = rule.get("arguments")
    arguments = arguments if isinstance(arguments, Mapping) else {}
    if metric == "nullValues":
        return Clause(kind="required", column=column, line=rule.line)
    if metric == "duplicateValues" and not arguments:
        return Clause(kind="unique", column=column, line=rule.line)
    valid = arguments.get("validValues")
    if metric == "invalidValues" and isinstance(valid, list) and set(arguments) == {"validValues"}:
        return _allowed(column, valid, rule.line)
    pattern = arguments.get("pattern")
    if metric == "invalidValues" and isinstance(pattern, str) and set(arguments) == {"pattern"}:
        return Clause(kind="pattern", column=column, value=pattern, line=rule.line)
    return None


def _check(rule: LinedDict, column: str | None) -> Clause:
    kind = _text(rule.get("type")).lower()
    metric = _text(rule.get("metric") or rule.get("rule"))
    metric = metric or ("sql" if "query" in rule else _text(rule.get("engine")) or kind)
    implementation = rule.get("implementation")
    query = _spaced(rule.get("query")) or (
        _spaced(implementation) if isinstance(implementation, str) else _canonical(implementation)
    )
    within, outside = _threshold(rule)
    arguments = _canonical(rule.get("arguments"))
    value = Check(
        metric=metric,
        arguments=arguments,
        query=query,
        within=within,
        outside=outside,
        unit=_text(rule.get("unit")).lower(),
        severity=_text(rule.get("severity")).lower(),
    )
    name = _text(rule.get("name")) or " ".join(part for part in (metric, arguments, query) if part)
    return Clause(kind="quality", column=column, name=name, value=value, line=rule.line)


def _threshold(rule: Mapping[Any, Any]) -> tuple[Interval | None, Interval | None]:
    """Return what a rule's metric must lie within, and what it must stay outside of."""
    key = next((key for key in _OPERATORS if rule.get(key) is not None), None)
    if key is None:
        return None, None
    value = rule[key]
    if key in {"mustBeBetween", "mustNotBeBetween"}:
        ends = [_as_bound(end) for end in value] if isinstance(value, list) else []
        between = Interval(low=ends[0], high=ends[1]) if len(ends) == 2 else None
        return (between, None) if key == "mustBeBetween" else (None, between)
    bound = _as_bound(value)
    match key:
        case "mustBe":
            return Interval(low=bound, high=bound), None
        case "mustNotBe":
            return None, Interval(low=bound, high=bound)
        case "mustBeGreaterThan" | "mustBeGreaterOrEqualTo":
            return Interval(low=bound, low_open=key == "mustBeGreaterThan"), None
        case _:
            return Interval(high=bound, high_open=key == "mustBeLessThan"), None


def _service_levels(document: LinedDict) -> Iterator[Clause]:
    for level in _mappings(document.get("slaProperties")):
        name = _text(level.get("property"))
        stated = level.get("value")
        if not name or stated is None:
            continue
        element = _text(level.get("element"))
        value: Value = _text(stated)
        if isinstance(stated, int | float) and not isinstance(stated, bool):
            seconds = durations.seconds(float(stated), _text(level.get("unit")))
            value = float(stated) if seconds is None else seconds
        named = f"{name} {element}".strip()
        yield Clause(kind="service-level", name=named, value=value, line=level.line)


# --- what a document is about --------------------------------------------------------------------


def _names(table: LinedDict, servers: list[LinedDict], dialect: str) -> tuple[str, ...]:
    """Return what a table's dataset may be called.

    With its server's database and schema, with the schema alone, and plainly.
    """
    spelled = _text(table.get("physicalName") or table.get("name"))
    if not spelled:
        return ()
    if is_path(spelled):
        return (path_name(spelled),)
    plain = _folded(spelled, dialect)
    found = [plain]
    for server in servers:
        schema = _text(server.get("schema") or server.get("dataset"))
        database = _text(server.get("database") or server.get("catalog") or server.get("project"))
        parts = [_folded(part, dialect) for part in (database, schema) if part]
        found += [".".join([*parts[number:], plain]) for number in range(len(parts))]
        if location := _text(server.get("location")):
            found.append(path_name(location.replace("{model}", spelled)))
    return tuple(sorted(dict.fromkeys(found), key=lambda name: -name.count(".")))


def _folded(name: str, dialect: str) -> str:
    return ".".join(fold(part, dialect) for part in name.split("."))


def _owner(document: Mapping[Any, Any]) -> str:
    team = document.get("team")
    if isinstance(team, Mapping):
        named = _text(team.get("name"))
        if named:
            return named
        team = team.get("members")
    members = _mappings(team)
    owners = [one for one in members if "owner" in _text(one.get("role")).lower()]
    for member in (*owners, *members):
        if named := _text(member.get("name") or member.get("username")):
            return named
    return ""


def _mode(entry: Mapping[Any, Any]) -> Compatibility | None:
    for item in _mappings(entry.get("customProperties")):
        if _text(item.get("property")) == COMPATIBILITY:
            return _MODES.get(_text(item.get("value")).upper())
    return None


def _mappings(value: object) -> list[LinedDict]:
    return (
        [item for item in value if isinstance(item, LinedDict)] if isinstance(value, list) else []
    )


def _line(entry: LinedDict, key: str) -> int:
    return entry.lines.get(key, entry.line)


def _position(entry: Mapping[Any, Any], key: str) -> int:
    value = entry.get(key)
    return value if isinstance(value, int) and value > 0 else 10**6


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _spaced(value: object) -> str:
    return " ".join(_text(value).split())


def _canonical(value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
