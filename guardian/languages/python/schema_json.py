"""Schemas as Spark writes them in JSON: `StructType.fromJson(json.load(file))`."""

from guardian.languages.python.spark_types import DataType, StructField, StructType, type_text
from guardian.languages.python.values import Call, Unknown, Value

NAMES = {"integer": "int", "long": "bigint", "short": "smallint", "byte": "tinyint"}
DEPTH_LIMIT = 40


def from_json(call: Call) -> Value:
    """Return the schema that a dict describes; unknown where it describes none."""
    made = _type(call.value(0, "json"), 0)
    return made if isinstance(made, StructType) else Unknown("schema")


def _type(data: Value, depth: int) -> StructType | DataType | None:
    if depth > DEPTH_LIMIT:
        return None
    if isinstance(data, str):
        return DataType(NAMES.get(data, str(data)))
    if not isinstance(data, dict):
        return None
    match data.get("type"):
        case "struct":
            fields = data.get("fields")
            made = [
                _field(item, depth + 1) for item in (fields if isinstance(fields, list) else [])
            ]
            return StructType([item for item in made if item is not None])
        case "array":
            return DataType(f"array<{_text(data.get('elementType'), depth)}>")
        case "map":
            key, value = data.get("keyType"), data.get("valueType")
            return DataType(f"map<{_text(key, depth)},{_text(value, depth)}>")
        case "udt":
            return _type(data.get("sqlType"), depth + 1)
        case _:
            return None


def _text(data: Value, depth: int) -> str:
    return type_text(_type(data, depth + 1)) or "string"


def _field(data: Value, depth: int) -> StructField | None:
    if not isinstance(data, dict) or not isinstance(data.get("name"), str):
        return None
    kind = _type(data.get("type"), depth)
    nullable = data.get("nullable", True)
    return StructField(
        str(data["name"]),
        type_text(kind),
        nullable if isinstance(nullable, bool) else None,
        kind if isinstance(kind, StructType) else None,
    )
