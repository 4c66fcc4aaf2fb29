"""Stores whose heads name immutable parts: what they have in common, whatever holds the heads."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from guardian.errors import ServiceError
from guardian.model.lineage import Diagnostic
from guardian.model.snapshot import SnapshotPart
from guardian.stores import SECONDS, Keep, Place, Store, Stored, Version, merged, skipped, unneeded
from guardian.stores._bucket import Bucket, Conflict, Head, next_head
from guardian.stores._within import each, within

PUSH_SECONDS = 60.0
LONGEST_PAUSE = 1.0


class Heads(Protocol):
    """Where heads are kept beside their parts, and how one is replaced."""

    bucket: Bucket

    def all(self) -> tuple[list[Head], list[Diagnostic]]:
        """Return every head that can be read, and why another cannot."""

    def one(self, repository: str) -> tuple[Head | None, str | None]:
        """Return the head of a repository and the tag it has to be replaced by."""

    def replace(self, head: Head, tag: str | None) -> None:
        """Put `head` in place of the one with `tag`, or raise `Conflict`."""


Opened = Callable[[Place], Heads]


def store(name: str, rank: int, claims: Callable[[str], bool], opened: Opened) -> Store:
    """Return the store whose heads `opened` gives."""
    return Store(
        name=name,
        rank=rank,
        claims=claims,
        read=partial(read, opened),
        push=partial(push, opened),
        heads=partial(heads, opened),
        versions=partial(versions, opened),
        part=partial(part, opened),
        sweep=partial(sweep, opened),
    )


def read(opened: Opened, place: Place) -> Stored | None:
    """Return all parts; a broken one is left out, with a note.

    Raises:
        ServiceError: the store cannot be read, or not within its time.
    """

    def work() -> Stored | None:
        heads = opened(place)
        found, notes = heads.all()
        if not found and not notes:
            return None
        given = each(partial(_part, heads.bucket), found)
        parts = [one for one in given if isinstance(one, SnapshotPart)]
        notes += [one for one in given if isinstance(one, Diagnostic)]
        return Stored(parts=merged(parts), notes=tuple(sorted(notes)))

    return within(SECONDS, place.location, work)


def _part(bucket: Bucket, head: Head) -> SnapshotPart | Diagnostic:
    try:
        return bucket.part(head.repository, head.version)
    except ServiceError as error:
        return skipped(head.repository, error)


def push(opened: Opened, place: Place, part: SnapshotPart) -> None:
    """Store `part`, then name it in its head; another writer of the same head is waited for.

    Raises:
        ServiceError: the store cannot be written, or not within its time.
    """
    within(PUSH_SECONDS, place.location, lambda: _push(opened(place), part))


def _push(heads: Heads, part: SnapshotPart) -> None:
    version, new = heads.bucket.put_part(part)
    deadline = time.monotonic() + PUSH_SECONDS
    pause = 0.01
    while time.monotonic() < deadline:
        before, tag = heads.one(part.repository)
        try:
            heads.replace(next_head(part, version, before), tag)
        except Conflict:
            time.sleep(random.uniform(0, pause))  # noqa: S311  # so that writers do not meet again
            pause = min(pause * 2, LONGEST_PAUSE)
            continue
        if not new:  # it may have been swept away between being found and being named
            heads.bucket.put_part(part)
        return
    raise ServiceError(
        "too many others write the same head", where=heads.bucket.where, fix="try again"
    )


def heads(opened: Opened, place: Place) -> Mapping[str, str]:
    """Return the version of each repository that counts.

    Raises:
        ServiceError: the store cannot be read, or not within its time.
    """
    found, _ = within(SECONDS, place.location, lambda: opened(place).all())
    return {head.repository: head.version for head in found}


def versions(opened: Opened, place: Place, repository: str) -> Sequence[Version]:
    """Return what is kept of one repository, the newest first.

    Raises:
        ServiceError: the store cannot be read, or not within its time.
    """
    return within(SECONDS, place.location, lambda: opened(place).bucket.versions(repository))


def part(opened: Opened, place: Place, repository: str, version: str) -> SnapshotPart:
    """Return one version of a part.

    Raises:
        ServiceError: it is not there, or cannot be read within its time.
    """
    return within(SECONDS, place.location, lambda: opened(place).bucket.part(repository, version))


def sweep(opened: Opened, place: Place, keep: Keep) -> Sequence[Version]:
    """Return, and with `keep.removing` remove, the versions that no head names.

    Raises:
        ServiceError: a head cannot be read, so that nothing is removed; or AWS denies it.
    """

    def work() -> list[Version]:
        heads = opened(place)
        kept = heads.bucket.versions()
        found, notes = heads.all()
        if notes:
            raise ServiceError(
                f"a head cannot be read, so nothing is removed: {notes[0].message}",
                where=place.location,
            )
        gone = unneeded(kept, {head.repository: head.version for head in found}, keep)
        if keep.removing:
            heads.bucket.remove_versions(gone)
        return gone

    return within(PUSH_SECONDS, place.location, work)
