"""A contract as the Open Data Contract Standard has it, which reads back as the same clauses."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import yaml

from guardian.contracts.writing.scalars import plain
from guardian.model.contract import Check, Clause, ClauseKind, Contract, Interval, TypeName

VERSION = "v3.1.0"
Notes: TypeAlias = Mapping[str | None, Mapping[str, Any]]
_BOUNDS: Mapping[tuple[ClauseKind, str], tuple[str, str]] = {
    ("range", ""): ("minimum", "maximum"),
    ("length", ""): ("minLength", "maxLength"),
    ("items", ""): ("minItems", "maxItems"),
    ("items", "properties"): ("minProperties", "maxProperties"),
}
_OPTIONS: Mapping[tuple[ClauseKind, str], str] = {
    ("pattern", ""): "pattern", ("format", ""): "format", ("multiple", ""): "multipleOf",
    ("format", "timezone"): "timezone", ("format", "default timezone"): "defaultTimezone",
    ("format", "dimensions"): "dimensions", ("format", "element type"): "elementType",
}  # fmt: skip
_FLAGS: Mapping[ClauseKind, str] = {
    "required": "required", "unique": "unique", "deprecated": "deprecated",
    "critical": "criticalDataElement",
}  # fmt: skip
_WORDS: Mapping[ClauseKind, str] = {
    "classification": "classification", "encrypted": "encryptedName",
}  # fmt: skip
_KEYED: Mapping[ClauseKind, tuple[str, str]] = {
    "primary-key": ("primaryKey", "primaryKeyPosition"),
    "partition": ("partitioned", "partitionKeyPosition"),
}
_COUNTS = frozenset({
    "nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount",
})  # fmt: skip
_DURATIONS = (("y", 31_557_600), ("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_TIMED = frozenset({
    "latency", "freshness", "retention", "frequency", "timetodetect", "timetonotify",
    "timetorepair", "endofsupport", "endoflife",
})  # fmt: skip
_DRIVER = re.compile(r"(?P<rest>.*?)\s*\((?P<driver>[a-z]+)\)", re.DOTALL)
# The order in which the keys of a column are told.
_ORDER = (
    "name", "physicalName", "logicalType", "physicalType", "required", "unique", "primaryKey",
    "primaryKeyPosition", "partitioned", "partitionKeyPosition", "criticalDataElement",
    "classification", "encryptedName", "deprecated", "tags", "enum", "logicalTypeOptions",
    "relationships", "quality", "transformSourceObjects", "transformLogic", "customProperties",
    "items", "map", "properties",
)  # fmt: skip


def written(contract: Contract, notes: Notes | None = None) -> str:
    """Return a contract as YAML.

    `notes` are keys beside the clauses, by column, None for the table's.
    """
    document = shape(contract, notes or {})
    return yaml.safe_dump(
        document, sort_keys=False, allow_unicode=True, width=100, default_flow_style=False
    )


def shape(contract: Contract, notes: Notes) -> dict[str, Any]:
    """Return a contract as the document that YAML is made of."""
    spelled = next((c.value for c in contract.clauses if c.kind == "dataset"), contract.dataset)
    full = contract.dataset if "." in contract.dataset else str(spelled)
    table: dict[str, Any] = {"name": str(spelled).rpartition(".")[2], "physicalName": full}
    columns = _columns(contract, notes)
    quality = [_rule(clause) for clause in contract.clauses if _is_rule(clause, None)]
    tags = [clause.name for clause in contract.clauses if _is("tag", clause, None)]
    together = [_relation(clause) for clause in contract.clauses if _is("reference", clause, None)]
    table |= {"tags": tags, "properties": columns, "relationships": together, "quality": quality}
    if any(_is("deprecated", clause, None) for clause in contract.clauses):
        table["deprecated"] = True
    table |= notes.get(None, {})
    document = {
        "apiVersion": VERSION,
        "kind": "DataContract",
        "id": contract.id or contract.dataset,
        "version": contract.version or "1.0.0",
        "status": contract.status or "active",
        "team": {"name": contract.owner} if contract.owner else None,
        "schema": [_filled(table)],
        "slaProperties": [
            _level(clause) for clause in contract.clauses if clause.kind == "service-level"
        ],
    }
    if contract.compatibility is not None:
        stated = {"property": "guardian.compatibility", "value": contract.compatibility}
        document["customProperties"] = [stated]
    return _filled(document)


def _columns(contract: Contract, notes: Notes) -> list[dict[str, Any]]:
    """Return the columns in their order, fields within the column that they belong to."""
    made: dict[str, dict[str, Any]] = {}
    top: list[dict[str, Any]] = []
    for clause in contract.clauses:
        if clause.kind == "column" and clause.column:
            column = made[clause.column] = {"name": str(clause.value)}
            above = made.get(clause.column.rpartition(".")[0])
            (top if above is None else above.setdefault("properties", [])).append(column)
    for clause in contract.clauses:
        if clause.column and clause.kind != "column":
            _add(clause, made)
        elif clause.kind in _KEYED and isinstance(clause.value, tuple):
            flag, position = _KEYED[clause.kind]
            for number, name in enumerate(clause.value, start=1):
                made.setdefault(name, {}).update({flag: True, position: number})
    for about, note in notes.items():
        if about in made:
            made[about].update(note)
    for column in made.values():
        ordered = {key: column[key] for key in _ORDER if key in column}
        column.clear()
        column.update(_filled(ordered))
    return top


def _entry(column: str, made: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what a column's clauses go into: of `lines[]` the items, of `prices.key` the keys."""
    known = made.get(column)
    if known is not None:
        return known
    if column.endswith("[]"):
        above = _entry(column[:-2], made)
        made[column] = above.setdefault("items", {})
    else:
        name, _, part = column.rpartition(".")
        above = _entry(name, made) if name else {}
        made[column] = above.setdefault("map", {}).setdefault(part, {}) if name else {}
    return made[column]


