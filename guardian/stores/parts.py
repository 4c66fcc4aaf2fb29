"""A part of a snapshot as bytes: what every store keeps, whatever it keeps it in."""

import msgspec

from guardian.errors import ServiceError
from guardian.model.snapshot import Snapshot, SnapshotPart

SUFFIX = ".json"
MOST_BYTES = 512_000_000
_REBUILD = "build it again with `guardian snapshot push`"


def encoded_part(part: SnapshotPart) -> bytes:
    """Return `part` as a snapshot document of its own: the same bytes for the same content."""
    return msgspec.json.encode(Snapshot(parts=(part,))) + b"\n"


def decoded_part(data: bytes, where: str) -> SnapshotPart:
    """Return the one part that `data` holds.

    Raises:
        ServiceError: it is too large, no snapshot, of a version that we do not read, or not one.
    """
    parts = decoded(data, where).parts
    if len(parts) != 1:
        raise ServiceError(f"{len(parts)} parts are where one belongs", where=where, fix=_REBUILD)
    return parts[0]


def decoded(data: bytes, where: str) -> Snapshot:
    """Return the snapshot document in `data`.

    Raises:
        ServiceError: it is too large, no snapshot, or of a version that we do not read.
    """
    check_size(len(data), where)
    try:
        return msgspec.json.decode(data, type=Snapshot)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ServiceError(
            f"the snapshot cannot be read: {error}", where=where, fix=_REBUILD
        ) from error


def check_size(size: int, where: str) -> None:
    """Refuse what is too large to be read into memory.

    Raises:
        ServiceError: it is.
    """
    if size > MOST_BYTES:
        raise ServiceError(f"the snapshot is too large: {size:,} bytes", where=where)
