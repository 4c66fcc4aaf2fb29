"""The repository's Python modules: where an import leads, and the text of what is found there."""

import ast
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from posixpath import dirname, join, normpath

from guardian.languages import Sources
from guardian.model.lineage import Diagnostic, Location
from guardian.model.source import SourceFile

SIZE_LIMIT = 2_000_000
DEPTH_LIMIT = 200
# Larger modules are parsed again for each file that imports them, so that memory stays bounded.
SHARED_LIMIT = 200_000
TEXT_LENGTH = 300
IMPORTER_LIMIT = 4_000
OPENING, CLOSING = "([{", ")]}"


@dataclass(eq=False)
class Module:
    """One Python text: its path, its syntax tree, its lines.

    `line_numbers` maps a line of the text to the line of the file that it came from (notebooks);
    it is empty where they are the same. `name` is the dotted name that it was imported under.
    """

    path: str
    text: str
    tree: ast.Module
    name: str = "__main__"
    line_numbers: Sequence[int] = ()
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Split the text as Python's parser counts lines."""
        self.lines = self.lines or re.split(r"\r\n|\r|\n", self.text)

    def line(self, number: int) -> int:
        """Return the line of the file for a line of the text."""
        if self.line_numbers and 0 < number <= len(self.line_numbers):
            return self.line_numbers[number - 1]
        return number

    def location(self, node: ast.AST | None) -> Location:
        """Return where `node` begins; a method call where its name stands."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return Location(self.path, self.line(node.func.end_lineno or node.lineno))
        return Location(self.path, self.line(getattr(node, "lineno", 1)))

    def segment(self, node: ast.AST) -> str:
        """Return the author's text of `node` on one line, cut to 300 characters."""
        start, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
        end, end_column = getattr(node, "end_lineno", 0) or 0, getattr(node, "end_col_offset", 0)
        return self.slice(start, column, end, end_column or 0)

    def slice(self, start: int, column: int, end: int, end_column: int) -> str:
        """Return the text between two places (lines from 1, columns in UTF-8 bytes) on one line."""
        if not 0 < start <= end <= len(self.lines):
            return ""
        rows = self.lines[start - 1 : min(end, start + 60)]
        if end - start < 60:
            rows[-1] = _cut(rows[-1], 0, end_column)
        rows[0] = _cut(rows[0], column, None)
        return " ".join(" ".join(rows).split())[:TEXT_LENGTH]


def _cut(line: str, start: int, end: int | None) -> str:
    if line.isascii():
        return line[start:end]
    return line.encode()[start:end].decode(errors="replace")


