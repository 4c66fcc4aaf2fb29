"""A contract in the simple JSON form (`guardian/languages/contracts/simple.py` reads it)."""

import json
from collections.abc import Mapping
from typing import Any

from guardian.contracts.writing.odcs import shape
from guardian.contracts.writing.scalars import plain
from guardian.model.contract import Clause, ClauseKind, Contract, Interval, TypeName

_NAMES: Mapping[tuple[ClauseKind, bool], tuple[str, str]] = {
    ("range", False): ("min", "max"), ("range", True): ("above", "below"),
    ("length", False): ("min_length", "max_length"),
    ("items", False): ("min_items", "max_items"),
}  # fmt: skip
_BOUNDS = {
    "mustBe": "equals", "mustBeGreaterOrEqualTo": "min", "mustBeLessOrEqualTo": "max",
}  # fmt: skip


def written(contract: Contract) -> str:
    """Return a contract as JSON. Fields of structs, references and tags have no words there."""
    key = next((c.value for c in contract.clauses if c.kind == "primary-key"), ())
    columns = {name: _column(contract, name) for name in contract.columns() if "." not in name}
    table = shape(contract, {})["schema"][0]
    quality: dict[str, Any] = {
        "primary_key": list(key) if isinstance(key, tuple) else [],
        "columns": columns,
        "table_level_checks": [_check(rule) for rule in table.get("quality", ())],
        "freshness": _freshness(contract),
    }
    document = {
        "table": contract.dataset,
        "id": contract.id,
        "version": contract.version,
        "status": contract.status,
        "owner": contract.owner,
        "data_quality": {name: value for name, value in quality.items() if value},
    }
    filled = {name: value for name, value in document.items() if value}
    return json.dumps(filled, indent=2, ensure_ascii=False) + "\n"


def _column(contract: Contract, name: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    rules: dict[str, Any] = {}
    for clause in contract.clauses:
        if clause.column == name:
            if isinstance(clause.value, TypeName):
                made["type"] = clause.value.physical or clause.value.logical
            rules |= _rules(clause)
    return made | ({"rules": rules} if rules else {})


def _rules(clause: Clause) -> dict[str, Any]:
    value = clause.value
    match clause.kind:
        case "required":
            return {"not_null": True}
        case "unique":
            return {"unique": True}
        case "values" if isinstance(value, tuple):
            return {"allowed_values": list(value)}
        case "pattern" | "format" if not clause.name:
            return {clause.kind: str(value)}
        case "multiple" if isinstance(value, float):
            return {"multiple_of": plain(value)}
        case "range" | "length" | "items" if isinstance(value, Interval) and not clause.name:
            return _ends(clause.kind, value)
        case _:
            return {}


def _ends(kind: ClauseKind, value: Interval) -> dict[str, Any]:
    found = {}
    ends = ((value.low, value.low_open), (value.high, value.high_open))
    for place, (end, is_open) in enumerate(ends):
        names = _NAMES.get((kind, is_open))
        if end is not None and names is not None:
            found[names[place]] = plain(end)
    return found


def _check(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule about the table; one that is no count or query keeps the standard's words."""
    told = {key: rule[key] for key in ("name", "severity") if key in rule}
    told |= {word: rule[key] for key, word in _BOUNDS.items() if key in rule}
    if "mustBeBetween" in rule:
        told |= dict(zip(("min", "max"), rule["mustBeBetween"], strict=True))
    if "query" in rule:
        return {"type": "sql", "sql": rule["query"], **told}
    if rule.get("metric") == "rowCount":
        return {"type": "row_count", **told}
    if rule.get("metric") == "duplicateValues" and "properties" in rule.get("arguments", {}):
        return {"type": "unique", "columns": list(rule["arguments"]["properties"])}
    kind = rule.get("engine") or rule.get("metric") or "rule"
    said = rule.get("implementation") or rule.get("arguments") or {}
    return {"type": kind, **(said if isinstance(said, Mapping) else {"value": said}), **told}


def _freshness(contract: Contract) -> dict[str, Any]:
    for clause in contract.clauses:
        word, _, element = clause.name.partition(" ")
        if clause.kind == "service-level" and word in {"freshness", "latency"}:
            value = clause.value
            told = {"max_age_hours": plain(value / 3600)} if isinstance(value, float) else {}
            told = told or {"value": str(value)}
            return told | ({"column": element} if element else {})
    return {}
