"""`dbt_project.yml` as values: where the project keeps what, variables, configuration."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from posixpath import normpath
from typing import Any

import msgspec

from guardian.languages.safe_yaml import LinedDict, load

CONFIG_KEYS = frozenset(
    [
        "alias",
        "schema",
        "database",
        "enabled",
        "materialized",
        "tags",
        "meta",
        "unique_key",
        "incremental_strategy",
        "on_schema_change",
        "partition_by",
        "partitioned_by",
        "cluster_by",
        "file_format",
        "location_root",
        "target_schema",
        "target_database",
        "strategy",
        "updated_at",
        "check_cols",
        "column_types",
        "quote_columns",
        "full_refresh",
        "persist_docs",
        "pre_hook",
        "post_hook",
        "contract",
        "grants",
        "docs",
        "bind",
        "sort",
        "dist",
        "dist_key",
        "sort_type",
        "format",
        "external_location",
        "table_type",
        "transient",
        "properties",
        "dbt_valid_to_current",
        "snapshot_meta_column_names",
        "merge_update_columns",
        "merge_exclude_columns",
        "incremental_predicates",
        "access",
        "group",
        "event_time",
        "begin",
        "batch_size",
        "lookback",
        "delimiter",
    ]
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One project; paths are from the repository's root, for which `root` is `""`.

    `run_hooks` are the hooks around a whole run: `on-run-start` or `on-run-end`, line, text.
    """

    root: str
    name: str
    profile: str = ""
    models: tuple[str, ...] = ()
    macros: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()
    snapshots: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    packages: str = "dbt_packages"
    target: str = "target"
    installed: tuple[str, ...] = ()
    variables: Mapping[str, Any] = {}
    configuration: Mapping[str, Mapping[str, Any]] = {}
    run_hooks: tuple[tuple[str, int, str], ...] = ()
    problem: str = ""
    problem_line: int = 1

    def folder_of(self, path: str) -> tuple[str, str] | None:
        """Return the kind of folder that `path` is below (`models`, `seeds`, …), and the folder."""
        if _below(path, self.installed):
            return "installed", ""
        for kind in ("snapshots", "seeds", "macros", "ignored", "models"):
            for folder in getattr(self, kind):
                if _below(path, (folder,)):
                    return kind, folder
        return None

    def config_for(self, kind: str, path: str, name: str) -> dict[str, Any]:
        """Return what the project configures for the file at `path`, the nearest folder winning."""
        place = self.folder_of(path)
        folder = place[1] if place else ""
        inside = path[len(folder) :].strip("/").split("/")[:-1]
        return configured(self.configuration.get(kind, {}), (self.name, *inside, name))


def _below(path: str, folders: Sequence[str]) -> bool:
    return any(path.startswith(f"{folder}/") or folder == "" for folder in folders)


def configured(tree: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the configuration along `names` in `tree`, deeper levels winning."""
    found: dict[str, Any] = {}
    level: Any = tree
    for name in (None, *names):
        if name is not None:
            level = level.get(name) if isinstance(level, Mapping) else None
        if not isinstance(level, Mapping):
            break
        for key, value in level.items():
            plain = str(key).removeprefix("+").replace("-", "_")
            if str(key).startswith("+") or (plain in CONFIG_KEYS and key not in names):
                found[plain] = value
    return found


@lru_cache(maxsize=64)
def read_settings(root: str, text: str) -> Settings:
    """Return the project in `root` whose `dbt_project.yml` is `text`; a broken one has defaults."""
    problem, line = "", 1
    try:
        document = load(text, last_wins=True)
    except ValueError as error:
        document, problem = {}, str(error)
        line = int("".join(c for c in problem.split(":")[0] if c.isdigit()) or "1")
    data = document if isinstance(document, Mapping) else {}
    name = str(data.get("name") or root.rpartition("/")[2] or "project")
    packages = str(data.get("packages-install-path") or "dbt_packages")
    built = (str(data.get("target-path") or "target"), "target", "logs", ".venv", "venv")
    return Settings(
        root=root, name=name, profile=str(data.get("profile") or ""),
        models=_paths(root, data, "model-paths", "source-paths", ("models",)),
        macros=_paths(root, data, "macro-paths", "", ("macros",)),
        seeds=_paths(root, data, "seed-paths", "data-paths", ("seeds",)),
        snapshots=_paths(root, data, "snapshot-paths", "", ("snapshots",)),
        ignored=(
            *_paths(root, data, "analysis-paths", "", ("analyses", "analysis")),
            *_paths(root, data, "test-paths", "", ("tests",)),
        ),
        packages=_inside(root, packages), target=_inside(root, built[0]),
        installed=tuple(
            _inside(root, folder) for folder in dict.fromkeys((packages, "dbt_packages",
            "dbt_modules", *built))
        ),
        variables=_mapping(data.get("vars")),
        configuration={
            kind: data[kind] for kind in ("models", "seeds", "snapshots", "sources")
            if isinstance(data.get(kind), Mapping)
        },
        run_hooks=tuple(_run_hooks(data)), problem=problem, problem_line=line,
    )  # fmt: skip


def _run_hooks(data: Mapping[Any, Any]) -> Iterator[tuple[str, int, str]]:
    for name in ("on-run-start", "on-run-end"):
        value = data.get(name)
        line = data.lines.get(name, 1) if isinstance(data, LinedDict) else 1
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and text.strip():
                yield name, line, text


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _paths(
    root: str, data: Mapping[Any, Any], key: str, old_key: str, default: tuple[str, ...]
) -> tuple[str, ...]:
    value = data.get(key) or data.get(old_key) or default
    folders = (
        [value] if isinstance(value, str) else value if isinstance(value, Sequence) else default
    )
    return tuple(_inside(root, str(folder)) for folder in folders)


def _inside(root: str, folder: str) -> str:
    """Return `folder`, as the project in `root` writes it, from the repository's root."""
    joined = normpath(f"{root}/{folder}" if root else folder)
    return "" if joined == "." else joined
