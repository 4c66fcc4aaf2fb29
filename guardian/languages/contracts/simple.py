"""The simple JSON contract: `data_quality` with a key, rules for columns and for the table.

    {"table": "silver.orders", "version": "1.0.0", "data_quality": {
      "primary_key": ["order_id"],
      "columns": {"country": {"type": "string", "rules": {"not_null": true, "allowed_values": []}}},
      "table_level_checks": [{"name": "filled", "type": "row_count", "min": 1}],
      "freshness": {"column": "loaded_at", "max_age_hours": 24}}}

Rules may be listed as well: `["not_null", {"type": "range", "min": 0}]`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from guardian.languages.contracts.shaping import entries, level, shaped
from guardian.languages.safe_yaml import LinedDict

KEY = "data_quality"
_NAMES = ("table", "table_name", "dataset", "name")
_FLAGS = {"not_null": "required", "required": "required", "unique": "unique"}
_VALUES = frozenset({"allowed_values", "accepted_values", "enum", "values", "in_set"})
_OPTIONS = {
    "min": "minimum", "minimum": "minimum", "max": "maximum", "maximum": "maximum",
    "min_value": "minimum", "max_value": "maximum",
    "min_length": "minLength", "max_length": "maxLength", "regex": "pattern", "pattern": "pattern",
    "above": "exclusiveMinimum", "below": "exclusiveMaximum", "format": "format",
    "multiple_of": "multipleOf", "min_items": "minItems", "max_items": "maxItems",
    "exclusive_min": "exclusiveMinimum", "exclusive_max": "exclusiveMaximum",
}  # fmt: skip
_HOURS = ("max_age_hours", "max_delay_hours", "hours", "threshold_hours")
_UNIT_KEYS = {**dict.fromkeys(_HOURS, "h"), "max_age_minutes": "min", "max_age_days": "d"}


def is_contract(document: object) -> bool:
    """Return whether a document is a contract of this form."""
    return isinstance(document, Mapping) and isinstance(document.get(KEY), Mapping)


def in_shape(document: LinedDict, file: str) -> LinedDict:
    """Return the same contract in the shape of the standard; its name may be the file's."""
    said: LinedDict = document[KEY]
    stem = file.rpartition("/")[2].rpartition(".")[0]
    spelled = next((str(document[key]) for key in _NAMES if document.get(key)), stem)
    above = [str(document[key]) for key in ("database", "schema") if _is_text(document.get(key))]
    table = shaped(
        document.line,
        {
            "name": spelled.rpartition(".")[2],
            "physicalName": spelled if "." in spelled else ".".join([*above, spelled]),
            "properties": list(_columns(document, said)),
            "quality": list(_checks(said.get("table_level_checks"))),
        },
    )
    return shaped(
        document.line,
        {
            "kind": "DataContract",
            "id": document.get("id"),
            "version": document.get("version"),
            "status": document.get("status"),
            "team": shaped(document.line, {"name": document.get("owner")}),
            "schema": [table],
            "slaProperties": list(_freshness(said)),
        },
    )


def _columns(document: LinedDict, said: LinedDict) -> Iterator[LinedDict]:
    """Yield the columns: those of a schema beside the rules, then those that only have rules."""
    listed = said.get("primary_key")
    keys = [str(key) for key in listed] if isinstance(listed, list) else [str(listed or "")]
    ruled = {name: (entry, line) for name, entry, line in entries(said.get("columns"))}
    typed = document.get("columns") or document.get("schema")
    plain = {name: (entry, line) for name, entry, line in entries(typed)}
    for name in dict.fromkeys((*plain, *ruled, *(key for key in keys if key))):
        entry, line = (
            ruled.get(name) or plain.get(name) or (LinedDict(), _line(said, "primary_key"))
        )
        stated = plain.get(name, (LinedDict(), line))[0]
        kind = entry.get("type") or stated.get("type")
        made: dict[str, Any] = {"name": name, "physicalType": str(kind) if kind else None}
        if stated.get("nullable") is False or entry.get("nullable") is False:
            made["required"] = True
        if name in keys:
            made |= {"primaryKey": True, "primaryKeyPosition": keys.index(name) + 1}
        yield _ruled(made, entry, line)


