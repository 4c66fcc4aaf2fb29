"""Where imports of the repository's own modules lead: folders to look in, and which one wins."""

import re
import sys
from functools import lru_cache
from posixpath import commonpath, dirname, join, normpath
from typing import Any


class Layout:
    """Where the Python files of one revision lie; shared by all files that are read of it."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        """Take the paths of all files."""
        self.paths = frozenset(paths)
        self.folders: set[str] = set()
        # The last parts of all modules and folders: most imports lead to none of them.
        self.names: set[str] = set()
        self._located: dict[tuple[tuple[str, ...], str, int], str | None] = {}
        self._under: dict[tuple[str, tuple[str, ...]], str | None] = {}
        self._holders: dict[str, list[str]] = {}
        self._every: frozenset[str] = frozenset()
        self._inside: dict[str, list[str]] = {}
        # What the interpreter keeps of the modules that lie here, for all files that import them.
        self.shelf: dict[object, Any] = {}
        for path in paths:
            if path.endswith(".py"):
                self._take(path)

    def _take(self, path: str) -> None:
        folder = dirname(path)
        self.names.add(path[len(folder) :].strip("/").removesuffix(".py"))
        while folder and folder not in self.folders:
            self.folders.add(folder)
            self.names.add(folder.rpartition("/")[2])
            folder = dirname(folder)

    def locate(self, parts: tuple[str, ...], folder: str, level: int) -> str | None:
        """Return the path of the module `parts` as a file in `folder` sees it."""
        if parts and parts[0] not in self.names:
            return None
        key = (parts, folder, level)
        if key not in self._located:
            roots = [above(folder, level - 1)] if level else search_roots(folder)
            found = (self.under(root, parts) for root in roots)
            self._located[key] = next((path for path in found if path is not None), None)
        return self._located[key]

    def under(self, root: str, parts: tuple[str, ...]) -> str | None:
        """Return the path of the module `parts` in the folder `root`."""
        key = (root, parts)
        if key not in self._under:
            self._under[key] = self._searched(root, parts)
        return self._under[key]

    def _searched(self, root: str, parts: tuple[str, ...]) -> str | None:
        base = normpath(join(root, *parts)) if parts or root else ""
        if base in {"", "."}:
            return None
        for path in (f"{base}.py", f"{base}/__init__.py"):
            if path in self.paths:
                return path
        return f"{base}/" if base in self.folders and parts else None

    def all_folders(self) -> frozenset[str]:
        """Return all folders of the revision, those without Python files, too."""
        if not self._every:
            self._every = frozenset(
                path[:index]
                for path in self.paths
                for index, letter in enumerate(path)
                if letter == "/"
            )
        return self._every

    def inside(self, folder: str, *, deep: bool) -> list[str]:
        """Return the files of a folder, with `deep` those of the folders below it, too."""
        if not self._inside:
            for path in sorted(self.paths):
                self._inside.setdefault(path.rpartition("/")[0], []).append(path)
        if not deep:
            return self._inside.get(folder, [])
        below = f"{folder}/" if folder else ""
        return [
            path
            for name, paths in self._inside.items()
            if name == folder or name.startswith(below)
            for path in paths
        ]

    def roots_of(self, name: str) -> list[str]:
        """Return the folders that hold a module or a package `name`, sorted."""
        if not self._holders:
            for path in sorted(self.paths | self.folders):
                if path in self.folders or path.endswith(".py"):
                    folder, _, last = path.rpartition("/")
                    self._holders.setdefault(last.removesuffix(".py"), []).append(folder)
        return self._holders.get(name, [])


def above(folder: str, levels: int) -> str:
    """Return the folder that lies so many levels above `folder`."""
    for _ in range(levels):
        folder = dirname(folder)
    return folder


@lru_cache(maxsize=4096)
def search_roots(folder: str) -> list[str]:
    """Return where a file in `folder` looks for modules, nearest first."""
    roots = [folder]
    while folder:
        folder = dirname(folder)
        roots.append(folder)
    return [
        *roots,
        *(join(root, "src") for root in roots),
        *(join(root, "lib") for root in roots),
    ]


@lru_cache(maxsize=4)
def layout_of(paths: tuple[str, ...]) -> Layout:
    """Return where the files of a revision lie, worked out once."""
    return Layout(paths)


# Packages that are never looked for far from the file that imports them.
OUTSIDE = frozenset(sys.stdlib_module_names) | frozenset({
    "airflow", "asyncpg", "attr", "attrs", "awsglue", "awswrangler", "boto3", "botocore", "click",
    "cx_Oracle", "databricks", "dbt", "delta", "dlt", "duckdb", "google", "graphframes", "hydra",
    "jinja2", "koalas", "moto", "mysql", "numpy", "omegaconf", "oracledb", "pandas", "pg8000",
    "polars", "prefect", "psycopg", "psycopg2", "py4j", "pyarrow", "pyathena", "pydantic",
    "pymssql", "pymysql", "pyodbc", "pyspark", "pytest", "redshift_connector", "requests",
    "scipy", "sedona", "setuptools", "sklearn", "snowflake", "sqlalchemy", "sqlmodel", "trino",
    "typer", "yaml",
})  # fmt: skip
TEST_PATH = re.compile(
    r"(?:^|/)(?:tests?|testing|unit_?tests?)/|(?:^|/)(?:test_[^/]*|conftest|[^/]*_test)\.py$"
)


def is_test(path: str) -> bool:
    """Return whether the file at `path` is a test by its name or folder."""
    return TEST_PATH.search(path) is not None


def shared_length(left: str, right: str) -> int:
    """Return how many folders two paths have in common."""
    return len([part for part in commonpath([f"/{left}", f"/{right}"]).split("/") if part])


_FROM = re.compile(
    r"^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)", re.MULTILINE
)
_IMPORT = re.compile(r"^[ \t]*import[ \t]+([\w., \t]+)", re.MULTILINE)


@lru_cache(maxsize=8192)
def imported_names(text: str) -> tuple[tuple[tuple[str, ...], int], ...]:
    """Return the modules that `text` may import, as (dotted parts, number of leading dots)."""
    found: list[tuple[tuple[str, ...], int]] = []
    for dots, base, names in _FROM.findall(text):
        parts = tuple(part for part in base.split(".") if part)
        found.append((parts, len(dots)))
        found.extend(((*parts, name), len(dots)) for name in re.findall(r"\w+", names))
    for names in _IMPORT.findall(text):
        for name in names.split(","):
            words = name.split()
            if words:
                found.append((tuple(words[0].split(".")), 0))
    return tuple(found)


@lru_cache(maxsize=1024)
def words_of(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(re.findall(r"\w+", text))


@lru_cache(maxsize=8192)
def names_from(text: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Return what `text` imports by absolute paths: each module, and the names taken from it."""
    return tuple(
        (tuple(base.split(".")), tuple(re.findall(r"(?<!as )\b[A-Za-z_]\w*", names)))
        for dots, base, names in _FROM.findall(text)
        if base and not dots
    )


def without_imports(text: str) -> str:
    """Return `text` without its lines that import names from a module."""
    return _FROM.sub("", text)
