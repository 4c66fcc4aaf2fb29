"""A snapshot on a branch of its own, for teams without a bucket: `parts/<repository>.json`.

`git:guardian/lineage` is a branch of this repository, `git+origin:guardian/lineage` one of its
remote, `git+https://host/team/lineage.git:main` one that several repositories share. Each push is
a commit; one that comes too late is made anew on top of the other.
"""

import random
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote, unquote

from guardian.errors import ConfigError, ServiceError
from guardian.model.lineage import Diagnostic
from guardian.model.snapshot import SnapshotPart
from guardian.stores import (
    SECONDS,
    Keep,
    Place,
    Store,
    Stored,
    Version,
    merged,
    skipped,
    unneeded,
)
from guardian.stores._plumbing import Branch, Entry, GitError, Moved
from guardian.stores._within import within
from guardian.stores.parts import SUFFIX, check_size, decoded_part, encoded_part

FOLDER = "parts"
PUSH_SECONDS = 60.0
_BLOB, _TREE = "100644", "040000"


def claims(location: str) -> bool:
    """Return whether `location` is a branch."""
    return location.startswith(("git:", "git+"))


def branch(place: Place) -> Branch:
    """Return the branch that a location names.

    Raises:
        ConfigError: it names none.
    """
    remote, colon, name = place.location.removeprefix("git").removeprefix("+").rpartition(":")
    if not colon or (place.location.startswith("git+") and not remote):
        raise ConfigError(
            "no branch is named", where=place.location, fix="git+origin:guardian/lineage"
        )
    return Branch(place.root, remote, name, SECONDS)


def read(place: Place) -> Stored | None:
    """Return the parts at the tip of the branch; a broken one is left out, with a note.

    Raises:
        ServiceError: the branch cannot be read.
    """

    def work() -> Stored | None:
        there = branch(place)
        tip = there.tip()
        if tip is None:
            return None
        given = [_noted(there, entry) for entry in _parts(there, tip)]
        return Stored(
            parts=merged([one for one in given if isinstance(one, SnapshotPart)]),
            notes=tuple(sorted(one for one in given if isinstance(one, Diagnostic))),
        )

    return within(SECONDS, place.location, work)


def _parts(there: Branch, commit: str) -> list[Entry]:
    found = there.entries(commit, FOLDER)
    return [entry for entry in found if entry.kind == "blob" and entry.name.endswith(SUFFIX)]


def _noted(there: Branch, entry: Entry) -> SnapshotPart | Diagnostic:
    repository = _repository(entry.name)
    try:
        return _part(there, repository, entry.id)
    except ServiceError as error:
        return skipped(repository, error)


def _part(there: Branch, repository: str, blob: str) -> SnapshotPart:
    where = f"{there.where}/{_path(repository)}"
    try:
        size = there.sizes([blob]).get(blob)
        if size is None:
            raise ServiceError(
                f"there is no version `{blob[:60]}` of `{repository}`", where=there.where
            )
        check_size(size, where)
        part = decoded_part(there.run("cat-file", "blob", blob), where)
    except GitError as error:
        raise ServiceError(f"git says: {error}", where=where) from error
    if part.repository != repository:
        raise ServiceError(f"it is the part of `{part.repository}`", where=where)
    return part


def push(place: Place, part: SnapshotPart) -> None:
    """Commit `part` in place of the one that its repository had.

    Raises:
        ServiceError: the branch cannot be written.
    """
    within(PUSH_SECONDS, place.location, lambda: _push(branch(place), part))


def _push(there: Branch, part: SnapshotPart) -> None:
    data = encoded_part(part)
    deadline = time.monotonic() + PUSH_SECONDS
    pause = 0.05
    while time.monotonic() < deadline:
        tip = there.tip()
        try:
            commit = _commit(there, tip, part, data)
            if commit is not None:
                there.move(commit, tip)
        except GitError as error:
            raise ServiceError(f"git says: {error}", where=there.where) from error
        except Moved:
            time.sleep(random.uniform(0, pause))  # noqa: S311  # so that writers do not meet again
            pause = min(pause * 2, 2.0)
            continue
        return
    raise ServiceError("too many others write the branch", where=there.where, fix="try again")


def _commit(there: Branch, tip: str | None, part: SnapshotPart, data: bytes) -> str | None:
    """Write a commit that replaces the part on top of `tip`; None where that holds it already."""
    blob = there.line("hash-object", "-w", "--stdin", given=data)
    name = _path(part.repository).removeprefix(f"{FOLDER}/")
    parts = there.entries(tip, FOLDER) if tip else []
    if any(entry.name == name and entry.id == blob for entry in parts):
        return None
    others = [entry for entry in parts if entry.name != name]
    folder = there.tree([*others, Entry(_BLOB, "blob", blob, name)])
    beside = [entry for entry in there.entries(tip) if entry.name != FOLDER] if tip else []
    tree = there.tree([*beside, Entry(_TREE, "tree", folder, FOLDER)])
    message = f"{part.repository} at {(part.commit or 'no commit')[:12]}\n"
    return there.line("commit-tree", tree, *(("-p", tip) if tip else ()), given=message.encode())


