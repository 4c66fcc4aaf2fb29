"""Which engine a dbt project runs on: from its profile, or the adapter that is installed."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from guardian.languages.dbt.settings import Settings
from guardian.languages.safe_yaml import load
from guardian.model.source import SourceFile

Read = Callable[[str], SourceFile | None]

# sqlglot's dialect for each adapter whose name differs from it
_DIALECTS = {
    "sqlserver": "tsql", "synapse": "tsql", "fabric": "fabric", "athena-community": "athena",
    "athena": "athena",
    "fabricspark": "spark", "glue": "spark", "spark": "spark", "starrocks": "starrocks",
    "sqlite": "sqlite",
}  # fmt: skip
_KNOWN = frozenset(
    [
        "snowflake",
        "bigquery",
        "redshift",
        "postgres",
        "databricks",
        "duckdb",
        "trino",
        "presto",
        "clickhouse",
        "oracle",
        "mysql",
        "teradata",
        "dremio",
        "materialize",
        "risingwave",
        "doris",
        "exasol",
        "hive",
    ]
)
_ADAPTERS = {"tsql": "sqlserver", "": ""}
_PACKAGE = re.compile(r"\bdbt-([a-z]+(?:-community)?)\b")
_HINTS = (
    "requirements.txt",
    "requirements.in",
    "pyproject.toml",
    "Pipfile",
    "setup.py",
    "requirements-dbt.txt",
)


def dialect_of(adapter: str) -> str:
    """Return sqlglot's dialect for a dbt adapter, `""` for one that is not known."""
    return _DIALECTS.get(adapter, adapter if adapter in _KNOWN else "")


def adapter_of(dialect: str) -> str:
    """Return the dbt adapter that speaks `dialect`."""
    return _ADAPTERS.get(dialect, dialect)


def guessed_adapter(settings: Settings, read: Read, exists: Callable[[str], bool]) -> str:
    """Return the project's adapter, `""` where the repository tells of none or several."""
    parts = settings.root.split("/") if settings.root else []
    above = ["/".join(parts[:length]) for length in range(len(parts), -1, -1)]
    folders = list(
        dict.fromkeys((*above, f"{settings.root}/profiles".strip("/"), "profiles", ".dbt"))
    )
    for folder in folders:
        for name in ("profiles.yml", "profiles.yaml"):
            path = f"{folder}/{name}".strip("/")
            file = read(path) if exists(path) else None
            adapters = _profile_adapters(file.text, settings.profile) if file else set()
            if len(adapters) == 1:
                return adapters.pop()
    return _installed_adapter(folders, read, exists)


def _profile_adapters(text: str, profile: str) -> set[str]:
    try:
        document = load(text, last_wins=True)
    except ValueError:
        return (
            set()
        )  # a profile that cannot be read tells nothing; the connection is not our business
    chosen = document.get(profile) if isinstance(document, Mapping) else None
    outputs = chosen.get("outputs") if isinstance(chosen, Mapping) else None
    targets: Iterable[object] = outputs.values() if isinstance(outputs, Mapping) else ()
    return {str(t["type"]) for t in targets if isinstance(t, Mapping) and "type" in t}


def _installed_adapter(folders: Sequence[str], read: Read, exists: Callable[[str], bool]) -> str:
    found: set[str] = set()
    for folder in folders:
        for name in _HINTS:
            path = f"{folder}/{name}".strip("/")
            file = read(path) if exists(path) else None
            names = _PACKAGE.findall(file.text) if file else []
            found.update(name.removesuffix("-community") for name in names if dialect_of(name))
    return found.pop() if len(found) == 1 else ""
