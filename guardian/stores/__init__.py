"""Where snapshots are kept: what a `Store` is, and which one a location means.

A store holds one part for each repository. Pushing replaces the part of one repository and leaves
the others as they are, also when several repositories push at once.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from guardian.errors import ConfigError, ServiceError
from guardian.model.lineage import Diagnostic
from guardian.model.snapshot import Snapshot, SnapshotPart
from guardian.registry import offered

SECONDS = 20.0  # what reading a store, or writing to it, may take in all


class Place(msgspec.Struct, frozen=True):
    """A location as it was configured, and the repository from which a path is taken.

    `kept` is a folder for what was fetched once and never changes; nothing is kept without it.
    """

    location: str
    root: Path = Path()
    kept: Path | None = None


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What a store holds: the parts that can be read, and why another cannot."""

    parts: tuple[SnapshotPart, ...] = ()
    notes: tuple[Diagnostic, ...] = ()


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One state of a repository's part: its name in the store, its size, and since when it is."""

    repository: str
    name: str
    bytes: int
    since: datetime


class Keep(msgspec.Struct, frozen=True, kw_only=True):
    """Which versions stay that are no head: so many of the newest, and what is young.

    Without `removing`, nothing is removed: what would be, is told.
    """

    newest: int = 3
    days: int = 30
    removing: bool = False


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """A place for snapshots; `claims` looks at the location alone.

    `read` gives None where nothing was ever stored; a part that is broken costs only that part.
    `heads` names the version of each repository that counts: equal names, equal content.
    `versions` lists all that are kept of one repository, the newest first, `part` reads one of
    them. `sweep` removes what no head names. All raise a `ServiceError` of one sentence. Stores
    are asked in the order of `rank`.
    """

    name: str
    rank: int
    claims: Callable[[str], bool]
    read: Callable[[Place], Stored | None]
    push: Callable[[Place, SnapshotPart], None]
    heads: Callable[[Place], Mapping[str, str]]
    versions: Callable[[Place, str], Sequence[Version]]
    part: Callable[[Place, str, str], SnapshotPart]
    sweep: Callable[[Place, Keep], Sequence[Version]]


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


def merged(parts: Sequence[SnapshotPart]) -> tuple[SnapshotPart, ...]:
    """Return `parts` sorted by repository; of two for one repository, the later."""
    owned = {part.repository: part for part in parts}
    return tuple(owned[name] for name in sorted(owned))


def encoded(snapshot: Snapshot) -> bytes:
    """Return the document of `snapshot`: the same bytes for the same content."""
    return msgspec.json.encode(Snapshot(parts=merged(snapshot.parts))) + b"\n"


def skipped(repository: str, error: ServiceError) -> Diagnostic:
    """Return the note that the part of `repository` is left out, and why."""
    message = f"the part of `{repository}` is left out: {error.what}"
    return Diagnostic(error.where or repository, 1, message)


def unneeded(
    versions: Sequence[Version], heads: Mapping[str, str], keep: Keep, now: datetime | None = None
) -> list[Version]:
    """Return those of `versions` that may go: no head names them, and `keep` does not keep them.

    Of one moment, those that come first in `versions` count as newer.
    """
    before = (now or datetime.now(UTC)) - timedelta(days=keep.days)
    spare: dict[str, list[Version]] = {}
    for version in sorted(versions, key=lambda one: one.since, reverse=True):
        if heads.get(version.repository) != version.name:
            spare.setdefault(version.repository, []).append(version)
    return [
        version
        for repository in sorted(spare)
        for version in spare[repository][keep.newest :]
        if version.since < before
    ]
