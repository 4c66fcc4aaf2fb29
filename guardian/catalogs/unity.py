"""Unity Catalog: exports of its lineage system tables and of `information_schema.columns`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from guardian.catalogs import Catalog, Outside
from guardian.catalogs._headers import Record, called, files_in, records
from guardian.catalogs._statements import name_of
from guardian.catalogs.information_schema import COLUMN, TABLE, tables_of
from guardian.config import CatalogEntry
from guardian.errors import ServiceError
from guardian.model.catalog import CatalogTable, Holdings
from guardian.model.lineage import ColumnRef, Edge, Location, RowFlow
from guardian.model.names import is_path, path_name

DIALECT = "databricks"
_LINEAGE = (
    ("source", "source_table_full_name"), ("target", "target_table_full_name"),
    ("source_column", "source_column_name"), ("target_column", "target_column_name"),
    ("source_path", "source_path"), ("target_path", "target_path"),
    ("entity_type", "entity_type"), ("entity_id", "entity_id"),
)  # fmt: skip


def read(entry: CatalogEntry, outside: Outside) -> Holdings:
    """Return the tables, the edges of columns and the flows between tables that exports hold.

    Raises:
        ServiceError: none of the files is such an export, or one cannot be read.
    """
    edges: dict[tuple[ColumnRef, ColumnRef], Edge] = {}
    flows: dict[tuple[str, str], RowFlow] = {}
    tables: list[CatalogTable] = []
    known = 0
    for file in files_in(outside.file(entry.path)):
        header = outside.tables.columns(file)
        names = called(header, _LINEAGE)
        listing = called(header, (*TABLE, *COLUMN))
        if {"source_column", "target_column"} <= names.keys():
            for edge in _edges(outside, file, names, entry.path):
                edges.setdefault((edge.source, edge.target), edge)
        elif {"source", "target"} <= names.keys():
            for flow in _flows(outside, file, names, entry.path):
                flows.setdefault((flow.source, flow.target), flow)
        elif {"table", "column"} <= listing.keys():
            tables += tables_of(outside, file, listing, DIALECT)
        else:
            continue
        known += 1
    if not known:
        raise ServiceError(
            "no file there has the columns of a lineage system table", where=entry.path,
            fix="export system.access.column_lineage and system.access.table_lineage",
        )  # fmt: skip
    return Holdings(
        label=entry.path, tables=tuple(tables),
        edges=tuple(edges.values()), flows=tuple(flows.values()),
    )  # fmt: skip


def _edges(outside: Outside, file: Path, names: Mapping[str, str], label: str) -> Iterator[Edge]:
    """Yield an edge for each event that names both columns; how it flows is not recorded."""
    for row in records(outside, file, names):
        source, target = _end(row, "source"), _end(row, "target")
        if source and target and "source_column" in row and "target_column" in row:
            yield Edge(
                source=ColumnRef(source, name_of((row["source_column"],), DIALECT)),
                target=ColumnRef(target, name_of((row["target_column"],), DIALECT)),
                type="DIRECT", subtype="TRANSFORMATION", job=_job(row, label),
                location=Location(label, 1), confidence=1.0,
            )  # fmt: skip


def _flows(outside: Outside, file: Path, names: Mapping[str, str], label: str) -> Iterator[RowFlow]:
    for row in records(outside, file, names):
        source, target = _end(row, "source"), _end(row, "target")
        if source and target and source != target:
            yield RowFlow(
                source=source, target=target, job=_job(row, label), location=Location(label, 1)
            )


def _end(row: Record, side: str) -> str:
    """Return the table, or the location, at one side of an event."""
    if side in row:
        return name_of(row[side].split("."), DIALECT)
    path = row.get(f"{side}_path", "")
    return path_name(path) if is_path(path) else ""


def _job(row: Record, label: str) -> str:
    said = [row[key].lower() for key in ("entity_type", "entity_id") if row.get(key)]
    job = f"{label}#{' '.join(said)}"[:300]
    return job if said and job.isprintable() else label


UNITY = Catalog(name="unity", read=read)
