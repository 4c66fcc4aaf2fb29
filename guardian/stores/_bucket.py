"""The parts in a bucket: immutable objects, one for each repository and version.

`lineage/v1/repo=<name>/<commit>-<digest>.json`: the name of the repository is written as in a URL,
so that Athena and Spark take the folders for partitions. The digest tells two readings of one
commit apart, by another version of the program or with another configuration.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import msgspec

from guardian.errors import ServiceError
from guardian.model.snapshot import SnapshotPart
from guardian.stores import Version
from guardian.stores._aws import client, code, telling
from guardian.stores._kept import KeptParts
from guardian.stores.parts import SUFFIX, check_size, decoded_part, encoded_part

LINEAGE = "lineage/v1/"
_EXISTS = frozenset({"PreconditionFailed", "412"})
_CONFLICT = frozenset({*_EXISTS, "ConditionalRequestConflict", "409", "OperationAborted"})
_ABSENT = frozenset({"NoSuchKey", "404", "NotFound"})
_CHUNK = 1 << 20
DIGEST = 12
_MOST_DELETED = 1_000
# What names a version in a head, which others may have written.
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")


class Conflict(Exception):  # noqa: N818  # no error: another writer was faster
    """Another writer replaced the object since it was read."""


def version_of(part: SnapshotPart, data: bytes) -> str:
    """Return what the version of a part is called: its commit and a digest of its bytes."""
    commit = re.sub(r"[^0-9a-zA-Z]", "", part.commit or "")[:40] or "uncommitted"
    return f"{commit}-{sha256(data).hexdigest()[:DIGEST]}{SUFFIX}"


class Bucket:
    """The objects below one prefix of a bucket."""

    def __init__(self, name: str, prefix: str, kept: Path | None = None) -> None:
        """Know where, and make the client.

        Raises:
            ServiceError: AWS is not configured.
        """
        self.name = name
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.where = f"s3://{name}/{self.prefix}".rstrip("/")
        self._kept = KeptParts(kept)
        self._client: Any = client("s3", self.where)

    def place(self, key: str) -> str:
        """Return the address of an object."""
        return f"s3://{self.name}/{self.prefix}{key}"

    def get(self, key: str) -> tuple[bytes, str] | None:
        """Return an object and its tag; None where there is none.

        Raises:
            ServiceError: it cannot be read.
        """
        from botocore.exceptions import ClientError

        with telling(self.place(key)):
            try:
                answer = self._client.get_object(Bucket=self.name, Key=self.prefix + key)
            except ClientError as error:
                if code(error) in _ABSENT:
                    return None
                raise
            check_size(int(answer["ContentLength"]), self.place(key))
            data = b"".join(answer["Body"].iter_chunks(_CHUNK))
        return data, str(answer["ETag"])

    def put(self, key: str, data: bytes, tag: str | None) -> None:
        """Write an object in place of the one with `tag`; where None, only if there is none.

        Raises:
            Conflict: another writer was faster.
            ServiceError: it cannot be written.
        """
        from botocore.exceptions import ClientError

        condition = {"IfMatch": tag} if tag else {"IfNoneMatch": "*"}
        with telling(self.place(key)):
            try:
                self._client.put_object(
                    Bucket=self.name,
                    Key=self.prefix + key,
                    Body=data,
                    ContentType="application/json",
                    **condition,
                )
            except ClientError as error:
                # what was to be replaced is gone: to be read anew, as well
                if code(error) in _CONFLICT or (tag and code(error) in _ABSENT):
                    raise Conflict from error
                raise

    def listed(self, below: str) -> Iterator[dict[str, Any]]:
        """Yield what lies below a key: `Key` without the prefix, `Size`, `LastModified`, `ETag`.

        Raises:
            ServiceError: it cannot be listed.
        """
        start = self.prefix + below
        with telling(self.where):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.name, Prefix=start):
                for item in page.get("Contents", ()):
                    yield {**item, "Key": item["Key"].removeprefix(self.prefix)}

    def remove(self, keys: list[str]) -> None:
        """Remove objects.

        Raises:
            ServiceError: one of them cannot be removed.
        """
        for start in range(0, len(keys), _MOST_DELETED):
            batch = [{"Key": self.prefix + key} for key in keys[start : start + _MOST_DELETED]]
            with telling(self.where):
                answer = self._client.delete_objects(
                    Bucket=self.name, Delete={"Objects": batch, "Quiet": True}
                )
            for failed in answer.get("Errors", ()):
                raise ServiceError(
                    f"AWS cannot remove it: {failed.get('Code')}",
                    where=f"s3://{self.name}/{failed.get('Key')}",
                )

    # --- parts ------------------------------------------------------------------------------------

    def put_part(self, part: SnapshotPart) -> tuple[str, bool]:
        """Write a part, and return its version, and whether it is there for the first time.

        Raises:
            ServiceError: it cannot be written.
        """
        data = encoded_part(part)
        version = version_of(part, data)
        try:
            self.put(part_key(part.repository, version), data, None)
        except Conflict:  # immutable: what is there is the same
            return version, False
        return version, True

    def part(self, repository: str, version: str) -> SnapshotPart:
        """Return one version of the part of a repository.

        Raises:
            ServiceError: it is not there, cannot be read, or is another repository's.
        """
        key = part_key(repository, version)
        data = self._data(key, version) if _VERSION.fullmatch(version) else None
        if data is None:
            raise ServiceError(
                f"there is no version `{version[:60]}` of `{repository}`",
                where=self.where,
                fix="store it again with `guardian snapshot push`",
            )
        part = decoded_part(data, self.place(key))
        if part.repository != repository:
            raise ServiceError(f"it is the part of `{part.repository}`", where=self.place(key))
        return part

    def _data(self, key: str, version: str) -> bytes | None:
        digest = version.removesuffix(SUFFIX).rpartition("-")[2]
        named = self._kept.get(self.place(key), digest) if len(digest) == DIGEST else None
        if named is not None:
            return named
        found = self.get(key)
        if found is None:
            return None
        self._kept.put(self.place(key), found[0])
        return found[0]

    def versions(self, repository: str | None = None) -> list[Version]:
        """Return the versions of one repository, or of all, the newest first.

        Raises:
            ServiceError: they cannot be listed.
        """
        below = LINEAGE if repository is None else part_key(repository, "")
        found = []
        for item in self.listed(below):
            folder, _, name = item["Key"].removeprefix(LINEAGE).partition("/")
            if folder.startswith("repo=") and name and "/" not in name:
                found.append(
                    Version(
                        repository=unquote(folder.removeprefix("repo=")),
                        name=name,
                        bytes=int(item["Size"]),
                        since=item["LastModified"],
                    )
                )
        return sorted(found, key=lambda one: (one.since, one.name), reverse=True)

    def remove_versions(self, versions: list[Version]) -> None:
        """Remove versions.

        Raises:
            ServiceError: one of them cannot be removed.
        """
        self.remove([part_key(version.repository, version.name) for version in versions])


def part_key(repository: str, version: str) -> str:
    """Return the key of a version of a part."""
    return f"{LINEAGE}repo={quote(repository, safe='')}/{version}"


class Head(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which version of a repository's part counts; `pushes` counts how often one was stored."""

    repository: str
    version: str
    commit: str | None = None
    pushes: int = 1


def next_head(part: SnapshotPart, version: str, before: Head | None) -> Head:
    """Return the head that names a new version in place of the one before."""
    return Head(
        repository=part.repository,
        version=version,
        commit=part.commit,
        pushes=before.pushes + 1 if before else 1,
    )
