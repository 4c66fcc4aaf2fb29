"""Azure Synapse and SQL Server, offline: exports of their system views as Parquet, CSV or JSON."""

from collections.abc import Iterator

from guardian.catalogs import Catalog, Outside
from guardian.catalogs._dmv import DIALECT, warehouse
from guardian.config import CatalogEntry
from guardian.model.catalog import CatalogTable, CatalogText, Holdings
from guardian.model.lineage import Location, RowFlow
from guardian.model.warehouse import VIEW, Warehouse


def read(entry: CatalogEntry, outside: Outside) -> Holdings:
    """Return the tables, the SQL of views and procedures, and what views are known to need.

    Raises:
        ServiceError: the objects are not there, or a file cannot be read.
    """
    found = warehouse(outside, outside.file(entry.path))
    return Holdings(
        label=entry.path,
        tables=tuple(
            CatalogTable(name=one.name, columns=one.columns, complete=bool(one.columns))
            for one in found.objects
            if one.columns or one.kind in {"U", "ET"}
        ),
        texts=tuple(
            CatalogText(name=one.name, sql=one.definition, dialect=DIALECT)
            for one in found.objects
            if one.definition
        ),
        flows=tuple(_flows(found, entry.path)),
        notes=found.notes,
    )


def _flows(found: Warehouse, label: str) -> Iterator[RowFlow]:
    """Yield what views read; which way data flows through a procedure is not recorded."""
    views = {one.name for one in found.objects if one.kind == VIEW}
    for one in found.dependencies:
        if one.referencing in views:
            yield RowFlow(
                source=one.referenced, target=one.referencing, job=f"{label}#{one.referencing}",
                location=Location(label, 1),
            )  # fmt: skip


SYNAPSE = Catalog(name="synapse", read=read)
