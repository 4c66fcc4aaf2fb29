"""The repository's Python modules: where an import leads, and the text of what is found there."""

import ast
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from posixpath import dirname, join, normpath

from guardian.languages import Sources
from guardian.languages.python import newer_syntax
from guardian.languages.python.module_roots import (
    OUTSIDE,
    Layout,
    imported_names,
    is_test,
    layout_of,
    names_from,
    search_roots,
    shared_length,
    words_of,
)
from guardian.languages.python.values import OPEN
from guardian.model.lineage import Diagnostic, Location
from guardian.model.source import SourceFile

SIZE_LIMIT = 2_000_000
DEPTH_LIMIT = 200
# Larger modules are parsed again for each file that imports them, so that memory stays bounded.
SHARED_LIMIT = 200_000
TEXT_LENGTH = 300
IMPORTER_LIMIT = 4_000
FAR_LIMIT = 20
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


PYTHON_2 = (
    "this is Python 2, which is not read: its lineage is missing. Port it to Python 3 "
    "(`python -m lib2to3`), or leave it out with `exclude` in guardian.yml"
)


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
        older = newer_syntax.parsed(text.removeprefix("\ufeff"), path)
        if older is not None:
            return Module(path, older.text, older.tree, name, line_numbers)
        if newer_syntax.is_python_2(text):
            return refuse(error.lineno or 1, PYTHON_2)
        return refuse(error.lineno or 1, f"not valid Python: {error.msg}")
    except (ValueError, RecursionError, MemoryError) as error:
        return refuse(1, f"not valid Python: {type(error).__name__}")
    return Module(path, text.removeprefix("\ufeff"), tree, name, line_numbers)


def nesting(text: str) -> int:
    """Return how deep brackets are nested, those in strings included.

    A cheap bound, taken before parsing.
    """
    deepest = depth = 0
    for bracket in _NO_BRACKET.sub("", text):
        if bracket in OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    return deepest


_NO_BRACKET = re.compile(r"[^()\[\]{}]+")


@lru_cache(maxsize=256)
def _shared(path: str, text: str) -> Module | Diagnostic:
    return parse_module(path, text)


def parsed_once(path: str, text: str, name: str) -> Module | Diagnostic:
    """Return a module that several files may import: its syntax tree is one for all of them."""
    if len(text) > SHARED_LIMIT:
        return parse_module(path, text, name=name)
    module = _shared(path, text)
    return module if isinstance(module, Diagnostic) else replace(module, name=name)


class ModuleFinder:
    """Finds modules of the repository by the name that a file imports them under."""

    def __init__(self, sources: Sources, entry: str = "") -> None:
        """Look among the files of one revision, on behalf of a run of the file `entry`."""
        self.sources = sources
        self.entry = entry
        self._added: list[str] = []
        self._ranked: dict[tuple[str, str], list[str]] = {}
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
        to the repository's root, and `src` and `lib` under each of these, then those of the file
        that is run, then any folder. Of several packages of one name, the one wins that has most
        of what the importer takes from it. A package is named by its `__init__.py`, or by its
        folder with a trailing `/` where it has none.
        """
        if level or not parts:
            return self.layout.locate(parts, dirname(importer), level)
        if parts[0] not in self.layout.names:
            return None
        found = (self.layout.under(root, parts) for root in self._roots(parts[0], importer))
        return next((path for path in found if path is not None), None)

    def modules_beside(self, parts: tuple[str, ...], importer: str) -> list[str]:
        """Return the dotted names of all modules in the package that begins a name.

        The package is the part of the name that is known: it has no symbol.
        """
        known = tuple(part for part in parts[:-1] if OPEN not in part)
        if len(known) < len(parts) - 1 or not known:
            return []
        package = self.locate(known, importer)
        folder = dirname(package) if package is not None else ""
        if not folder:
            return []
        stems = sorted(
            path[len(folder) + 1 :].removesuffix(".py")
            for path in self.paths
            if dirname(path) == folder and path.endswith(".py")
        )
        return [".".join((*known, stem)) for stem in stems if not stem.startswith("__")]

    @property
    def all_folders(self) -> frozenset[str]:
        """Return all folders of the revision, those without Python files, too."""
        return self.layout.all_folders()

    def add_root(self, folder: str) -> None:
        """Take a folder that the code adds to `sys.path`, by its longest tail that exists."""
        parts = normpath(folder).strip("/").split("/")
        for start in range(len(parts)):
            tail = "/".join(parts[start:])
            if tail in self.layout.folders and tail not in self._added:
                self._added.append(tail)
                self._ranked.clear()
                return

    def _roots(self, name: str, importer: str) -> list[str]:
        """Return the folders in which `importer` looks for the package `name`, best first."""
        key = (name, importer)
        if key not in self._ranked:
            near = [
                *self._added,
                *search_roots(dirname(importer)),
                *search_roots(dirname(self.entry)),
            ]
            holders = self.layout.roots_of(name)
            roots = [root for root in dict.fromkeys(near) if root in holders]
            scores = self._scores(name, importer, roots)
            if not any(scores.values()) and name not in OUTSIDE:
                far = [root for root in holders if root not in roots and not is_test(f"{root}/")]
                far.sort(key=lambda root: -shared_length(root, importer))
                scores.update(self._scores(name, importer, far[:FAR_LIMIT]))
            self._ranked[key] = sorted(scores, key=lambda root: -scores[root])
        return self._ranked[key]

    def _scores(self, name: str, importer: str, roots: list[str]) -> dict[str, int]:
        """Return how much of what `importer` takes from the package `name` each root has."""
        if len(roots) == 1 and not (self.layout.under(roots[0], (name,)) or "/").endswith("/"):
            return {roots[0]: 1}
        source = self.sources.read(importer) if roots else None
        taken = names_from(source.text) if source is not None else ()
        wanted = [item for item in taken if item[0][0] == name]
        text = source.text if source is not None else ""
        return {root: sum(self._share(root, *item, text) for item in wanted) for root in roots}

    def _share(
        self, root: str, parts: tuple[str, ...], names: tuple[str, ...], importer: str
    ) -> int:
        """Return how much of one import a root has: the module, its names, what is used of them."""
        path = self.layout.under(root, parts)
        if path is None:
            return 0
        text = self._text(path)
        count = int(not path.endswith("/") or not names)
        for name in names:
            inner = self.layout.under(root, (*parts, name))
            if inner is None:
                count += name in words_of(text)
                continue
            used = re.findall(rf"\b{name}\.(\w+)", importer)
            count += 1 + len(words_of(self._text(inner)).intersection(used))
        return count

    def _text(self, path: str) -> str:
        source = None if path.endswith("/") else self.sources.read(path)
        return source.text if source is not None else ""

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

    def importers(self, path: str) -> list[str]:
        """Return the texts of the other Python files that import the module at `path`.

        Tests are left out, and packages that only pass on what they import.
        """
        package = f"{dirname(path)}/__init__.py"
        stem = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
        stems = {stem, dirname(path).rpartition("/")[2]} if package in self.paths else {stem}
        others = [
            other
            for other in self.paths
            if other.endswith((".py", ".ipynb")) and other not in {path, package}
        ]
        others.sort(key=lambda other: (dirname(other) != dirname(path), other))
        found = []
        for other in others[:IMPORTER_LIMIT]:
            source = None if is_test(other) else self.sources.read(other)
            if source is None or not any(word in source.text for word in stems):
                continue
            if any(
                not stems.isdisjoint(parts) and self.locate(parts, other, level) in {path, package}
                for parts, level in imported_names(source.text)
            ):
                found.append(source.text)
        return found
