"""What one extraction read beyond its own file, so that its cached result can be checked later.

Which files there are can be part of the answer, too: a macro that is added may be the one that was
missed. Such a question is noted as a pattern, `folder/*.yml` or `folder/**.yml`, with a digest of
the paths that match it; `.yml` stands for `.yaml`, too.
"""

import hashlib
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from guardian.languages import Sources
from guardian.languages.declared_tables import (
    MOST_REVISIONS,
    created_tables,
    ddl_files,
    digest_of,
)
from guardian.model.plan import Lowered
from guardian.model.source import SourceFile

MOST_LISTINGS = 4_000
# What is noted in place of a path where the created tables of all SQL files were looked at.
TABLES = "*CREATE TABLE"

_listings: OrderedDict[tuple[int, str], tuple[Sequence[str], str]] = OrderedDict()


def listed(pattern: str, paths: Sequence[str]) -> str:
    """Return a digest of those of the sorted `paths` that match: `**` is at any depth."""
    key = (id(paths), pattern)
    known = _listings.get(key)
    if known is not None and known[0] is paths:
        return known[1]
    folder, _, ending = pattern.rpartition("*")
    deep = folder.endswith("*")
    endings = (".yml", ".yaml") if ending == ".yml" else (ending,)
    digest = hashlib.blake2b(digest_size=8)
    prefix = folder.rstrip("*")
    index = bisect_left(paths, prefix)
    while index < len(paths) and paths[index].startswith(prefix):
        path = paths[index]
        if path.endswith(endings) and (deep or "/" not in path[len(prefix) :]):
            digest.update(f"{path}\n".encode())
        index += 1
    _listings[key] = (paths, digest.hexdigest())
    while len(_listings) > MOST_LISTINGS:
        _listings.popitem(last=False)
    return _listings[key][1]


class Recording:
    """The files of a revision, as `unrecorded` offers them, with a note of each read."""

    def __init__(self, sources: Sources, path: str) -> None:
        """Record what is read on behalf of the file at `path`; reading that file itself is none."""
        self.unrecorded = sources
        self._path = path
        self._blobs: dict[str, str] = {}

    @property
    def files_read(self) -> tuple[tuple[str, str], ...]:
        """Return the other files that were asked for: path and blob id, empty if it is missing."""
        return tuple(sorted(self._blobs.items()))

    def read(self, path: str) -> SourceFile | None:
        """Return the file at `path`, None where there is none."""
        file = self.unrecorded.read(path)
        if path != self._path:
            self._blobs[path] = _version(file)
        return file

    def note_listing(self, pattern: str) -> None:
        """Note that the result depends on which files match `pattern`."""
        self._blobs[pattern] = listed(pattern, self.paths())

    def tables(self) -> Mapping[str, str]:
        """Return the statement of each table that SQL files create, and note that."""
        found = tables_of(self.unrecorded)
        tables = created_tables(_below(self.unrecorded))
        self._blobs[TABLES] = f"{tables.read} {tables.digest}"
        return found

    def paths(self) -> Sequence[str]:
        """Return the paths of all files of the revision, sorted."""
        return self.unrecorded.paths()

    def dialect(self, path: str) -> str:
        """Return the dialect that the configuration gives `path`."""
        return self.unrecorded.dialect(path)

    def settings(self) -> Mapping[str, Any]:
        """Return what else the configuration says that a language needs."""
        return self.unrecorded.settings()


def tables_of(sources: Sources) -> Mapping[str, str]:
    """Return the statement of each table that SQL files create, noted where reads are."""
    return (
        sources.tables() if isinstance(sources, Recording) else created_tables(sources).statements
    )


def _below(sources: Sources) -> Sources:
    while isinstance(sources, Recording):
        sources = sources.unrecorded
    return sources


def _version(file: SourceFile | None) -> str:
    """Return what tells a file from others; one with a warning is not known by its blob alone."""
    if file is None:
        return ""
    return f"{file.blob} {file.assumed}" if file.assumed else file.blob


class Versioned(Sources, Protocol):
    """Files whose blob ids are known without reading them."""

    def blob(self, path: str) -> str | None:
        """Return the blob id of a file, None where it is not there or cannot be read."""


def holds(lowered: Lowered, sources: Versioned) -> bool:
    """Return whether the other files that `lowered` was made from are the same in `sources`.

    A file is read for that only where its blob id does not tell.
    """
    for path, blob in lowered.files_read:
        if path == TABLES:
            if not _same_tables(blob, sources):
                return False
            continue
        if "*" in path:
            if listed(path, sources.paths()) != blob:
                return False
            continue
        if (sources.blob(path) or "") != blob and _version(sources.read(path)) != blob:
            return False
    return True


_ddl_read: OrderedDict[int, tuple[Sequence[str], str]] = OrderedDict()


def _same_tables(noted: str, sources: Versioned) -> bool:
    """Return whether SQL files create the same tables; none is read where all are the same."""
    read, _, digest = noted.partition(" ")
    paths = sources.paths()
    known = _ddl_read.get(id(paths))
    if known is None or known[0] is not paths:
        now = digest_of((path, sources.blob(path) or "") for path in ddl_files(paths))
        known = _ddl_read[id(paths)] = (paths, now)
        while len(_ddl_read) > MOST_REVISIONS:
            _ddl_read.popitem(last=False)
    return known[1] == read or created_tables(sources).digest == digest
