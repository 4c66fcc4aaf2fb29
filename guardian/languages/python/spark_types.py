"""PySpark's types and schemas.

`StructType([...])`, `StructType().add(...)`, DDL strings, type names.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from guardian.languages.python.machine import Machine
from guardian.languages.python.values import MISSING, OPEN, Call, Unknown, Value, plain, to_text
from guardian.model.lineage import Column as ModelColumn
from guardian.model.names import fold

SIMPLE = {
    "StringType": "string", "IntegerType": "int", "LongType": "bigint", "ShortType": "smallint",
    "ByteType": "tinyint", "DoubleType": "double", "FloatType": "float", "BooleanType": "boolean",
    "DateType": "date", "TimestampType": "timestamp", "TimestampNTZType": "timestamp_ntz",
    "BinaryType": "binary",
    "NullType": "void", "VarcharType": "string", "CharType": "string", "VariantType": "variant",
}  # fmt: skip
CLASSES = {text: name for name, text in reversed(SIMPLE.items())}
NUMERIC = frozenset({
    "IntegerType", "LongType", "ShortType", "ByteType", "DoubleType", "FloatType", "DecimalType",
})  # fmt: skip
CONTAINERS = frozenset({"DecimalType", "ArrayType", "MapType", "StructType", "StructField"})


# Columns in order, as (name, type); a type that is not known is the empty string.
Shape: TypeAlias = tuple[tuple[str, str], ...]
# The attributes that hold the types inside one, and where in its brackets these stand.
PARTS = {"elementType": 0, "keyType": 0, "valueType": 1}


@dataclass(frozen=True)
class DataType:
    """A type, as DDL writes it."""

    text: str

    @property
    def spark_type(self) -> str:
        """Return the name of its class in PySpark."""
        head = self.text.partition("(")[0].partition("<")[0].strip()
        return CLASSES.get(head, f"{head.capitalize()}Type")

    @property
    def spark_families(self) -> tuple[str, ...]:
        """Return the names of the classes above its own."""
        numeric = self.spark_type in NUMERIC
        return ("DataType", "AtomicType", "NumericType") if numeric else ("DataType",)

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return the type that it is made of: an array's elements, a map's keys and values."""
        del machine
        parsed = parsed_type(self.text) if name in PARTS else None
        inner = parsed.expressions if parsed is not None else []
        place = PARTS.get(name, 0)
        return type_value(str(inner[place].sql("spark")).lower()) if place < len(inner) else MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return its text, or itself where the class itself was given and is called now."""
        del call
        if name in {"simpleString", "typeName"}:
            return self.text
        return self if name == "__call__" else Unknown()


@dataclass(eq=False)
class StructField:
    """A field of a schema."""

    name: str
    type_text: str | None
    nullable: bool | None = True
    schema: "StructType | None" = None
    spark_type = "StructField"

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return its name, type or nullability."""
        del machine
        match name:
            case "name":
                return self.name
            case "dataType":
                if self.schema is not None:
                    return self.schema
                return type_value(self.type_text) if self.type_text else Unknown("dataType")
            case "nullable":
                return self.nullable if self.nullable is not None else Unknown()
            case _:
                pass
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return nothing: a field is data."""
        del name, call
        return Unknown()


@dataclass(eq=False)
class StructType:
    """A schema; `add` adds to it, as PySpark's does."""

    fields: list[StructField] = field(default_factory=list)
    spark_type = "StructType"

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return its fields or their names."""
        del machine
        if name == "fields":
            return list(self.fields)
        if name == "names":
            return [item.name for item in self.fields]
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method gives."""
        match name:
            case "add":
                made = make_field(call)
                if made is not None:
                    self.fields.append(made)
                return self
            case "fieldNames":
                return [item.name for item in self.fields]
            case "__iter__":
                return list(self.fields)
            case "__getitem__":
                return next((item for item in self.fields if item.name == call.value(0)), Unknown())
            case "simpleString":
                return self.text()
            case "__call__":
                return self
            case _:
                pass
        return Unknown()

    def text(self) -> str:
        """Return the schema as a struct type."""
        inner = ",".join(
            f"{fold(item.name, 'spark')}:{item.type_text or 'string'}" for item in self.fields
        )
        return f"struct<{inner}>"

    def columns(self) -> tuple[ModelColumn, ...]:
        """Return the columns that the schema declares."""
        return tuple(
            ModelColumn(fold(item.name, "spark"), item.type_text, item.nullable)
            for item in self.fields
        )


def type_value(text: str) -> DataType | StructType:
    """Return the type that DDL writes as `text`."""
    fields = struct_fields(text)
    known = [StructField(name, kind or None) for name, kind in fields]
    return StructType(known) if known else DataType(text)


def make_field(call: Call) -> StructField | None:
    """Return the field that `StructField(name, type, nullable)` makes."""
    first = call.value(0, "name")
    if isinstance(first, StructField):
        return first
    if not isinstance(first, str):
        return None
    kind = call.value(1, "dataType", call.kwargs.get("data_type"))
    nullable = call.value(2, "nullable", True)  # noqa: FBT003 - PySpark's default
    return StructField(
        plain(first),
        type_text(kind),
        nullable if isinstance(nullable, bool) else None,
        kind if isinstance(kind, StructType) else None,
    )


