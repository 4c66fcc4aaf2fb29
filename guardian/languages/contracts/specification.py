"""The Data Contract Specification (1.x, `models:`), the standard's forerunner, in its shape."""

from collections.abc import Iterator, Mapping
from typing import Any

from guardian.languages.contracts.shaping import entries, level, shaped
from guardian.languages.safe_yaml import LinedDict

KEY = "dataContractSpecification"
MOST_DEPTH = 20
_LOGICAL = {
    "string": "string", "text": "string", "varchar": "string", "number": "number",
    "decimal": "number", "numeric": "number", "float": "number", "double": "number",
    "int": "integer", "integer": "integer", "long": "integer", "bigint": "integer",
    "boolean": "boolean", "date": "date", "timestamp": "timestamp", "timestamp_tz": "timestamp",
    "timestamp_ntz": "timestamp", "time": "time", "array": "array", "object": "object",
    "record": "object", "struct": "object", "map": "map",
}  # fmt: skip
_OPTIONS = (
    "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems",
)  # fmt: skip
_SAME = ("required", "unique", "primaryKey", "classification", "quality")
_LEVELS = {
    "availability": "percentage", "retention": "period", "latency": "threshold",
    "freshness": "threshold", "frequency": "interval",
}  # fmt: skip


def is_contract(document: object) -> bool:
    """Return whether a document says that it is written by this specification."""
    return isinstance(document, Mapping) and KEY in document


def in_shape(document: LinedDict) -> LinedDict:
    """Return the same contract in the shape of the standard."""
    info = document.get("info")
    info = info if isinstance(info, LinedDict) else LinedDict()
    definitions = document.get("definitions")
    return shaped(
        document.line,
        {
            "kind": "DataContract",
            "id": document.get("id"),
            "version": info.get("version"),
            "status": info.get("status"),
            "team": shaped(document.line, {"name": info.get("owner")}),
            "servers": [_server(entry) for _, entry, _ in entries(document.get("servers"))],
            "schema": [
                _table(name, entry, line, definitions)
                for name, entry, line in entries(document.get("models"))
            ],
            "slaProperties": list(_levels(document.get("servicelevels"))),
        },
    )


def _server(entry: LinedDict) -> LinedDict:
    return shaped(entry.line, dict(entry))


def _table(name: str, entry: LinedDict, line: int, definitions: object) -> LinedDict:
    listed = entry.get("primaryKey")
    keys = [str(column) for column in listed] if isinstance(listed, list) else []
    columns = [
        _column(field, below, at, definitions, keys, 0)
        for field, below, at in entries(entry.get("fields"))
    ]
    return shaped(
        line,
        {"name": name, "properties": columns, "quality": entry.get("quality"),
         "tags": entry.get("tags")},
    )  # fmt: skip


def _column(
    name: str, entry: LinedDict, line: int, definitions: object, keys: list[str], depth: int
) -> LinedDict:
    found = {**_defined(entry, definitions), **entry}
    kind = str(found.get("type") or "").lower()
    made: dict[str, Any] = {"name": name, **{key: found.get(key) for key in _SAME}}
    made |= {"logicalType": _LOGICAL.get(kind), "physicalType": _physical(kind, found)}
    made["tags"] = [*_list(found.get("tags")), *(["pii"] if found.get("pii") is True else [])]
    if isinstance(found.get("enum"), list):
        made["enum"] = list(found["enum"])
    options = {key: found[key] for key in _OPTIONS if key in found}
    made["logicalTypeOptions"] = _lined(entry, options, line) if options else None
    if name in keys:
        made |= {"primaryKey": True, "primaryKeyPosition": keys.index(name) + 1}
    if isinstance(found.get("references"), str):
        made["relationships"] = [shaped(line, {"to": found["references"]})]
    if depth < MOST_DEPTH:
        inner = found.get("items")
        below = [*entries(found.get("fields"))]
        below += [*entries(inner.get("fields"))] if isinstance(inner, LinedDict) else []
        made["properties"] = [
            _column(field, item, at, definitions, [], depth + 1) for field, item, at in below
        ]
    return _lined(entry, made, line)


def _lined(entry: LinedDict, values: Mapping[str, Any], line: int) -> LinedDict:
    """Return the standard's keys, each in the line of the key that it comes from."""
    made = shaped(line, values)
    origin = {"logicalType": "type", "physicalType": "type", "relationships": "references"}
    for key in made:
        made.lines[key] = entry.lines.get(origin.get(key, key), line) if entry else line
    return made


def _physical(kind: str, field: Mapping[Any, Any]) -> str:
    if kind in {"decimal", "numeric", "number"} and isinstance(field.get("precision"), int):
        scale = field.get("scale")
        return f"decimal({field['precision']},{scale if isinstance(scale, int) else 0})"
    return "" if kind in {"array", "object", "record", "struct", "map", "number"} else kind


def _defined(entry: LinedDict, definitions: object) -> Mapping[Any, Any]:
    """Return what a field takes over: `$ref: '#/definitions/order_id'`."""
    named = str(entry.get("$ref") or "").removeprefix("#/definitions/")
    found = definitions.get(named) if isinstance(definitions, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _levels(value: object) -> Iterator[LinedDict]:
    for name, entry, line in entries(value):
        stated = entry.get(_LEVELS.get(name, ""))
        if stated is not None:
            yield level(name, line, str(stated).removesuffix("%"))


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else []
