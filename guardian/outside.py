"""Reads the catalogs that the configuration names, and lowers the SQL that they hold."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from guardian import pipeline
from guardian.catalogs import Outside, read_all
from guardian.catalogs._kept import KeptHoldings
from guardian.catalogued import Held
from guardian.config import FILE, Config
from guardian.engines.deep import deep
from guardian.engines.tables import TableFiles
from guardian.errors import ServiceError
from guardian.model.catalog import Holdings
from guardian.model.lineage import Diagnostic
from guardian.model.source import SourceFile
from guardian.sources.files import Files, blob_id
from guardian.stores.lowered import LoweredCache, cache_path

_LANGUAGE = "sql"
Caching: TypeAlias = Callable[[], AbstractContextManager[LoweredCache | None]]


class Texts:
    """The SQL that a catalog holds, as files of a revision; each has the dialect of its view."""

    def __init__(self, held: Holdings) -> None:
        """Name each text after the catalog and what it makes."""
        before = f"{held.label}#" if held.label else ""
        self._texts = {f"{before}{text.name}": text for text in held.texts}
        self._paths = tuple(sorted(self._texts))

    def read(self, path: str) -> SourceFile | None:
        """Return a text, None where there is none: a script of the catalog includes no other."""
        text = self._texts.get(path)
        return SourceFile(path, text.sql, blob_id(text.sql.encode())) if text else None

    def blob(self, path: str) -> str | None:
        """Return what tells a text from others."""
        file = self.read(path)
        return file.blob if file else None

    def paths(self) -> Sequence[str]:
        """Return the names of all texts."""
        return self._paths

    def dialect(self, path: str) -> str:
        """Return the dialect of a text."""
        return self._texts[path].dialect

    def settings(self) -> Mapping[str, Any]:
        """Return no settings: those of the code are not meant for it."""
        return {}


def catalogs(
    config: Config, root: Path, revision: Files | None, cache: Caching, *, waiting: bool = True
) -> tuple[tuple[Held, ...], tuple[Diagnostic, ...]]:
    """Return what the catalogs of a configuration hold, and what is to be told of them.

    Files are those below `root`, or those of `revision` where the configuration comes from one.
    Without `waiting`, what a service once told is taken for what it tells.

    Raises:
        ConfigError: an entry says something that we cannot follow.
    """
    places = Places(root, revision)

    def lowered() -> tuple[Held, ...]:
        with cache() as kept:
            return tuple(_held(one, kept) for one in told.holdings)

    with cache() as keeping:
        folder = cache_path().parent / "catalogs" if keeping is not None else None
    kept = KeptHoldings(folder, str(root.resolve()), of_any_age=not waiting) if folder else None
    with TableFiles() as tables, places.opened():
        told = read_all(config.catalogs, Outside(places.find, tables, config.sql.dialect), kept)
    notes = (*told.problems, *(note for one in told.holdings for note in one.notes))
    return deep(lowered), tuple(Diagnostic(FILE, 1, note) for note in notes)


def _held(holdings: Holdings, cache: LoweredCache | None) -> Held:
    """Return what a catalog holds, with its texts lowered."""
    texts = Texts(holdings)
    lowered, _ = pipeline.lower(texts, texts.paths(), cache, language=_LANGUAGE)
    return Held(holdings, lowered)


class Places:
    """Finds the files that catalogs are read from.

    A relative path is one of the repository. Where the configuration comes from a revision, that
    revision's file counts, and one on disk only where it has none. Links on the way, which the
    head of a pull request may have put there, are not followed.
    """

    def __init__(self, root: Path, revision: Files | None) -> None:
        """Take relative paths from `root`, or first from `revision`."""
        self._root = root
        self._revision = revision
        self._copies: Path | None = None

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep copies of the revision's files until the end."""
        with tempfile.TemporaryDirectory(prefix="guardian-") as folder:
            self._copies = Path(folder)
            try:
                yield
            finally:
                self._copies = None

    def find(self, path: str) -> Path:
        """Return the file or folder at `path`.

        Raises:
            ServiceError: there is none, or the way to it leaves the repository.
        """
        if Path(path).is_absolute():
            place = Path(path)
        else:
            parts = Path(path).parts
            if ".." in parts:
                raise ServiceError(
                    "the path leaves the repository", where=path, fix="write it as an absolute path"
                )
            place = self._copied("/".join(parts)) or self._on_disk(parts)
        if not place.exists():
            raise ServiceError("there is no such file or folder", where=path)
        return place

    def _on_disk(self, parts: Sequence[str]) -> Path:
        place = self._root
        for part in parts:
            place /= part
            if place.is_symlink():
                raise ServiceError(
                    "a symbolic link is on the way, and is not followed", where="/".join(parts),
                    fix="name the file itself, or write an absolute path",
                )  # fmt: skip
        return place

    def _copied(self, path: str) -> Path | None:
        """Return a copy of what the revision has at `path`, None where it has nothing there."""
        if self._revision is None or self._copies is None:
            return None
        below = f"{path}/"
        names = [name for name in self._revision.paths() if name == path or name.startswith(below)]
        for name in names:
            copy = self._copies / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(self._revision.data(name) or b"")
        return self._copies / path if names else None
