"""Heads in a DynamoDB table, for which conditional writes are its trade; the parts in a bucket.

`dynamodb://table/prefix?bucket=name`: an item for each repository, under the table's own keys. A
partition key alone holds the prefix and the repository; with a sort key, that is the repository.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from guardian.errors import ConfigError, ServiceError
from guardian.model.lineage import Diagnostic
from guardian.stores import Place, _heads, skipped
from guardian.stores._aws import client, code, telling
from guardian.stores._bucket import Bucket, Conflict, Head

_OWN = "change-guardian"
_CONFLICT = frozenset({"ConditionalCheckFailedException", "TransactionConflictException"})


def claims(location: str) -> bool:
    """Return whether `location` is a table."""
    return location.startswith("dynamodb://")


class TableHeads:
    """Heads as items of a table."""

    def __init__(self, place: Place) -> None:
        """Open the table and the bucket.

        Raises:
            ConfigError: no table or no bucket is named.
            ServiceError: AWS is not configured.
        """
        parsed = urlsplit(place.location)
        bucket = parse_qs(parsed.query).get("bucket", [""])[0]
        if not parsed.netloc or not bucket:
            raise ConfigError(
                "a table for the heads and a bucket for the parts are needed",
                where=place.location,
                fix="dynamodb://table/prefix?bucket=name",
            )
        self.bucket = Bucket(bucket, parsed.path, place.kept)
        self._where = f"dynamodb://{parsed.netloc}"
        self._owner = f"{_OWN}/{parsed.path.strip('/')}"
        self._table = parsed.netloc
        self._client: Any = client("dynamodb", self._where)
        self._partition, self._sort = self._keys()

    def _keys(self) -> tuple[str, str | None]:
        """Return what the table calls its partition key, and its sort key if it has one."""
        with telling(self._where):
            table = self._client.describe_table(TableName=self._table)["Table"]
        types = {
            item["AttributeName"]: item["AttributeType"] for item in table["AttributeDefinitions"]
        }
        named = {item["KeyType"]: item["AttributeName"] for item in table["KeySchema"]}
        for name in named.values():
            if types.get(name) != "S" or name in {"version", "commit", "pushes"}:
                raise ServiceError(
                    f"the key `{name}` of the table cannot hold a name",
                    where=self._where,
                    fix="create the table as docs/snapshot.md shows",
                )
        return named["HASH"], named.get("RANGE")

    def _key(self, repository: str) -> dict[str, Any]:
        if self._sort:
            return {self._partition: {"S": self._owner}, self._sort: {"S": repository}}
        return {self._partition: {"S": f"{self._owner}#{repository}"}}

    def all(self) -> tuple[list[Head], list[Diagnostic]]:
        """Return every head that can be read, and why another cannot."""
        heads, notes = [], []
        for item in self._items():
            repository = self._repository(item)
            try:
                heads.append(self._head(item, repository))
            except ServiceError as error:
                notes.append(skipped(repository, error))
        return heads, notes

    def _items(self) -> list[dict[str, Any]]:
        values = {":owner": {"S": self._owner if self._sort else f"{self._owner}#"}}
        asked = {
            "TableName": self._table,
            "ConsistentRead": True,
            "ExpressionAttributeNames": {"#key": self._partition},
            "ExpressionAttributeValues": values,
        }
        with telling(self._where):
            if self._sort:
                pages = self._client.get_paginator("query").paginate(
                    **asked, KeyConditionExpression="#key = :owner"
                )
            else:
                pages = self._client.get_paginator("scan").paginate(
                    **asked, FilterExpression="begins_with(#key, :owner)"
                )
            return [item for page in pages for item in page.get("Items", ())]

    def _repository(self, item: dict[str, Any]) -> str:
        if self._sort:
            return str(item[self._sort]["S"])
        return str(item[self._partition]["S"]).removeprefix(f"{self._owner}#")

    def _head(self, item: dict[str, Any], repository: str) -> Head:
        plain = {
            name: int(value["N"]) if "N" in value else value.get("S")
            for name, value in item.items()
            if name in {"version", "commit", "pushes"} and ("N" not in value or _is_count(value))
        }
        try:
            return msgspec.convert({**plain, "repository": repository}, Head)
        except msgspec.ValidationError as error:
            raise ServiceError(f"its head cannot be read: {error}", where=self._where) from error

    def one(self, repository: str) -> tuple[Head | None, str | None]:
        """Return the head of a repository, and how often it was written; of a broken one, that."""
        with telling(self._where):
            item = self._client.get_item(
                TableName=self._table, Key=self._key(repository), ConsistentRead=True
            ).get("Item")
        if item is None:
            return None, None
        pushes = item.get("pushes", {})
        tag = str(pushes["N"]) if "N" in pushes else ""
        try:
            return self._head(item, repository), tag
        except ServiceError:
            return None, tag

    def replace(self, head: Head, tag: str | None) -> None:
        """Put `head` in place of the one with `tag`, or raise `Conflict`."""
        from botocore.exceptions import ClientError

        item = {
            **self._key(head.repository),
            "version": {"S": head.version},
            "pushes": {"N": str(head.pushes)},
            **({"commit": {"S": head.commit}} if head.commit else {}),
        }
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pushes)"}
        if tag:
            condition = {
                "ConditionExpression": "pushes = :before",
                "ExpressionAttributeValues": {":before": {"N": tag}},
            }
        with telling(self._where):
            try:
                self._client.put_item(TableName=self._table, Item=item, **condition)
            except ClientError as error:
                if code(error) in {
                    "ConditionalCheckFailedException",
                    "TransactionConflictException",
                }:
                    raise Conflict from error
                raise


def _is_count(value: dict[str, Any]) -> bool:
    return str(value["N"]).isascii() and str(value["N"]).isdigit()


DYNAMODB = _heads.store(
    "a DynamoDB table (`dynamodb://table/prefix?bucket=name`)", 20, claims, TableHeads
)
