"""A snapshot in an S3 bucket: immutable parts, and a small head for each repository.

`heads/<repository>.json` is replaced only by who has seen the one before (`If-Match`), so there is
no lock, and no writer is lost.
"""

from urllib.parse import quote, urlsplit

import msgspec

from guardian.errors import ConfigError, ServiceError
from guardian.model.lineage import Diagnostic
from guardian.stores import Place, _heads, skipped
from guardian.stores._bucket import Bucket, Head
from guardian.stores._within import each

HEADS = "heads/"
_SUFFIX = ".json"


def claims(location: str) -> bool:
    """Return whether `location` is a bucket."""
    return location.startswith("s3://")


class BucketHeads:
    """Heads as small objects beside the parts."""

    def __init__(self, place: Place) -> None:
        """Open the bucket.

        Raises:
            ConfigError: no bucket is named.
            ServiceError: AWS is not configured.
        """
        parsed = urlsplit(place.location)
        if not parsed.netloc:
            raise ConfigError("no bucket is named", where=place.location, fix="s3://bucket/prefix")
        self.bucket = Bucket(parsed.netloc, parsed.path, place.kept)

    def all(self) -> tuple[list[Head], list[Diagnostic]]:
        """Return every head that can be read, and why another cannot."""
        keys = [item["Key"] for item in self.bucket.listed(HEADS)]
        given = each(self._noted, [key for key in keys if key.endswith(_SUFFIX)])
        heads = [one for one in given if isinstance(one, Head)]
        return heads, [one for one in given if isinstance(one, Diagnostic)]

    def _noted(self, key: str) -> Head | Diagnostic | None:
        try:
            return self._get(key)[0]
        except ServiceError as error:
            return skipped(key.removeprefix(HEADS).removesuffix(_SUFFIX), error)

    def one(self, repository: str) -> tuple[Head | None, str | None]:
        """Return the head of a repository and its tag; of a broken one, the tag alone."""
        found = self.bucket.get(_key(repository))
        if found is None:
            return None, None
        try:
            return msgspec.json.decode(found[0], type=Head), found[1]
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return None, found[1]

    def _get(self, key: str) -> tuple[Head | None, str | None]:
        found = self.bucket.get(key)
        if found is None:
            return None, None
        try:
            head = msgspec.json.decode(found[0], type=Head)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise ServiceError(
                f"its head cannot be read: {error}", where=self.bucket.place(key)
            ) from error
        if _key(head.repository) != key:
            raise ServiceError(
                f"it is the head of `{head.repository}`", where=self.bucket.place(key)
            )
        return head, found[1]

    def replace(self, head: Head, tag: str | None) -> None:
        """Put `head` in place of the one with `tag`, or raise `Conflict`."""
        self.bucket.put(_key(head.repository), msgspec.json.encode(head) + b"\n", tag)


def _key(repository: str) -> str:
    return f"{HEADS}{quote(repository, safe='')}{_SUFFIX}"


S3 = _heads.store("an S3 bucket (`s3://bucket/prefix`)", 10, claims, BucketHeads)
