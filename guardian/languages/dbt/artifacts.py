"""What dbt itself left in `target/`: compiled SQL in `manifest.json`, columns in `catalog.json`.

They are facts of the run that made them. A model whose file has changed since is read from its
source, as all are where these files are missing.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec

VERSIONS = range(9, 13)
_VERSION = re.compile(r"/v([0-9]+)\.json\Z")


class _Depends(msgspec.Struct, frozen=True):
    nodes: list[str] = []


class ManifestNode(msgspec.Struct, frozen=True):
    """A model, seed, snapshot or source of a manifest; `relation_name` is what SQL calls it."""

    name: str = ""
    resource_type: str = ""
    package_name: str = ""
    original_file_path: str = ""
    source_name: str = ""
    relation_name: str | None = None
    compiled_code: str | None = None
    checksum: Mapping[str, str | None] = {}
    depends_on: _Depends = _Depends()


class Manifest(msgspec.Struct, frozen=True):
    """`manifest.json`, as much of it as is used, by unique id."""

    metadata: Mapping[str, msgspec.Raw] = {}
    nodes: Mapping[str, ManifestNode] = {}
    sources: Mapping[str, ManifestNode] = {}

    def node(self, unique_id: str) -> ManifestNode | None:
        """Return a node or source by its id."""
        return self.nodes.get(unique_id) or self.sources.get(unique_id)


class CatalogColumn(msgspec.Struct, frozen=True):
    """A column as the database listed it."""

    name: str
    type: str = ""
    index: int = 0


class CatalogTable(msgspec.Struct, frozen=True):
    """A table as the database listed it."""

    columns: Mapping[str, CatalogColumn] = {}

    def listed(self) -> list[CatalogColumn]:
        """Return the columns in their order."""
        return sorted(self.columns.values(), key=lambda column: column.index)


class Catalog(msgspec.Struct, frozen=True):
    """`catalog.json`, by unique id."""

    nodes: Mapping[str, CatalogTable] = {}
    sources: Mapping[str, CatalogTable] = {}


class ArtifactError(Exception):
    """A file of `target/` that cannot be used; its text says why and what to do."""


@lru_cache(maxsize=2)
def read_manifest(text: str) -> Manifest:
    """Return the manifest in `text`.

    Raises:
        ArtifactError: it is none, or of a version that is not known.
    """
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
        stated = msgspec.json.decode(manifest.metadata.get("dbt_schema_version", b'""'))
    except (msgspec.DecodeError, RecursionError) as error:
        raise ArtifactError(
            f"this is no dbt manifest ({error}); `dbt parse` makes it anew"
        ) from None
    found = _VERSION.search(str(stated))
    if found is None or int(found[1]) not in VERSIONS:
        known = f"{VERSIONS[0]} to {VERSIONS[-1]}"
        raise ArtifactError(
            f"manifests of schema version {known} are read, this one says `{stated}`: "
            "it is not used, the models are read from their sources"
        )
    return manifest


def read_catalog(text: str) -> Catalog:
    """Return the catalog in `text`.

    Raises:
        ArtifactError: it is none.
    """
    try:
        return msgspec.json.decode(text, type=Catalog)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ArtifactError(
            f"this is no dbt catalog ({error}); `dbt docs generate` makes it anew"
        ) from None


def matches(node: ManifestNode, text: str) -> bool:
    """Return whether the manifest was made from the file with this text."""
    if node.checksum.get("name") != "sha256":
        return False
    wanted = node.checksum.get("checksum")
    return wanted in {_digest(text.strip()), _digest(text)}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def renamed(compiled: str, names: Mapping[str, str]) -> str:
    """Return compiled SQL with its relations, as the database calls them, under other names."""
    if not names:
        return compiled
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    whole = re.compile(rf"(?<![\w.\"`])(?:{either})(?![\w.\"`])")
    return whole.sub(lambda found: names[found[0]], compiled)


def unique_ids(table: Mapping[str, CatalogTable]) -> Iterator[tuple[tuple[str, ...], CatalogTable]]:
    """Yield each table with the parts of its id: `model`, package, name, or more of a source."""
    for unique_id, found in table.items():
        yield tuple(unique_id.split(".")), found
