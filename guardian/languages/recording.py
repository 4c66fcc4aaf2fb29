"""What one extraction read beyond its own file, so that its cached result can be checked later.

Which files there are can be part of the answer, too: a macro that is added may be the one that was
missed. Such a question is noted as a pattern, `folder/*.yml` or `folder/**.yml`, with a digest of
the paths that match it; `.yml` stands for `.yaml`, too.
"""

import hashlib
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from guardian.languages import Sources
from guardian.model.plan import Lowered
from guardian.model.source import SourceFile

MOST_LISTINGS = 4_000

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
            self._blobs[path] = file.blob if file else ""
        return file

    def note_listing(self, pattern: str) -> None:
        """Note that the result depends on which files match `pattern`."""
        self._blobs[pattern] = listed(pattern, self.paths())

    def paths(self) -> Sequence[str]:
        """Return the paths of all files of the revision, sorted."""
        return self.unrecorded.paths()

    def dialect(self, path: str) -> str:
        """Return the dialect that the configuration gives `path`."""
        return self.unrecorded.dialect(path)

    def settings(self) -> Mapping[str, Any]:
        """Return what else the configuration says that a language needs."""
        return self.unrecorded.settings()


def holds(lowered: Lowered, sources: Sources) -> bool:
    """Return whether the other files that `lowered` was made from are the same in `sources`."""
    for path, blob in lowered.files_read:
        if "*" in path:
            if listed(path, sources.paths()) != blob:
                return False
            continue
        file = sources.read(path)
        if (file.blob if file else "") != blob:
            return False
    return True