def heads(place: Place) -> Mapping[str, str]:
    """Return the blob of each repository's part at the tip.

    Raises:
        ServiceError: the branch cannot be read.
    """

    def work() -> dict[str, str]:
        there = branch(place)
        tip = there.tip()
        entries = _parts(there, tip) if tip else []
        return {_repository(entry.name): entry.id for entry in entries}

    return within(SECONDS, place.location, work)


class _Step(NamedTuple):
    """A commit of the branch, and which parts it brought: (repository, blob)."""

    commit: str
    tree: str
    time: int
    message: str
    parts: tuple[tuple[str, str], ...]


def _history(there: Branch, tip: str) -> list[_Step]:
    """Return the commits of the branch, the newest first."""
    layout = "--format=%x01%H %T %ct %s"
    told = there.run(
        "log", "--first-parent", "--root", "--raw", "--no-abbrev", "--no-renames",
        "--no-show-signature", layout, tip, "--", FOLDER,
    ).decode(errors="replace")  # fmt: skip
    found = []
    for text in told.split("\1")[1:]:
        head, *lines = text.splitlines()
        commit, tree, when, message = head.split(" ", 3)
        parts = []
        for line in lines:
            about, _, path = line.partition("\t")
            fields = about.split()
            if len(fields) == 5 and path.endswith(SUFFIX) and fields[4] in {"A", "M"}:
                parts.append((_repository(path.removeprefix(f"{FOLDER}/")), fields[3]))
        found.append(_Step(commit, tree, int(when), message, tuple(parts)))
    return found


def _versions(there: Branch, steps: Sequence[_Step]) -> list[Version]:
    blobs = {blob for step in steps for _, blob in step.parts}
    sizes = there.sizes(sorted(blobs))
    found: dict[tuple[str, str], Version] = {}
    for step in steps:
        for repository, blob in step.parts:
            since = datetime.fromtimestamp(step.time, UTC)
            size = sizes.get(blob, 0)
            version = Version(repository=repository, name=blob, bytes=size, since=since)
            found.setdefault((repository, blob), version)
    return list(found.values())


def versions(place: Place, repository: str) -> Sequence[Version]:
    """Return the versions of a part that the branch's history holds, the newest first.

    Raises:
        ServiceError: the branch cannot be read.
    """

    def work() -> list[Version]:
        there = branch(place)
        tip = there.tip()
        found = _versions(there, _history(there, tip)) if tip else []
        return [version for version in found if version.repository == repository]

    return within(SECONDS, place.location, work)


def part(place: Place, repository: str, version: str) -> SnapshotPart:
    """Return one version of a part.

    Raises:
        ServiceError: it is not there, or cannot be read.
    """

    def work() -> SnapshotPart:
        there = branch(place)
        there.tip()
        return _part(there, repository, version)

    return within(SECONDS, place.location, work)


def sweep(place: Place, keep: Keep) -> Sequence[Version]:
    """Return, and with `keep.removing` remove, what only the older history of the branch holds.

    The history then begins at the oldest version that is kept; git drops the rest in its time.

    Raises:
        ServiceError: the branch cannot be read, or cannot be written.
    """
    return within(PUSH_SECONDS, place.location, lambda: _sweep(branch(place), keep))


def _sweep(there: Branch, keep: Keep) -> list[Version]:
    tip = there.tip()
    if tip is None:
        return []
    try:
        steps = _history(there, tip)
        current = {_repository(entry.name): entry.id for entry in _parts(there, tip)}
        every = _versions(there, steps)
        gone = unneeded(every, current, keep)
        old = {(one.repository, one.name) for one in gone}
        old |= set(current.items())  # what every tree since then holds
        cut = max((n for n, step in enumerate(steps) if set(step.parts) - old), default=0)
        held = {pair for step in steps[: cut + 1] for pair in step.parts}
        held |= {(_repository(one.name), one.id) for one in _parts(there, steps[cut].commit)}
        gone = [one for one in gone if (one.repository, one.name) not in held]
        if gone and keep.removing:
            _shorten(there, steps[: cut + 1], tip)
    except GitError as error:
        raise ServiceError(f"git says: {error}", where=there.where) from error
    except Moved as error:
        raise ServiceError(
            "the branch was written meanwhile", where=there.where, fix="try again"
        ) from error
    return gone


def _shorten(there: Branch, kept: Sequence[_Step], tip: str) -> None:
    parent: tuple[str, ...] = ()
    for step in reversed(kept):
        commit = there.line(
            "commit-tree", step.tree, *parent, given=f"{step.message}\n".encode(), at=step.time
        )
        parent = ("-p", commit)
    there.move(parent[1], tip)


def _path(repository: str) -> str:
    return f"{FOLDER}/{quote(repository, safe='')}{SUFFIX}"


def _repository(name: str) -> str:
    return unquote(name.removesuffix(SUFFIX))


GIT = Store(
    name="a branch (`git+origin:guardian/lineage`)",
    rank=30,
    claims=claims,
    read=read,
    push=push,
    heads=heads,
    versions=versions,
    part=part,
    sweep=sweep,
)
