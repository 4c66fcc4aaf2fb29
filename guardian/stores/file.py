"""A snapshot as one JSON file, or as a folder with a file for each repository that shares it."""

import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from guardian.errors import ServiceError
from guardian.model.snapshot import Snapshot, SnapshotPart
from guardian.stores import MOST_BYTES, Store, decoded, encoded, merged

PATIENCE_SECONDS = 10.0
STALE_SECONDS = 60.0


def claims(location: str) -> bool:
    """Return whether `location` is a path on disk."""
    return "://" not in location


def read(location: str) -> Snapshot | None:
    """Return the snapshot at `location`; None where there is none yet.

    Raises:
        ServiceError: a file of it cannot be read.
    """
    path = Path(location)
    if _is_file(path):
        return _read(path) if path.exists() else None
    files = sorted(path.glob("*.json")) if path.is_dir() else []
    if not files:
        return None
    return merged(tuple(part for file in files for part in _read(file).parts))


def push(location: str, part: SnapshotPart) -> None:
    """Store `part` in place of the one that its repository had.

    Raises:
        ServiceError: the place cannot be written, or what is there is no snapshot.
    """
    path = Path(location)
    try:
        if not _is_file(path):
            _write(path / _file_name(part.repository), Snapshot(parts=(part,)))
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path):
            others = _read(path).parts if path.exists() else ()
            _write(path, Snapshot(parts=(*others, part)))
    except OSError as error:
        raise ServiceError(
            f"the snapshot cannot be written: {error.strerror}",
            where=location,
            fix="check that the folder exists and may be written",
        ) from error


def _is_file(path: Path) -> bool:
    return path.is_file() or (path.suffix == ".json" and not path.is_dir())


def _read(path: Path) -> Snapshot:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ServiceError(f"the snapshot is too large: {size:,} bytes", where=str(path))
        return decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise ServiceError(
            f"the snapshot cannot be read: {error.strerror}", where=str(path)
        ) from error


def _write(path: Path, snapshot: Snapshot) -> None:
    """Put the document in place in one step: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(encoded(snapshot))
        Path(name).chmod(0o644)  # mkstemp gives it to the owner alone; the others share it
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _file_name(repository: str) -> str:
    """Return the file of a repository: readable, and different where the names are."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", repository).strip(".-")[:80]
    return f"{plain}-{sha256(repository.encode()).hexdigest()[:8]}.json"


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the only right to replace `path`; a lock that its owner left behind is taken over."""
    lock = path.with_name(f".{path.name}.lock")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError as error:
            if _age(lock) > STALE_SECONDS:
                lock.unlink(missing_ok=True)
            elif time.monotonic() > deadline:
                raise ServiceError(
                    "another run is writing the snapshot",
                    where=str(path),
                    fix=f"try again, or remove {lock} if no other run is left",
                ) from error
            else:
                time.sleep(0.05)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


FILE = Store(name="a file or a folder", rank=100, claims=claims, read=read, push=push)
