"""AWS Glue Data Catalog: tables, partition keys, locations, the SQL of views.

The role needs `glue:GetDatabases` and `glue:GetTables`. Which account and keys: AWS's own chain.
"""

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any

from guardian.catalogs import MOST_TABLES, Catalog, Outside
from guardian.catalogs._statements import name_of, view
from guardian.config import CatalogEntry
from guardian.errors import ServiceError
from guardian.model.catalog import CatalogTable, CatalogText, Holdings
from guardian.model.lineage import Column
from guardian.model.names import path_name

SECONDS, ATTEMPTS = 20, 3
_ATHENA_VIEW = "/* Presto View: "
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_UNKNOWN = frozenset({
    "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException",
    "SignatureDoesNotMatch",
})  # fmt: skip
_DENIED = frozenset({"AccessDeniedException", "AccessDenied"})


def read(entry: CatalogEntry, outside: Outside) -> Holdings:  # noqa: ARG001 - of every kind
    """Return what the Data Catalog lists.

    Raises:
        ServiceError: AWS did not answer as it should.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    label = f"glue:{entry.region}" if entry.region else "glue"
    tables: list[CatalogTable] = []
    texts: list[CatalogText] = []
    try:
        client = _client(entry)
        for database in entry.databases() or _databases(client):
            for listed in _tables(client, database):
                tables.append(_table(database, listed))
                texts.extend(_text(database, listed))
                if len(tables) > MOST_TABLES:
                    raise ServiceError(
                        f"it has more than {MOST_TABLES:,} tables", where=label,
                        fix="name those that matter as `database`",
                    )  # fmt: skip
    except ClientError as error:
        raise _told(error.response, label) from error
    except (BotoCoreError, ValueError) as error:
        fix = "set `region`, or AWS_REGION" if "region" in str(error).lower() else None
        raise ServiceError(str(error).partition("\n")[0][:200], where=label, fix=fix) from error
    databases = entry.databases()
    schema = name_of(databases, "spark") if len(databases) == 1 else ""
    return Holdings(label=label, schema=schema, tables=tuple(tables), texts=tuple(texts))


def _client(entry: CatalogEntry) -> Any:
    import boto3
    from botocore.config import Config

    limits = Config(
        connect_timeout=5, read_timeout=SECONDS, retries={"total_max_attempts": ATTEMPTS}
    )
    return boto3.Session().client("glue", region_name=entry.region or None, config=limits)


def _databases(client: Any) -> Iterator[str]:
    for page in client.get_paginator("get_databases").paginate():
        for database in page["DatabaseList"]:
            yield str(database["Name"])


def _tables(client: Any, database: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator("get_tables").paginate(DatabaseName=database):
        yield from page["TableList"]


def _table(database: str, listed: dict[str, Any]) -> CatalogTable:
    """Return a table with its partition keys behind its columns, as a star gives them."""
    storage = listed.get("StorageDescriptor") or {}
    found = [*(storage.get("Columns") or ()), *(listed.get("PartitionKeys") or ())]
    columns = {
        one["Name"].lower(): Column(one["Name"].lower(), one.get("Type") or None)
        for one in found
        if (one.get("Parameters") or {}).get("iceberg.field.current") != "false"
    }
    return CatalogTable(
        name=name_of((database, listed["Name"]), "spark"),
        columns=tuple(columns.values()),
        complete=bool(columns) and "TargetTable" not in listed,
        location=path_name(storage.get("Location") or "") if storage.get("Location") else "",
    )


def _text(database: str, listed: dict[str, Any]) -> Iterator[CatalogText]:
    """Yield the SQL of a view: Hive's and Spark's as it is, Athena's out of its envelope."""
    original = listed.get("ViewOriginalText") or ""
    if listed.get("TableType") != "VIRTUAL_VIEW" or not original.strip():
        return
    parts, schema, dialect = (database, listed["Name"]), database, "spark"
    if original.startswith(_ATHENA_VIEW):
        dialect = "trino"  # what Athena speaks in queries
        try:
            held = json.loads(base64.b64decode(original[len(_ATHENA_VIEW) :].split("*/")[0]))
            original, schema = str(held["originalSql"]), str(held.get("schema") or database)
        except (binascii.Error, ValueError, KeyError, TypeError):
            return
    name = name_of(parts, "spark")
    yield CatalogText(name=name, sql=view(parts, original, dialect, schema), dialect=dialect)


def _told(response: Any, label: str) -> ServiceError:
    code = str(response.get("Error", {}).get("Code", ""))
    if code in _EXPIRED:
        return ServiceError(
            "the AWS credentials have expired", where=label, fix="log in again: `aws sso login`"
        )
    if code in _UNKNOWN:
        return ServiceError(
            "AWS does not know the credentials", where=label, fix="check the keys or the profile"
        )
    if code in _DENIED or code == "403":
        return ServiceError(
            "AWS denies access", where=label,
            fix="the role needs `glue:GetDatabases` and `glue:GetTables`",
        )  # fmt: skip
    if code == "EntityNotFoundException":
        return ServiceError(
            "there is no such database", where=label, fix="check `database` and `region`"
        )
    return ServiceError(f"the service refused: {code or 'no reason given'}", where=label)


GLUE = Catalog(name="glue", read=read, on_disk=False)
