"""A snapshot as one JSON file, or as a folder with a file for each repository that shares it."""

import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from guardian.errors import ServiceError
from guardian.model.lineage import Diagnostic
from guardian.model.snapshot import Snapshot, SnapshotPart
from guardian.stores import Keep, Place, Store, Stored, Version, encoded, merged, skipped
from guardian.stores.parts import check_size, decoded, encoded_part

PATIENCE_SECONDS = 10.0
STALE_SECONDS = 60.0


def claims(location: str) -> bool:
    """Return whether `location` is a path on disk."""
    return "://" not in location


def read(place: Place) -> Stored | None:
    """Return what is stored at a path; of a folder, a file that is broken is left out.

    Raises:
        ServiceError: the file cannot be read.
    """
    path = _path(place)
    if _is_file(path):
        return Stored(parts=merged(_read(path).parts)) if path.exists() else None
    files = sorted(path.glob("*.json")) if path.is_dir() else []
    parts: list[SnapshotPart] = []
    notes: list[Diagnostic] = []
    for file in files:
        try:
            parts += _read(file).parts
        except ServiceError as error:
            notes.append(skipped(file.name, error))
    return Stored(parts=merged(parts), notes=tuple(notes)) if files else None


def push(place: Place, part: SnapshotPart) -> None:
    """Store `part` in place of the one that its repository had.

    Raises:
        ServiceError: the place cannot be written, or what is there is no snapshot.
    """
    path = _path(place)
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
            where=str(path),
            fix="check that the folder exists and may be written",
        ) from error


def heads(place: Place) -> Mapping[str, str]:
    """Return the version of each repository, a digest of its part.

    Raises:
        ServiceError: the file cannot be read.
    """
    stored = read(place) or Stored()
    return {part.repository: _digest(part) for part in stored.parts}


def versions(place: Place, repository: str) -> Sequence[Version]:
    """Return the one version that is kept of a repository, if it is there.

    Raises:
        ServiceError: the file cannot be read.
    """
    path = _path(place)
    file = path if _is_file(path) else path / _file_name(repository)
    since = datetime.fromtimestamp(file.stat().st_mtime if file.exists() else 0, UTC)
    return [
        Version(
            repository=repository, name=_digest(part), bytes=len(encoded_part(part)), since=since
        )
        for part in (read(place) or Stored()).parts
        if part.repository == repository
    ]


def part(place: Place, repository: str, version: str) -> SnapshotPart:
    """Return the part of a repository, of which a file keeps one version.

    Raises:
        ServiceError: it is not there, or is another version.
    """
    for found in (read(place) or Stored()).parts:
        if found.repository == repository and _digest(found) == version:
            return found
    raise ServiceError(
        f"there is no version `{version[:60]}` of `{repository}`",
        where=str(_path(place)),
        fix="a file keeps the last one only",
    )


def sweep(_place: Place, _keep: Keep) -> Sequence[Version]:
    """Return nothing: a file keeps what counts, and nothing else."""
    return ()


def _path(place: Place) -> Path:
    return place.root / place.location


def _digest(part: SnapshotPart) -> str:
    return sha256(encoded_part(part)).hexdigest()[:16]


def _is_file(path: Path) -> bool:
    return path.is_file() or (path.suffix == ".json" and not path.is_dir())


def _read(path: Path) -> Snapshot:
    try:
        check_size(path.stat().st_size, str(path))
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


FILE = Store(
    name="a file or a folder",
    rank=100,
    claims=claims,
    read=read,
    push=push,
    heads=heads,
    versions=versions,
    part=part,
    sweep=sweep,
)
