"""Exports of `information_schema.columns` and `.views` as CSV, Parquet or JSON."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from guardian.catalogs import Catalog, Outside
from guardian.catalogs._headers import Record, called, files_in, number, records
from guardian.catalogs._statements import name_of, view
from guardian.config import CatalogEntry
from guardian.errors import ServiceError
from guardian.model.catalog import CatalogTable, CatalogText, Holdings
from guardian.model.lineage import Column

TABLE = (
    ("catalog", "table_catalog", "catalog_name", "database_name"),
    ("schema", "table_schema", "schema_name", "table_schem", "owner"),
    ("table", "table_name", "tablename", "view_name"),
)  # fmt: skip
COLUMN = (
    ("column", "column_name", "col_name", "columnname"),
    ("type", "full_data_type", "data_type", "column_type", "type_name"),
    ("position", "ordinal_position", "ordinal", "column_id", "column_index"),
    ("nullable", "is_nullable"),
)  # fmt: skip
VIEW = (("definition", "view_definition", "view_query", "create_statement", "text"),)
_NULLABLE = {"YES": True, "NO": False, "yes": True, "no": False}
_SYSTEM = frozenset({"information_schema", "pg_catalog", "sys"})


def read(entry: CatalogEntry, outside: Outside) -> Holdings:
    """Return the tables and views that exports list.

    Raises:
        ServiceError: none of the files is such an export, or one cannot be read.
    """
    dialect = entry.dialect or outside.dialect
    tables: list[CatalogTable] = []
    texts: list[CatalogText] = []
    for file in files_in(outside.file(entry.path)):
        header = outside.tables.columns(file)
        names = called(header, (*TABLE, *COLUMN, *VIEW))
        if {"table", "column"} <= names.keys():
            tables += tables_of(outside, file, names, dialect, entry.databases())
        elif {"table", "definition"} <= names.keys():
            rows = records(outside, file, names)
            texts += _views(rows, dialect, entry.databases())
    if not tables and not texts:
        raise ServiceError(
            "no file there has the columns of information_schema", where=entry.path,
            fix="export `table_schema`, `table_name`, `column_name` and `data_type`",
        )  # fmt: skip
    schemas = entry.databases()
    schema = name_of(schemas, dialect) if len(schemas) == 1 else ""
    return Holdings(label=entry.path, schema=schema, tables=tuple(tables), texts=tuple(texts))


def tables_of(
    outside: Outside,
    file: Path,
    names: Mapping[str, str],
    dialect: str,
    schemas: Iterable[str] = (),
) -> Iterator[CatalogTable]:
    """Yield the tables of an export of columns, with their columns in order."""
    wanted = {schema.lower() for schema in schemas}
    found: dict[str, list[tuple[int, Column]]] = {}
    named: dict[tuple[str, ...], list[tuple[int, Column]]] = {}
    for row in records(outside, file, names):
        if "column" not in row or not _counts(row, wanted):
            continue
        whose = parts(row)
        columns = named.get(whose)
        if columns is None:
            columns = named[whose] = found.setdefault(name_of(whose, dialect), [])
        nullable = _NULLABLE.get(row.get("nullable", ""))
        column = Column(name_of((row["column"],), dialect), row.get("type"), nullable)
        columns.append((number(row.get("position")), column))
    for name, columns in found.items():
        ordered = sorted(columns, key=lambda item: item[0])
        yield CatalogTable(
            name=name, columns=tuple({column.name: column for _, column in ordered}.values())
        )


def parts(row: Record) -> tuple[str, ...]:
    """Return the parts of a table's name."""
    return row.get("catalog", ""), row.get("schema", ""), row["table"]


def _counts(row: Record, wanted: Collection[str]) -> bool:
    schema = row.get("schema", "").lower()
    return "table" in row and schema not in _SYSTEM and (not wanted or schema in wanted)


def _views(rows: Iterable[Record], dialect: str, schemas: Iterable[str]) -> Iterator[CatalogText]:
    wanted = {schema.lower() for schema in schemas}
    for row in rows:
        text = row.get("definition", "").strip()
        if not text or not _counts(row, wanted):
            continue
        named = parts(row)
        if text.split(None, 1)[0].upper() not in {"CREATE", "ALTER"}:
            text = view(named, text, dialect)
        yield CatalogText(name=name_of(named, dialect), sql=text, dialect=dialect)


EXPORT = Catalog(name="information_schema", read=read)
