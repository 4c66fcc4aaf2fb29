"""Which engine a dbt project runs on: from its profile, or the adapter that is installed."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from guardian.languages.dbt.relations import ProductionName
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
# which engine stands for all those that a package's macros are written for: its names fold to lower
# case and its SQL is understood as the plain kind that such packages keep to
_STAND_INS = ("redshift", "postgres", "databricks", "duckdb", "snowflake", "bigquery", "trino")
_PREFIX = re.compile(r"([a-z]+)__\w")
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
            adapter = _profile_adapter(file.text, settings.profile) if file else ""
            if adapter:
                return adapter
    return _installed_adapter(folders, read, exists)


def spoken_adapter(macros: Iterable[str]) -> str:
    """Return the adapter to read a package by that is written for several, `""` for no such one."""
    spoken = {
        found[1] for name in macros if (found := _PREFIX.match(name)) and dialect_of(found[1])
    }
    return next((name for name in _STAND_INS if name in spoken), "") if len(spoken) > 1 else ""


def _profile_adapter(text: str, profile: str) -> str:
    """Return the adapter of a profile: where outputs differ, that of production, else the target's.

    A change is merged to run in production; a development output is often another engine.
    """
    try:
        document = load(text, last_wins=True)
    except ValueError:
        return ""  # a profile that cannot be read tells nothing; the connection is not our business
    chosen = document.get(profile) if isinstance(document, Mapping) else None
    outputs = chosen.get("outputs") if isinstance(chosen, Mapping) else None
    if not isinstance(chosen, Mapping) or not isinstance(outputs, Mapping):
        return ""
    types = {
        str(name): str(output["type"])
        for name, output in outputs.items()
        if isinstance(output, Mapping) and output.get("type")
    }
    production = {kind for name, kind in types.items() if name.lower() in ProductionName.NAMES}
    target = types.get(str(chosen.get("target")))
    for kinds in (set(types.values()), production, {target} if target else set()):
        if len(kinds) == 1:
            return kinds.pop()
    return ""


def _installed_adapter(folders: Sequence[str], read: Read, exists: Callable[[str], bool]) -> str:
    found: set[str] = set()
    for folder in folders:
        for name in _HINTS:
            path = f"{folder}/{name}".strip("/")
            file = read(path) if exists(path) else None
            names = _PACKAGE.findall(file.text) if file else []
            found.update(name.removesuffix("-community") for name in names if dialect_of(name))
    return found.pop() if len(found) == 1 else ""
