"""What one extraction read beyond its own file, so that its cached result can be checked later."""

from collections.abc import Mapping, Sequence
from typing import Any

from guardian.languages import Sources
from guardian.model.plan import Lowered
from guardian.model.source import SourceFile


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
        file = sources.read(path)
        if (file.blob if file else "") != blob:
            return False
    return True
