"""Holdings kept between runs: as long as the files are the same, or as a service's are fresh."""

import time
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

import msgspec

from guardian import __version__
from guardian.config import CatalogEntry
from guardian.model.catalog import Holdings

MOST_FILES = 50_000


class KeptHoldings:
    """A file for each catalog in `folder`; one that cannot be read counts as none."""

    def __init__(self, folder: Path, owner: str, *, of_any_age: bool = False) -> None:
        """Keep them for the repository `owner`, so that equal paths of others are not its own.

        Where nobody may wait for a service, what it once told counts `of_any_age`.
        """
        self._of_any_age = of_any_age
        self._folder = folder
        self._owner = owner

    def get(self, entry: CatalogEntry, files: Path | None) -> Holdings | None:
        """Return what was kept of a catalog and still holds, None where there is nothing."""
        path = self._path(entry, files)
        try:
            if files is None and not self._of_any_age and _age(path) > entry.max_age:
                return None
            return msgspec.msgpack.decode(path.read_bytes(), type=Holdings)
        except (OSError, msgspec.DecodeError, RecursionError):
            return None

    def put(self, entry: CatalogEntry, files: Path | None, holdings: Holdings) -> None:
        """Keep what a catalog told; where that is not possible, it is read again."""
        path = self._path(entry, files)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for old in self._folder.glob(f"{path.name.partition('-')[0]}-*"):
                old.unlink(missing_ok=True)
            written = path.with_suffix(".new")
            written.write_bytes(msgspec.msgpack.encode(holdings))
            written.replace(path)
        except OSError:
            return

    def _path(self, entry: CatalogEntry, files: Path | None) -> Path:
        whose = [self._owner, __version__, repr(entry)]
        state = [] if files is None else [repr(stamp) for stamp in _stamps(files)]
        return self._folder / f"{_digest(whose)}-{_digest(state)}.msgpack"


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime


def _digest(parts: list[str]) -> str:
    return sha256("\n".join(parts).encode(errors="replace")).hexdigest()[:20]


def _stamps(files: Path) -> Iterator[tuple[str, int, int]]:
    """Yield what tells files from others, without reading them."""
    found = [files] if files.is_file() else sorted(islice(files.rglob("*"), MOST_FILES))
    for path in found:
        try:
            state = path.lstat()
        except OSError:
            continue
        yield str(path), state.st_mtime_ns, state.st_size
