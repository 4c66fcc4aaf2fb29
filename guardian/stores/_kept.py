"""Parts that were read before: a version never changes, so it is fetched once on each machine."""

import os
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

MOST_FILES = 400


class KeptParts:
    """Versions in a folder of the user's cache; without a folder, none are kept."""

    def __init__(self, folder: Path | None) -> None:
        """Keep them in `folder`."""
        self._folder = folder

    def get(self, key: str, digest: str) -> bytes | None:
        """Return what is kept under `key`, if its digest begins so."""
        if self._folder is None:
            return None
        try:
            data = self._path(self._folder, key).read_bytes()
        except OSError:
            return None
        return data if sha256(data).hexdigest().startswith(digest) else None

    def put(self, key: str, data: bytes) -> None:
        """Keep `data`, in one step; a disk that is full or read-only costs nothing else."""
        if self._folder is None:
            return
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=".part.")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                Path(name).replace(self._path(self._folder, key))
            finally:
                Path(name).unlink(missing_ok=True)
            self._make_room(self._folder)

    def _path(self, folder: Path, key: str) -> Path:
        return folder / sha256(key.encode()).hexdigest()

    def _make_room(self, folder: Path) -> None:
        files = list(folder.iterdir())
        if len(files) <= MOST_FILES:
            return
        for file in sorted(files, key=_age)[: len(files) - MOST_FILES * 3 // 4]:
            file.unlink(missing_ok=True)


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0
