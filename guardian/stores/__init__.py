"""Where snapshots are kept: what a `Store` is, and which one a location means.

A store holds one part for each repository. Pushing replaces the part of one repository and leaves
the others as they are, also when several repositories push at once.
"""

from collections.abc import Callable

import msgspec

from guardian.errors import ConfigError, ServiceError
from guardian.model.snapshot import Snapshot, SnapshotPart
from guardian.registry import offered

MOST_BYTES = 2_000_000_000


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """A place for snapshots; `claims` looks at the location alone.

    `read` gives None where nothing was ever stored. Stores are asked in the order of `rank`.
    """

    name: str
    rank: int
    claims: Callable[[str], bool]
    read: Callable[[str], Snapshot | None]
    push: Callable[[str, SnapshotPart], None]


def store_of(location: str) -> Store:
    """Return the store that keeps snapshots at `location`.

    Raises:
        ConfigError: no store knows such a location.
    """
    stores = sorted(offered(__name__, Store), key=lambda store: store.rank)
    found = next((store for store in stores if store.claims(location)), None)
    if found is None:
        known = ", ".join(store.name for store in stores)
        raise ConfigError(f"no store keeps snapshots at `{location}`", fix=f"there is: {known}")
    return found


def decoded(data: bytes, where: str) -> Snapshot:
    """Return the snapshot document in `data`.

    Raises:
        ServiceError: it is no snapshot, or of a version that we do not read.
    """
    try:
        return msgspec.json.decode(data, type=Snapshot)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ServiceError(
            f"the snapshot cannot be read: {error}",
            where=where,
            fix="build it again with `guardian snapshot push`",
        ) from error


def encoded(snapshot: Snapshot) -> bytes:
    """Return the document of `snapshot`: the same bytes for the same content."""
    return msgspec.json.encode(merged(snapshot.parts)) + b"\n"


def merged(parts: tuple[SnapshotPart, ...]) -> Snapshot:
    """Return one snapshot of `parts`, sorted; of two for one repository, the later."""
    owned = {part.repository: part for part in parts}
    return Snapshot(parts=tuple(owned[name] for name in sorted(owned)))