def _add(clause: Clause, made: dict[str, dict[str, Any]]) -> None:
    """Put what a clause says into its column."""
    column = _entry(clause.column or "", made)
    key, value = (clause.kind, clause.name), clause.value
    if clause.kind == "type" and isinstance(value, TypeName):
        column |= {"logicalType": value.logical, "physicalType": value.physical}
    elif clause.kind in _FLAGS:
        column[_FLAGS[clause.kind]] = True
    elif clause.kind in _WORDS:
        column[_WORDS[clause.kind]] = value
    elif clause.kind == "identity":
        column |= {"name": value, "physicalName": column.get("name")}
    elif clause.kind == "tag":
        column.setdefault("tags", []).append(clause.name)
    elif clause.kind == "values" and isinstance(value, tuple):
        column["enum"] = [{"value": text} for text in value]
    elif key in _BOUNDS and isinstance(value, Interval):
        column.setdefault("logicalTypeOptions", {}).update(_ends(value, *_BOUNDS[key]))
    elif key == ("items", "unique"):
        column.setdefault("logicalTypeOptions", {})["uniqueItems"] = True
    elif key in _OPTIONS and isinstance(value, str | float | int):
        column.setdefault("logicalTypeOptions", {})[_OPTIONS[key]] = _option(clause)
    elif clause.kind == "reference":
        column.setdefault("relationships", []).append(_relation(clause))
    elif _is_rule(clause, clause.column):
        column.setdefault("quality", []).append(_rule(clause))


def _option(clause: Clause) -> object:
    value = clause.value
    if clause.name == "timezone":
        return value == "true"
    if clause.name == "dimensions" and isinstance(value, str) and value.isdigit():
        return int(value)
    return plain(value) if isinstance(value, float | str) else value


def _ends(value: Interval, low: str, high: str) -> dict[str, Any]:
    """Return an interval in JSON Schema's words."""
    found: dict[str, Any] = {}
    for key, end, is_open in (
        (low, value.low, value.low_open),
        (high, value.high, value.high_open),
    ):
        if end is not None:
            word = f"exclusive{key[0].upper()}{key[1:]}" if is_open else key
            found[word] = plain(end)
    return found