def parse_module(
    path: str, text: str, *, name: str = "__main__", line_numbers: Sequence[int] = ()
) -> Module | Diagnostic:
    """Return the module, or why it cannot be read: too large, too deep, or not Python."""

    def refuse(line: int, why: str) -> Diagnostic:
        mapped = line_numbers[line - 1] if 0 < line <= len(line_numbers) else line
        return Diagnostic(path, mapped, why)

    if len(text) > SIZE_LIMIT:
        return refuse(1, f"the file is larger than {SIZE_LIMIT:,} characters and was not read")
    if nesting(text) > DEPTH_LIMIT:
        return refuse(1, f"brackets are nested deeper than {DEPTH_LIMIT} and the file was not read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.removeprefix("\ufeff"), filename=path)
    except SyntaxError as error:
        return refuse(error.lineno or 1, f"not valid Python: {error.msg}")
    except (ValueError, RecursionError, MemoryError) as error:
        return refuse(1, f"not valid Python: {type(error).__name__}")
    return Module(path, text.removeprefix("\ufeff"), tree, name, line_numbers)


def nesting(text: str) -> int:
    """Return how deep brackets are nested, those in strings included.

    A cheap bound, taken before parsing.
    """
    deepest = depth = 0
    for match in re.finditer(r"[()\[\]{}]", text):
        depth += 1 if match.group() in OPENING else -1
        deepest = max(deepest, depth)
        depth = max(depth, 0)
    return deepest


@lru_cache(maxsize=256)
def _shared(path: str, text: str) -> Module | Diagnostic:
    return parse_module(path, text)


def parsed_once(path: str, text: str, name: str) -> Module | Diagnostic:
    """Return a module that several files may import: its syntax tree is one for all of them."""
    if len(text) > SHARED_LIMIT:
        return parse_module(path, text, name=name)
    module = _shared(path, text)
    return module if isinstance(module, Diagnostic) else replace(module, name=name)


class Layout:
    """Where the Python files of one revision lie; shared by all files that are read of it."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        """Take the paths of all files."""
        self.paths = frozenset(paths)
        self.folders: set[str] = set()
        # The last parts of all modules and folders: most imports lead to none of them.
        self.names: set[str] = set()
        self._located: dict[tuple[tuple[str, ...], str, int], str | None] = {}
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
            self._located[key] = self._search(parts, folder, level)
        return self._located[key]

    def _search(self, parts: tuple[str, ...], folder: str, level: int) -> str | None:
        for root in _roots(folder, level):
            base = normpath(join(root, *parts)) if parts or root else ""
            if base in {"", "."}:
                continue
            for path in (f"{base}.py", f"{base}/__init__.py"):
                if path in self.paths:
                    return path
            if base in self.folders and parts:
                return f"{base}/"
        return None


def _roots(folder: str, level: int) -> list[str]:
    if level:
        for _ in range(level - 1):
            folder = dirname(folder)
        return [folder]
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


class ModuleFinder:
    """Finds modules of the repository by the name that a file imports them under."""

    def __init__(self, sources: Sources) -> None:
        """Look among the files of one revision."""
        self.sources = sources
        self._parsed: dict[tuple[str, str], Module | Diagnostic | None] = {}
        self._layout: Layout | None = None

    @property
    def layout(self) -> "Layout":
        """Return where the revision's files lie."""
        if self._layout is None:
            self._layout = layout_of(tuple(self.sources.paths()))
        return self._layout

    @property
    def paths(self) -> frozenset[str]:
        """Return the paths of all files of the revision."""
        return self.layout.paths

    def locate(self, parts: tuple[str, ...], importer: str, level: int = 0) -> str | None:
        """Return the path of the module `parts` as `importer` sees it; None where it is not ours.

        Roots are tried as a run would have them: the file's own folder, its ancestors up
        to the repository's root, and `src` under each of these. A package is named by its
        `__init__.py`, or by its folder with a trailing `/` where it has none.
        """
        return self.layout.locate(parts, dirname(importer), level)

    def load(self, path: str, name: str) -> Module | Diagnostic | None:
        """Return the module at `path`, parsed; None where there is no such file."""
        if (path, name) not in self._parsed:
            source = self.sources.read(path)
            self._parsed[path, name] = (
                None if source is None else parsed_once(path, source.text, name)
            )
        return self._parsed[path, name]

    def read(self, path: str, importer: str) -> SourceFile | None:
        """Return the data file that code at `importer` opens: beside it, above it, or at the root.

        An absolute path (`/opt/job/conf/a.json`) is matched by its longest tail that exists in the
        repository.
        """
        cleaned = normpath(path.removeprefix("file://")).lstrip("/")
        if not cleaned or cleaned.startswith(".."):
            cleaned = cleaned.replace("../", "")
        folder = dirname(importer)
        while True:
            candidate = normpath(join(folder, cleaned))
            if candidate in self.paths:
                return self.sources.read(candidate)
            if not folder:
                break
            folder = dirname(folder)
        return self._read_tail(cleaned) if path.startswith(("/", "dbfs:", "..")) else None

    def _read_tail(self, path: str) -> SourceFile | None:
        parts = path.split("/")
        for start in range(1, len(parts)):
            tail = "/".join(parts[start:])
            if tail in self.paths:
                return self.sources.read(tail)
        return None

    def imported_elsewhere(self, path: str) -> bool:
        """Return whether another Python file of the repository imports the module at `path`."""
        stem = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
        others = [
            other for other in self.paths if other.endswith((".py", ".ipynb")) and other != path
        ]
        others.sort(key=lambda other: (dirname(other) != dirname(path), other))
        for other in others[:IMPORTER_LIMIT]:
            source = self.sources.read(other)
            if source is None or stem not in source.text:
                continue
            for parts, level in imported_names(source.text):
                if stem in parts and self.locate(parts, other, level) == path:
                    return True
        return False


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
