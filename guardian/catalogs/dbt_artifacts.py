"""`manifest.json` and `catalog.json` of a dbt project elsewhere: its tables and compiled models."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from guardian.catalogs import Catalog, Outside
from guardian.catalogs._statements import name_of, parts_of, view
from guardian.config import CatalogEntry
from guardian.errors import ServiceError
from guardian.languages.dbt import artifacts
from guardian.model.catalog import CatalogTable, CatalogText, Holdings
from guardian.model.lineage import Column

MOST_BYTES = 500_000_000
_DIALECTS = {"postgres": "postgres", "sqlserver": "tsql", "synapse": "tsql", "glue": "spark"}
_BUILT = frozenset({"model", "seed", "snapshot"})


def read(entry: CatalogEntry, outside: Outside) -> Holdings:
    """Return what the manifest in a folder, and the catalog beside it, tell.

    Raises:
        ServiceError: there is no manifest, or one of a version that is not read.
    """
    place = outside.file(entry.path)
    folder = place if place.is_dir() else place.parent
    manifest_file = place if place.is_file() else folder / "manifest.json"
    try:
        manifest = artifacts.read_manifest(_text(manifest_file))
        listing = folder / "catalog.json"
        listed = (
            artifacts.read_catalog(_text(listing)) if listing.is_file() else artifacts.Catalog()
        )
    except artifacts.ArtifactError as error:
        raise ServiceError(str(error), where=entry.path) from error
    dialect = entry.dialect or _dialect(manifest) or outside.dialect
    nodes = {**manifest.nodes, **manifest.sources}
    columns = {**listed.nodes, **listed.sources}
    return Holdings(
        label=entry.path,
        tables=tuple(_tables(nodes, columns, dialect)),
        texts=tuple(_texts(nodes, dialect)),
    )


def _tables(
    nodes: Mapping[str, artifacts.ManifestNode],
    columns: Mapping[str, artifacts.CatalogTable],
    dialect: str,
) -> Iterator[CatalogTable]:
    for unique_id, node in nodes.items():
        if node.relation_name and unique_id in columns:
            listed = columns[unique_id].listed()
            yield CatalogTable(
                name=name_of(parts_of(node.relation_name), dialect),
                columns=tuple(
                    Column(name_of((one.name,), dialect), one.type or None) for one in listed
                ),
                complete=bool(listed),
            )


def _texts(nodes: Mapping[str, artifacts.ManifestNode], dialect: str) -> Iterator[CatalogText]:
    for node in nodes.values():
        if node.relation_name and node.compiled_code and node.resource_type in _BUILT:
            named = parts_of(node.relation_name)
            sql = view(named, node.compiled_code, dialect)
            yield CatalogText(name=name_of(named, dialect), sql=sql, dialect=dialect)


def _dialect(manifest: artifacts.Manifest) -> str:
    try:
        adapter = msgspec.json.decode(manifest.metadata.get("adapter_type", b'""'))
    except msgspec.DecodeError:
        return ""
    return _DIALECTS.get(str(adapter), str(adapter))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ServiceError(f"it has more than {MOST_BYTES:,} bytes", where=str(path))
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ServiceError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise ServiceError("it is no text in UTF-8", where=str(path)) from error


DBT = Catalog(name="dbt", read=read)
