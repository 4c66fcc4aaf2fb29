"""Answers that are complete by GitHub's own description, made from the few fields that matter."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.github.prune import DESCRIPTION

_TEXTS = {"date-time": "2026-11-18T10:30:00Z", "uri": "https://github.com/shop"}


@cache
def description() -> dict[str, Any]:
    """Return GitHub's description of the calls that we make."""
    document = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def instance(schema: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a `schema` of the description with the fields `given`, the other required ones empty.

    What is given inside an object that is required is put into it.
    """
    found = _instance({"$ref": f"#/components/schemas/{schema}"}, given)
    assert isinstance(found, dict)
    return found


def _instance(schema: Mapping[str, Any], given: object = None) -> Any:
    if "$ref" in schema:
        _, _, kind, name = schema["$ref"].split("/")
        return _instance(description()["components"][kind][name], given)
    if given is not None and not (isinstance(given, Mapping) and "properties" in schema):
        return given
    if schema.get("nullable") and given is None:
        return None
    for together in ("allOf", "oneOf", "anyOf"):
        if together in schema:
            return _instance(schema[together][0], given)
    if "enum" in schema:
        return schema["enum"][0]
    return _of_type(schema, given)


def _of_type(schema: Mapping[str, Any], given: object) -> Any:
    match schema.get("type"):
        case "string":
            return _TEXTS.get(schema.get("format", ""), "")
        case "integer" | "number":
            return 0
        case "boolean":
            return False
        case "array":
            return []
        case _:
            return _object(schema, given if isinstance(given, Mapping) else {})


def _object(schema: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    fields = schema.get("properties", {})
    wanted = {
        name: _instance(fields.get(name, {"nullable": True}), given.get(name))
        for name in schema.get("required", ())
        if name not in given or given[name] is not None
    }
    return {**given, **wanted}
