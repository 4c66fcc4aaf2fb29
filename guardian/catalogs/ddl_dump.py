"""DDL as text (`SHOW CREATE TABLE` of Hive and others), read by our own SQL lowering."""

from pathlib import Path

from guardian.catalogs import Catalog, Outside
from guardian.config import CatalogEntry
from guardian.errors import ServiceError
from guardian.model.catalog import CatalogText, Holdings

MOST_FILES = 20_000
MOST_BYTES = 50_000_000
_ENDINGS = (".sql", ".ddl", ".hql", ".txt")


def read(entry: CatalogEntry, outside: Outside) -> Holdings:
    """Return the statements of one file, or of all in a folder.

    Raises:
        ServiceError: there are none, or they cannot be read.
    """
    place = outside.file(entry.path)
    dialect = entry.dialect or outside.dialect
    texts = [
        CatalogText(name=path.name, sql=_text(path), dialect=dialect) for path in _files(place)
    ]
    if not texts:
        raise ServiceError("no DDL is there", where=entry.path, fix="name a `.sql` file or folder")
    schemas = entry.databases()
    schema = schemas[0].lower() if len(schemas) == 1 else ""
    return Holdings(label=entry.path, schema=schema, texts=tuple(texts))


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    found = (path for path in place.rglob("*") if path.name.lower().endswith(_ENDINGS))
    return sorted(path for path in found if path.is_file() and not path.is_symlink())[:MOST_FILES]


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ServiceError(f"it has more than {MOST_BYTES:,} bytes", where=str(path))
        return path.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise ServiceError(f"cannot be read: {error.strerror}", where=str(path)) from error


DDL = Catalog(name="ddl", read=read)
