"""Exports of SQL Server's and Synapse's system views, known by their columns."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from guardian.catalogs import Outside, is_name
from guardian.catalogs._headers import Field, Record, called, files_in, number, records
from guardian.catalogs._statements import name_of
from guardian.errors import ServiceError
from guardian.model.lineage import Column
from guardian.model.warehouse import MODULES, Dependency, Warehouse, WarehouseObject

DIALECT = "tsql"
MOST_REQUESTS = 200_000
_OBJECTS: tuple[Field, ...] = (
    ("object_id", "object_id", "objectid", "id"), ("name", "name", "object_name", "table_name"),
    ("type", "type", "object_type", "xtype"), ("schema_id", "schema_id"),
    ("schema_name", "schema_name", "schema", "table_schema"),
    ("modify_date", "modify_date", "modified", "last_altered"),
)  # fmt: skip
_SCHEMAS: tuple[Field, ...] = (("schema_id", "schema_id"), ("name", "name", "schema_name"))
_DEPENDENCIES: tuple[Field, ...] = (
    ("referencing_id", "referencing_id"), ("referenced_id", "referenced_id"),
    ("referenced_schema_name", "referenced_schema_name"),
    ("referenced_entity_name", "referenced_entity_name"),
    ("referenced_database_name", "referenced_database_name"),
)  # fmt: skip
_MODULES: tuple[Field, ...] = (
    ("object_id", "object_id", "objectid"),
    ("definition", "definition", "module_definition"),
)
_COLUMNS: tuple[Field, ...] = (
    ("object_id", "object_id", "objectid"), ("name", "name", "column_name"),
    ("column_id", "column_id", "ordinal_position"),
    ("type", "type_name", "data_type", "system_type_name"), ("is_nullable", "is_nullable"),
    ("user_type_id", "user_type_id", "system_type_id"),
)  # fmt: skip
_LISTED: tuple[Field, ...] = (
    ("table_schema", "table_schema"), ("table_name", "table_name"), ("name", "column_name"),
    ("column_id", "ordinal_position"), ("type", "data_type"), ("is_nullable", "is_nullable"),
)  # fmt: skip
_TYPES: tuple[Field, ...] = (("user_type_id", "user_type_id"), ("name", "name"))
_REQUESTS: tuple[Field, ...] = (
    ("command", "command", "query_text", "query_sql_text", "sql_text", "statement_text", "text"),
    ("status", "status", "error_id"),
    ("request_id", "request_id", "session_id", "query_id", "distributed_statement_id",
     "query_text_id", "submit_time", "start_time", "query_hash"),
)  # fmt: skip
_FAILED = frozenset({"failed", "cancelled", "canceled"})
# What a file is known by: each needs these fields, the first that fits wins.
_KINDS: tuple[tuple[str, tuple[Field, ...], frozenset[str]], ...] = (
    ("dependencies", _DEPENDENCIES, frozenset({"referencing_id", "referenced_entity_name"})),
    ("modules", _MODULES, frozenset({"object_id", "definition"})),
    ("requests", _REQUESTS, frozenset({"command", "request_id"})),
    ("listed", _LISTED, frozenset({"table_schema", "table_name", "name"})),
    ("columns", _COLUMNS, frozenset({"object_id", "name", "column_id"})),
    ("objects", _OBJECTS, frozenset({"object_id", "name", "type"})),
    ("types", _TYPES, frozenset({"user_type_id", "name"})),
    ("schemas", _SCHEMAS, frozenset({"schema_id", "name"})),
)
_NEEDED = {
    "objects": "sys.objects", "modules": "sys.sql_modules",
    "dependencies": "sys.sql_expression_dependencies",
}  # fmt: skip


def warehouse(outside: Outside, place: Path) -> Warehouse:
    """Return what exports of system views say; whatever is missing is noted.

    Raises:
        ServiceError: the objects are not there, or a file cannot be read.
    """
    found: dict[str, list[tuple[Path, Mapping[str, str]]]] = {}
    unread: list[str] = []
    for file in files_in(place):
        try:
            header = outside.tables.columns(file)
        except ServiceError as error:
            unread.append(f"`{file.name}` was left out: {error.what}")
            continue
        for kind, fields, needed in _KINDS:
            names = called(header, fields)
            if needed <= names.keys():
                found.setdefault(kind, []).append((file, names))
                break
    if "objects" not in found:
        raise ServiceError(
            "no file there has the columns of sys.objects", where=str(place),
            fix="export `object_id`, `name`, `type`, `schema_id` and `modify_date` of sys.objects",
        )  # fmt: skip

    def rows(kind: str) -> Iterator[Record]:
        for file, names in found.get(kind, ()):
            yield from records(outside, file, names)

    missing = [view for kind, view in _NEEDED.items() if kind not in found]
    notes = unread + [f"there is no export of {view}; what it tells is missing" for view in missing]
    return _Reading(rows("schemas"), rows("objects")).warehouse(
        definitions={number(row.get("object_id")): row.get("definition", "")
                     for row in rows("modules")},
        columns=_columns(rows("columns"), rows("types")),
        listed=_listed(rows("listed")),
        dependencies=rows("dependencies"),
        requests=_requests(rows("requests")),
        notes=tuple(notes),
    )  # fmt: skip


class _Reading:
    """The objects by id, as schemas and objects name them."""

    def __init__(self, schemas: Iterator[Record], objects: Iterator[Record]) -> None:
        names = {number(row.get("schema_id")): row.get("name", "") for row in schemas}
        self._rows: dict[int, Record] = {}
        self._names: dict[int, str] = {}
        self._unnamable = 0
        for row in objects:
            schema = row.get("schema_name") or names.get(number(row.get("schema_id")), "dbo")
            if "name" in row and "object_id" in row:
                name = name_of((schema, row["name"]), DIALECT)
                object_id = number(row["object_id"])
                if is_name(name):
                    self._rows[object_id] = row
                    self._names[object_id] = name
                else:
                    self._unnamable += 1

    def warehouse(
        self,
        *,
        definitions: Mapping[int, str],
        columns: Mapping[int, tuple[Column, ...]],
        listed: Mapping[str, tuple[Column, ...]],
        dependencies: Iterator[Record],
        requests: tuple[str, ...],
        notes: tuple[str, ...],
    ) -> Warehouse:
        """Return the objects with what belongs to each."""
        objects = {
            name: WarehouseObject(
                name=name, kind=self._rows[number_].get("type", "").strip().upper(),
                modified=self._rows[number_].get("modify_date", ""),
                definition=definitions.get(number_, ""),
                columns=columns.get(number_) or listed.get(name, ()),
            )
            for number_, name in self._names.items()
        }  # fmt: skip
        closed = [
            one.name for one in objects.values() if one.kind in MODULES and not one.definition
        ]
        if closed and definitions:
            said = "is" if len(closed) == 1 else "are"
            notes += (f"the text of {len(closed):,} of the objects {said} not in the export",)
        if self._unnamable:
            notes += (f"{self._unnamable:,} objects have names that none can be; left out",)
        found = {found for row in dependencies if (found := self._dependency(row)) is not None}
        return Warehouse(
            objects=tuple(objects[name] for name in sorted(objects)),
            dependencies=tuple(sorted(found)), requests=requests, notes=notes,
        )  # fmt: skip

    def _dependency(self, row: Record) -> Dependency | None:
        """Return who names whom: by id where the warehouse knows it, else by name."""
        referencing = self._names.get(number(row.get("referencing_id")))
        referenced = self._names.get(number(row.get("referenced_id")))
        if referenced is None and "referenced_entity_name" in row:
            schema = row.get("referenced_schema_name") or "dbo"
            parts = (row.get("referenced_database_name", ""), schema, row["referenced_entity_name"])
            referenced = name_of(parts, DIALECT)
        if referencing is None or referenced is None or referencing == referenced:
            return None
        if not is_name(referenced):
            return None
        return Dependency(referencing, referenced)


def _columns(rows: Iterator[Record], types: Iterator[Record]) -> dict[int, tuple[Column, ...]]:
    named = {number(row.get("user_type_id")): row.get("name", "") for row in types}
    found: dict[int, list[tuple[int, Column]]] = {}
    for row in rows:
        if "name" not in row:
            continue
        kind = row.get("type") or named.get(number(row.get("user_type_id")))
        column = Column(name_of((row["name"],), DIALECT), kind or None, _nullable(row))
        placed = (number(row.get("column_id")), column)
        found.setdefault(number(row.get("object_id")), []).append(placed)
    return {key: _in_order(columns) for key, columns in found.items()}


def _listed(rows: Iterator[Record]) -> dict[str, tuple[Column, ...]]:
    found: dict[str, list[tuple[int, Column]]] = {}
    for row in rows:
        if "name" in row and "table_name" in row:
            table = name_of((row.get("table_schema", "dbo"), row["table_name"]), DIALECT)
            column = Column(name_of((row["name"],), DIALECT), row.get("type"), _nullable(row))
            found.setdefault(table, []).append((number(row.get("column_id")), column))
    return {table: _in_order(columns) for table, columns in found.items()}


def _in_order(columns: list[tuple[int, Column]]) -> tuple[Column, ...]:
    return tuple(column for _, column in sorted(columns, key=lambda item: item[0]))


def _nullable(row: Record) -> bool | None:
    said = row.get("is_nullable", "").lower()
    return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}.get(said)


def _requests(rows: Iterator[Record]) -> tuple[str, ...]:
    """Return the statements that have run to their end, each once, in order of their text."""
    found: set[str] = set()
    for row in rows:
        if "command" in row and row.get("status", "").lower() not in _FAILED:
            found.add(row["command"].strip())
            if len(found) >= MOST_REQUESTS:
                break
    return tuple(sorted(found))
