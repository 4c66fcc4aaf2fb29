"""What catalogs and warehouses know of tables: what a `Catalog` is, and how those named are read.

Each kind is a module that offers a `Catalog`. What it returns is plain data of strangers: names are
checked here, once for all kinds. A catalog that fails costs only what it would have told.
"""

import difflib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
from msgspec.structs import replace

from guardian.config import CatalogEntry
from guardian.errors import ConfigError, ServiceError
from guardian.model.catalog import CatalogTable, Holdings
from guardian.model.lineage import ColumnRef
from guardian.model.names import is_path
from guardian.registry import offered

MOST_NAME = 500  # characters
MOST_TABLES = 500_000


class Tables(Protocol):
    """Reads tables in files, apart from everything else; every value is text."""

    def columns(self, file: Path) -> tuple[str, ...]:
        """Return the names of a file's columns."""

    def rows(self, file: Path, columns: Sequence[str]) -> Iterator[Sequence[str | None]]:
        """Yield these columns of all rows of a file."""

    def database(
        self, file: Path
    ) -> tuple[Sequence[Sequence[str | None]], Sequence[Sequence[str | None]]]:
        """Return the columns of the tables in a DuckDB file, and its views."""


class Outside(NamedTuple):
    """What a catalog may use of the world: the file or folder that it names, and a reader.

    `dialect` is the one that the code speaks.
    """

    file: Callable[[str], Path]
    tables: Tables
    dialect: str = ""


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of catalog: the `type` in the configuration, and what reads one.

    `on_disk`: it is read from the `path` that its entry names, and is the same as long as that is.
    """

    name: str
    read: Callable[[CatalogEntry, Outside], Holdings]
    on_disk: bool = True


class Kept(Protocol):
    """Where holdings are kept between runs."""

    def get(self, entry: CatalogEntry, files: Path | None) -> Holdings | None:
        """Return what was kept of a catalog and still holds, None where there is nothing."""

    def put(self, entry: CatalogEntry, files: Path | None, holdings: Holdings) -> None:
        """Keep what a catalog told."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the catalogs told, and a sentence for each that could not be read."""

    holdings: tuple[Holdings, ...] = ()
    problems: tuple[str, ...] = ()


def read_all(entries: Sequence[CatalogEntry], outside: Outside, kept: Kept | None = None) -> Told:
    """Return what the catalogs of a configuration tell.

    Raises:
        ConfigError: one is of a kind that there is not, or lacks its path.
    """
    kinds = {one.name: one for one in offered(__name__, Catalog)}
    for entry in entries:
        _check(entry, kinds)
    told: list[Holdings] = []
    problems: list[str] = []
    for entry in entries:
        try:
            told.append(_read(entry, kinds[entry.type], outside, kept))
        except ServiceError as error:
            problems.append(f"the catalog `{entry.type}` was not read: {error}")
    return Told(holdings=tuple(told), problems=tuple(problems))


def _check(entry: CatalogEntry, kinds: dict[str, Catalog]) -> None:
    kind = kinds.get(entry.type)
    if kind is None:
        close = difflib.get_close_matches(entry.type, kinds, n=1)
        fix = f"did you mean `{close[0]}`?" if close else "known: " + ", ".join(sorted(kinds))
        raise ConfigError(f"`catalogs`: there is no type `{entry.type}`", fix=fix)
    if kind.on_disk and not entry.path:
        raise ConfigError(
            f"`catalogs`: `{entry.type}` needs a `path`", fix="name the file or folder to read"
        )


def _read(entry: CatalogEntry, kind: Catalog, outside: Outside, kept: Kept | None) -> Holdings:
    files = outside.file(entry.path) if kind.on_disk else None
    known = kept.get(entry, files) if kept is not None else None
    if known is not None:
        return known
    found = _clean(kind.read(entry, outside), entry.prefix)
    if kept is not None:
        kept.put(entry, files, found)
    return found


def _clean(found: Holdings, prefix: str) -> Holdings:
    """Return holdings with the prefix before each name, without names that none can be."""
    edges = [
        replace(edge, source=_prefixed(edge.source, prefix), target=_prefixed(edge.target, prefix))
        for edge in found.edges
        if all(map(is_name, (edge.source.dataset, edge.target.dataset)))
        and all(is_name(end.column or "*") for end in (edge.source, edge.target))
    ]
    flows = [
        replace(flow, source=_with(flow.source, prefix), target=_with(flow.target, prefix))
        for flow in found.flows
        if is_name(flow.source) and is_name(flow.target)
    ]
    tables = [_checked(table) for table in found.tables if is_name(table.name)]
    dropped = len(found.tables) - len(tables) + len(found.edges) - len(edges)
    notes = list(found.notes)
    if dropped:
        notes.append(f"{dropped:,} names of `{found.label}` cannot be names; they were left out")
    if len(tables) > MOST_TABLES:
        notes.append(f"`{found.label}` has {len(tables):,} tables; {MOST_TABLES:,} were read")
    return replace(
        found,
        tables=tuple(replace(one, name=_with(one.name, prefix)) for one in tables[:MOST_TABLES]),
        texts=tuple(replace(one, name=_with(one.name, prefix)) for one in found.texts),
        edges=tuple(edges), flows=tuple(flows), notes=tuple(notes),
        schema=_with(found.schema, prefix) if found.schema else "",
    )  # fmt: skip


def _checked(table: CatalogTable) -> CatalogTable:
    """Return a table without columns that none can be; then it is no longer complete."""
    columns = tuple(column for column in table.columns if is_name(column.name))
    if len(columns) == len(table.columns):
        return table
    return replace(table, columns=columns, complete=False)


def is_name(name: str) -> bool:
    """Return whether a text can be the name of a table or column."""
    return 0 < len(name) <= MOST_NAME and name.isprintable()


def _with(name: str, prefix: str) -> str:
    return name if is_path(name) else f"{prefix}{name}"


def _prefixed(ref: ColumnRef, prefix: str) -> ColumnRef:
    return ColumnRef(_with(ref.dataset, prefix), ref.column)