def _ruled(made: dict[str, Any], entry: LinedDict, line: int) -> LinedDict:
    """Return a column with what its rules say, each in the line of the rule."""
    options: dict[str, tuple[Any, int]] = {}
    lines: dict[str, int] = {}
    quality = []
    for name, value, at in _rules(entry.get("rules"), _line(entry, "rules") if entry else line):
        if name in _FLAGS and value is not False:
            made[_FLAGS[name]] = True
            lines[_FLAGS[name]] = at
        elif name in _VALUES and isinstance(value, list):
            made["enum"], lines["enum"] = list(value), at
        elif name in _OPTIONS:
            options[_OPTIONS[name]] = (value, at)
        elif name not in _FLAGS:
            quality.append(_check(name, value, at))
    made |= {"quality": quality}
    if options:
        made["logicalTypeOptions"] = shaped(
            line, {key: value for key, (value, _) in options.items()}
        )
        made["logicalTypeOptions"].lines |= {key: at for key, (_, at) in options.items()}
    column = shaped(line, made)
    column.lines |= {key: at for key, at in lines.items() if key in column}
    return column


def _rules(value: object, line: int) -> Iterator[tuple[str, Any, int]]:
    """Yield the rules of a column, each a name with its value, whatever way they are listed."""
    if isinstance(value, LinedDict):
        yield from ((str(key), item, value.lines.get(key, line)) for key, item in value.items())
    for item in value if isinstance(value, list) else ():
        if isinstance(item, str):
            yield item, True, line
        elif isinstance(item, LinedDict):
            yield from _listed(item)


def _listed(item: LinedDict) -> Iterator[tuple[str, Any, int]]:
    kind = next(
        (str(item[key]) for key in ("rule", "type", "check") if _is_text(item.get(key))), ""
    )
    if not kind:
        yield from _rules(item, item.line)
    elif kind in _FLAGS:
        yield kind, True, item.line
    elif kind in _VALUES:
        yield kind, item.get("values") or item.get(kind) or item.get("value"), item.line
    elif kind in {"range", "length", "between"}:
        word = "_length" if kind == "length" else ""
        for end in ("min", "max"):
            if item.get(end) is not None:
                yield f"{end}{word}", item[end], item.line
    elif kind in _OPTIONS:
        yield kind, item.get("value", item.get(kind)), item.line
    else:
        yield kind, {key: item[key] for key in item if key not in {"rule", "type"}}, item.line


def _checks(value: object) -> Iterator[LinedDict]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, str):
            yield shaped(1, {"type": "custom", "engine": item, "implementation": item})
        elif isinstance(item, LinedDict):
            yield _check_of_table(item)


def _check_of_table(item: LinedDict) -> LinedDict:
    kind = str(item.get("type") or item.get("check") or item.get("name") or "")
    low, high = item.get("min", item.get("minimum")), item.get("max", item.get("maximum"))
    query = item.get("sql") or item.get("query") or item.get("expression")
    bounds = {"mustBeGreaterOrEqualTo": low, "mustBeLessOrEqualTo": high}
    if low is not None and high is not None:
        bounds = {"mustBeBetween": [low, high]}
    bounds |= {"mustBe": item.get("equals")}
    told = {"name": item.get("name"), "severity": item.get("severity"), **bounds}
    if query is not None:
        return shaped(item.line, {"type": "sql", "query": query, **told})
    columns = item.get("columns")
    if kind in {"unique", "unique_combination", "duplicates"} and isinstance(columns, list):
        together = {"properties": list(columns)}
        return shaped(item.line, {"metric": "duplicateValues", "mustBe": 0, "arguments": together})
    if kind in {"row_count", "rowCount"}:
        return shaped(item.line, {"metric": "rowCount", **told})
    rest = {key: item[key] for key in item if key not in {"name", "severity", "type", "check"}}
    return shaped(
        item.line,
        {"type": "custom", "engine": kind, "implementation": rest or kind, "name": item.get("name"),
         "severity": item.get("severity")},
    )  # fmt: skip


def _check(name: str, value: Any, line: int) -> LinedDict:
    told = value if isinstance(value, Mapping) else {"value": value}
    return shaped(line, {"type": "custom", "engine": name, "implementation": dict(told)})


def _freshness(said: LinedDict) -> Iterator[LinedDict]:
    stated, line = said.get("freshness"), _line(said, "freshness")
    if isinstance(stated, LinedDict):
        number = next((key for key in _UNIT_KEYS if stated.get(key) is not None), None)
        value = stated[number] if number else stated.get("threshold", stated.get("value"))
        unit = _UNIT_KEYS[number] if number else str(stated.get("unit") or "")
        if value is not None:
            made = level("freshness", line, value, unit)
            if stated.get("column"):
                made["element"], made.lines["element"] = str(stated["column"]), line
            yield made
    elif stated is not None:
        bare = isinstance(stated, int | float)
        yield level("freshness", line, stated, "h" if bare else "")


def _line(entry: LinedDict, key: str) -> int:
    return entry.lines.get(key, entry.line)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