def type_text(value: Value) -> str | None:
    """Return a type as DDL writes it; None where it is not known."""
    if isinstance(value, StructType):
        return value.text()
    if isinstance(value, DataType):
        return value.text
    if isinstance(value, str) and OPEN not in value:
        return normal_text(value)
    return None


def make_type(name: str, call: Call) -> Value:
    """Return the type that a class of `pyspark.sql.types` makes."""
    match name:
        case "StructType":
            fields = call.machine.iterate(call.value(0, "fields", []))
            return StructType([item for item in fields or [] if isinstance(item, StructField)])
        case "StructField":
            return make_field(call) or Unknown()
        case "DecimalType":
            precision, scale = call.value(0, "precision", 10), call.value(1, "scale", 0)
            return DataType(f"decimal({to_text(precision)},{to_text(scale)})")
        case "ArrayType":
            return DataType(f"array<{type_text(call.value(0, 'elementType')) or 'string'}>")
        case "MapType":
            key, value = call.value(0, "keyType"), call.value(1, "valueType")
            return DataType(f"map<{type_text(key) or 'string'},{type_text(value) or 'string'}>")
        case _:
            pass
    return DataType(SIMPLE[name]) if name in SIMPLE else Unknown()


@lru_cache(maxsize=512)
def parsed_type(text: str) -> exp.DataType | None:
    """Return a type's text as sqlglot holds it; None where it is none, or too long."""
    if len(text) > 20_000 or text.count("<") > 50 or text.count("(") > 200:
        return None
    try:
        return exp.DataType.build(text, dialect="spark", udt=True)
    except (SqlglotError, ValueError, RecursionError):
        return None


def struct_fields(text: str) -> Shape:
    """Return the fields of a struct type; none where `text` is no struct."""
    parsed = parsed_type(text) if text else None
    if parsed is None or parsed.this != exp.DType.STRUCT:
        return ()
    return tuple(
        (part.name.lower(), part.args["kind"].sql("spark").lower() if part.args.get("kind") else "")
        for part in parsed.expressions
        if isinstance(part, exp.ColumnDef)
    )


def element_type(text: str) -> str:
    """Return the type of an array's elements; empty where `text` is no array."""
    parsed = parsed_type(text) if text else None
    if parsed is None or parsed.this != exp.DType.ARRAY or not parsed.expressions:
        return ""
    return str(parsed.expressions[0].sql("spark").lower())


def type_tree(value: Value) -> exp.DataType | None:
    """Return a type as sqlglot holds it; None where it is not known."""
    text = type_text(value)
    return parsed_type(text) if text else None


def normal_text(text: str) -> str:
    """Return a type's name in lower case, `integer` and its like as the types' own names."""
    from guardian.languages.expressions import type_text as printed  # noqa: PLC0415 - imports all of sqlglot

    parsed = parsed_type(text.strip())
    return printed(parsed, "spark") if parsed is not None else " ".join(text.lower().split())


def schema_of(value: Value) -> StructType | None:
    """Return the schema that a value is.

    Built, or a DDL string (`a INT, b STRING`), or a list of names.
    """
    if isinstance(value, StructType):
        return value
    if isinstance(value, list | tuple) and value and all(isinstance(name, str) for name in value):
        return StructType([StructField(plain(str(name)), None) for name in value])
    if isinstance(value, str) and OPEN not in value and value.strip():
        return _from_ddl(str(value))
    return None


def shape_text(value: Value) -> str | None:
    """Return the type that a schema given to `from_json` stands for, as DDL; None if unknown."""
    if isinstance(value, DataType):
        return value.text
    if isinstance(value, str) and re.match(r"\s*(array|map|struct)\s*<", value, re.IGNORECASE):
        return type_text(value)
    schema = schema_of(value)
    return schema.text() if schema is not None else None


@lru_cache(maxsize=256)
def _ddl_columns(text: str) -> tuple[tuple[str, str | None, bool], ...]:
    body = text.strip()
    if body.lower().startswith("struct<"):
        body = body[7:-1]
    if len(body) > 100_000:
        return ()
    try:
        tree = sqlglot.parse_one(f"CREATE TABLE t ({body})", dialect="spark")
    except (SqlglotError, ValueError, RecursionError):
        return ()
    found = []
    for column in tree.find_all(exp.ColumnDef):
        kind = column.args.get("kind")
        strict = any(
            isinstance(item.kind, exp.NotNullColumnConstraint) for item in column.constraints
        )
        if column.find_ancestor(exp.DataType) is None:
            found.append(
                (column.name, normal_text(kind.sql("spark")) if kind else None, not strict)
            )
    return tuple(found)


def _from_ddl(text: str) -> StructType | None:
    columns = _ddl_columns(text)
    return StructType([StructField(*column) for column in columns]) if columns else None
