"""What the table of a contract may be called in the code: by its servers, its place, its file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from guardian.languages.safe_yaml import LinedDict
from guardian.model.names import dataset_name, fold, is_path, path_name

# The `type` of a server in the standard → the dialect of what is written there.
DIALECTS: Mapping[str, str] = {
    "athena": "athena", "bigquery": "bigquery", "clickhouse": "clickhouse", "databricks": "spark",
    "duckdb": "duckdb", "glue": "spark", "hive": "hive", "mysql": "mysql", "oracle": "oracle",
    "postgres": "postgres", "postgresql": "postgres", "presto": "presto", "redshift": "redshift",
    "snowflake": "snowflake", "sqlserver": "tsql", "synapse": "tsql", "trino": "trino",
    "exasol": "exasol", "db2": "db2", "impala": "hive", "dremio": "dremio", "spark": "spark",
}  # fmt: skip
_ENDING = re.compile(r"(?:\.odcs|\.datacontract|\.contract)?\.(?:ya?ml|json)$", re.IGNORECASE)
_PART = re.compile(r'"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|([^.]+)')
_QUOTED = 4  # the group of `_PART` that is not quoted
# The end of a location that tells which files, and not which dataset: `/*.parquet`, `/dt={date}`.
_FILES = re.compile(r"/(?:[^/]*\*[^/]*|[^/]*=\{[^/]*)(?:/.*)?$")


def dialect_of(servers: Sequence[Mapping[Any, Any]]) -> str:
    """Return the dialect that the first known server speaks; empty where none tells it."""
    kinds = (str(server.get("type") or "").lower() for server in servers)
    return next((DIALECTS[kind] for kind in kinds if kind in DIALECTS), "")


def names(
    spelled: str, servers: Sequence[LinedDict], dialect: str, file: str, *, alone: bool
) -> tuple[str, ...]:
    """Return what the dataset of a table may be called, the fullest name first.

    With a server's database and schema, with the schema alone, as the file is called, plainly; and
    by its location. `alone` says that the document has no other table.
    """
    if not spelled:
        return ()
    if is_path(spelled):
        return (path_name(spelled),)
    parts = folded(spelled, dialect)
    found: list[str] = []
    places: list[str] = []
    for server in servers:
        found += _in_server(parts, server, dialect)
        places += _places(parts, spelled, server, alone=alone)
    found += _of_file(parts, file, dialect)
    found.append(dataset_name(parts, dialect))
    full = sorted(dict.fromkeys(found), key=lambda name: -name.count("."))
    qualified = [name for name in full if "." in name]
    plain = [name for name in full if "." not in name]
    return tuple(dict.fromkeys([*qualified, *places, *plain]))


def folded(spelled: str, dialect: str) -> tuple[str, ...]:
    """Return the parts of a name, without quotes, in the case that the dialect gives them."""
    parts = []
    for found in _PART.finditer(spelled):
        text = next((group for group in found.groups() if group is not None), "")
        parts.append(fold(text.replace('""', '"'), dialect, quoted=found.lastindex != _QUOTED))
    return tuple(part for part in parts if part)


def _in_server(parts: tuple[str, ...], server: LinedDict, dialect: str) -> Iterator[str]:
    """Yield a table's name with what its own spelling leaves out: the schema, the database."""
    schema = server.get("schema") or server.get("dataset")
    database = server.get("database") or server.get("catalog") or server.get("project")
    before = [
        folded(str(part), dialect) if isinstance(part, str) else () for part in (database, schema)
    ]
    missing = max(0, 3 - len(parts))  # database, schema and table are all there are
    above = [*before[0], *before[1]][:missing] if len(parts) < 2 else [*before[0]][:missing]
    for start in range(len(above)):
        yield ".".join((*above[start:], *parts))


def _places(
    parts: tuple[str, ...], spelled: str, server: LinedDict, *, alone: bool
) -> Iterator[str]:
    """Yield where a table lies; a location that several tables share is a folder of theirs."""
    location = server.get("location")
    if not isinstance(location, str) or not location.strip():
        return
    place = location.strip()
    for mark in ("{model}", "{table}", "{schema}"):
        if mark in place:
            yield path_name(_FILES.sub("", place.replace(mark, spelled)))
            return
    place = path_name(_FILES.sub("", place))
    yield place if alone or place.endswith(f"/{parts[-1]}") else f"{place}/{spelled}"


def _of_file(parts: tuple[str, ...], file: str, dialect: str) -> Iterator[str]:
    """Yield the name of the file where it is the table's: `contracts/sales.orders.odcs.yaml`."""
    stem = _ENDING.sub("", file.rpartition("/")[2])
    named = folded(stem, dialect)
    if len(parts) == 1 < len(named) <= 3 and named[-1] == parts[-1]:
        yield ".".join(named)
