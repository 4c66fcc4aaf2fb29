"""A DuckDB file: its tables and views. It is opened read-only, and none of its views is run."""

from guardian.catalogs import Catalog, Outside
from guardian.catalogs._statements import name_of
from guardian.config import CatalogEntry
from guardian.model.catalog import CatalogTable, CatalogText, Holdings
from guardian.model.lineage import Column

DIALECT = "duckdb"
INITIAL = "main"  # the schema that a session begins in


def read(entry: CatalogEntry, outside: Outside) -> Holdings:
    """Return the tables of the file, and the SQL of its views.

    Raises:
        ServiceError: it is no DuckDB file, or cannot be read within its limits.
    """
    wanted = {schema.lower() for schema in entry.databases()}
    columns, views = outside.tables.database(outside.file(entry.path))
    found: dict[str, list[Column]] = {}
    for schema, table, column, kind, nullable in columns:
        if schema and table and column and (not wanted or schema.lower() in wanted):
            name = name_of((schema, table), DIALECT)
            listed = Column(name_of((column,), DIALECT), kind, nullable != "false")
            found.setdefault(name, []).append(listed)
    texts = [
        CatalogText(name=name_of((schema, name), DIALECT), sql=sql, dialect=DIALECT)
        for schema, name, sql in views
        if schema and name and sql and (not wanted or schema.lower() in wanted)
    ]
    return Holdings(
        label=entry.path,
        schema=INITIAL,
        tables=tuple(CatalogTable(name=name, columns=tuple(of)) for name, of in found.items()),
        texts=tuple(texts),
    )


DUCKDB = Catalog(name="duckdb", read=read)