def _relation(clause: Clause) -> dict[str, Any]:
    """Return a reference; one of several columns was told as `own → other, …`."""
    text = re.sub(r" \([^()]*\)$", "", str(clause.value))
    pairs = [part.partition(" → ") for part in text.split(", ")]
    if clause.column is None and all(mark for _, mark, _ in pairs):
        return {"from": [own for own, *_ in pairs], "to": [other for *_, other in pairs]}
    targets = text.split(", ")
    return {"to": targets[0] if len(targets) == 1 else targets}


# --- rules and service levels --------------------------------------------------------------------


def _is(kind: ClauseKind, clause: Clause, column: str | None) -> bool:
    return clause.kind == kind and clause.column == column


def _is_rule(clause: Clause, column: str | None) -> bool:
    return _is("quality", clause, column) or _is("unique-key", clause, column)


def _rule(clause: Clause) -> dict[str, Any]:
    check = clause.value
    if isinstance(check, tuple):
        together = {"properties": list(check)}
        return {"metric": "duplicateValues", "mustBe": 0, "arguments": together}
    if not isinstance(check, Check):
        return {"type": "text", "description": str(check)}
    told = " ".join(part for part in (check.metric, check.arguments, check.query) if part)
    name = clause.name if clause.name != told else None
    if check.metric in _COUNTS:
        rule: dict[str, Any] = {"metric": check.metric}
    elif check.metric == "sql":
        rule = {"type": "sql", "query": check.query}
    else:
        said = check.query or check.arguments or check.metric
        rule = {"type": "custom", "engine": check.metric, "implementation": _value(said)}
    if check.arguments and (check.metric in _COUNTS or check.query):
        rule["arguments"] = _value(check.arguments)
    rule |= {"name": name, "unit": check.unit, "severity": check.severity}
    return _filled({**rule, **dict(_thresholds(check))})


def _thresholds(check: Check) -> Iterator[tuple[str, Any]]:
    within, outside = check.within, check.outside
    if outside is not None and outside.low is not None:
        same = outside.low == outside.high
        key = "mustNotBe" if same else "mustNotBeBetween"
        ends = [plain(end) for end in (outside.low, outside.high) if end is not None]
        yield key, ends[0] if same else ends
    if within is None:
        return
    low, high = within.low, within.high
    if low is None and high is None:
        yield "mustBeGreaterOrEqualTo", 0  # of a count, which is never less
    elif low is not None and low == high:
        yield "mustBe", plain(low)
    elif low is not None and high is not None and not (within.low_open or within.high_open):
        yield "mustBeBetween", [plain(low), plain(high)]
    else:
        if low is not None:
            yield f"mustBeGreater{'Than' if within.low_open else 'OrEqualTo'}", plain(low)
        if high is not None:
            yield f"mustBeLess{'Than' if within.high_open else 'OrEqualTo'}", plain(high)


def _level(clause: Clause) -> dict[str, Any]:
    name, found = clause.name, _DRIVER.fullmatch(clause.name)
    driver = found["driver"] if found else None
    word, _, element = (found["rest"] if found else name).partition(" ")
    value, unit = _amount(word, clause.value)
    said = {"property": word, "value": value, "unit": unit, "element": element, "driver": driver}
    return _filled(said)


def _amount(word: str, value: object) -> tuple[object, str | None]:
    """Return a level with the largest unit that leaves it whole, where it is a span of time."""
    if not isinstance(value, float):
        return str(value), None
    if word.lower() in _TIMED and value:
        unit = next((unit for unit, size in _DURATIONS if value % size == 0), None)
        if unit is not None:
            return plain(value / dict(_DURATIONS)[unit]), unit
    return plain(value), None


def _value(text: str) -> Any:
    """Return what canonical JSON stands for; any other text is itself."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, dict) else text


def _filled(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if value not in (None, "", [], {})}
