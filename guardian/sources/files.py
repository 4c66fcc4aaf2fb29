"""The files of one revision: which of them count, and how they are read."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

import msgspec
import pathspec

from guardian.config import EXCLUDE, Config
from guardian.errors import ConfigError
from guardian.languages.marks import LOGGING
from guardian.model.lineage import Diagnostic
from guardian.model.source import SourceFile
from guardian.sources.decoding import UnreadableError, decode

KEPT_CHARACTERS = 64_000_000  # texts that stay in memory; modules are read once for each importer


class Entry(msgspec.Struct, frozen=True):
    """One file of a revision: its path, its blob id where git tells it, what fetches its bytes.

    `load` is given the size limit and raises `UnreadableError` above it. `target` is the file that
    a symbolic link at this path stands for: it counts here and no longer where it lies.
    """

    path: str
    blob: str | None
    load: Callable[[int], bytes]
    target: str = ""


class Skipped(msgspec.Struct, frozen=True):
    """Something at a path that is not read as a file, such as a symbolic link."""

    path: str
    why: str


class Selection:
    """Which paths count, and in which dialect, as the configuration says."""

    def __init__(self, config: Config) -> None:
        """Compile the patterns of `config`.

        Raises:
            ConfigError: a pattern is not one.
        """
        self._include = _patterns(config.include, "include")
        self._exclude = _patterns((*EXCLUDE, *config.exclude), "exclude")
        self._dialect = config.sql.dialect
        self._overrides = tuple(
            (_patterns(override.paths, "sql.overrides"), override.dialect)
            for override in config.sql.overrides
        )

    def counts(self, path: str) -> bool:
        """Return whether the file at `path` is analysed."""
        return self._include.match_file(path) and not self._exclude.match_file(path)

    def leaves_out(self, folder: str) -> bool:
        """Return whether everything below `folder` is excluded."""
        return self._exclude.match_file(f"{folder}/")

    def dialect(self, path: str) -> str:
        """Return the dialect of the SQL at `path`; empty where nothing says it."""
        matching = (dialect for spec, dialect in self._overrides if spec.match_file(path))
        return next(matching, self._dialect)


class Files:
    """The files of one revision, as an extractor may see them (`guardian.languages.Sources`).

    A file that cannot be read as text is None for the extractor and a diagnostic in `problems`.
    """

    def __init__(
        self,
        found: Iterable[Entry | Skipped],
        config: Config,
        analysed: frozenset[str] = frozenset(),
    ) -> None:
        """Offer what was `found` under the limits and dialects of `config`.

        `analysed` are paths that count whatever the configuration selects.
        """
        self._analysed = analysed
        self._entries: dict[str, Entry] = {}
        self._skipped: list[Skipped] = []
        for one in found:
            if isinstance(one, Entry):
                self._entries[one.path] = one
            else:
                self._skipped.append(one)
        self._paths = tuple(sorted(self._entries))
        self._selection = Selection(config)
        self._elsewhere = {
            one.target for one in self._entries.values() if self._selection.counts(one.path)
        }
        self._limit = config.max_file_size
        named = tuple((layout.path, layout.name) for layout in config.sql.tables)
        self._settings: dict[str, tuple[object, ...]] = {"tables": named} if named else {}
        if config.sql.ignore_calls != LOGGING:
            self._settings["ignore_calls"] = config.sql.ignore_calls
        if config.contracts.paths:
            _patterns(config.contracts.paths, "contracts.paths")
            self._settings["contracts"] = config.contracts.paths
        self._texts: dict[str, SourceFile | None] = {}
        self._kept = 0
        self._problems = {
            one.path: Diagnostic(one.path, 1, one.why)
            for one in self._skipped
            if self._selection.counts(one.path)
        }

    def configured(self, config: Config) -> Self:
        """Return the same files under another configuration."""
        return type(self)((*self._entries.values(), *self._skipped), config, self._analysed)

    def beside(self, more: Iterable[tuple[Entry, bool]], config: Config) -> Self:
        """Return the same files and, where they are none of these, `more`: (file, analysed)."""
        new = [(entry, whole) for entry, whole in more if entry.path not in self._entries]
        if not new:
            return self
        found: list[Entry | Skipped] = [*self._entries.values(), *self._skipped]
        found += [entry for entry, _ in new]
        analysed = frozenset(entry.path for entry, whole in new if whole)
        return type(self)(found, config, self._analysed | analysed)

    def read(self, path: str) -> SourceFile | None:
        """Return the file at `path`, None where there is none or it cannot be read as text."""
        if path in self._texts:
            return self._texts[path]
        entry = self._entries.get(path)
        file = self._opened(entry) if entry else None
        self._keep(path, file)
        return file

    def text(self, path: str) -> str | None:
        """Return the text of the file at `path`, None where `read` gives None."""
        file = self.read(path)
        return file.text if file else None

    def data(self, path: str) -> bytes | None:
        """Return the bytes of the file at `path`, None where they cannot be had."""
        entry = self._entries.get(path)
        try:
            return entry.load(self._limit) if entry else None
        except UnreadableError:
            return None

    def paths(self) -> Sequence[str]:
        """Return the paths of all files, sorted; not only those that are analysed."""
        return self._paths

    def dialect(self, path: str) -> str:
        """Return the dialect that the configuration gives `path`; empty where it gives none."""
        return self._selection.dialect(path)

    def settings(self) -> Mapping[str, Any]:
        """Return what else the configuration says that a language needs.

        `tables` are layouts, `ignore_calls` and `contracts` patterns.
        """
        return self._settings

    def selected(self) -> tuple[str, ...]:
        """Return the paths that are analysed, sorted."""
        return tuple(
            path
            for path in self._paths
            if path in self._analysed
            or (self._selection.counts(path) and path not in self._elsewhere)
        )

    def blob(self, path: str) -> str | None:
        """Return the blob id of the file at `path`, by reading it only where git does not tell."""
        entry = self._entries.get(path)
        if entry is None:
            return None
        if entry.blob is not None:
            return entry.blob
        file = self.read(path)
        return file.blob if file else None

    def problems(self) -> tuple[Diagnostic, ...]:
        """Return what could not be read so far, or only by assuming something, sorted."""
        return tuple(sorted(self._problems.values()))

    def _opened(self, entry: Entry) -> SourceFile | None:
        try:
            data = entry.load(self._limit)
            text, assumed = decode(data)
        except UnreadableError as error:
            self._problems[entry.path] = Diagnostic(entry.path, 1, str(error))
            return None
        if assumed:
            self._problems[entry.path] = Diagnostic(entry.path, 1, assumed)
        return SourceFile(entry.path, text, entry.blob or blob_id(data), assumed)

    def _keep(self, path: str, file: SourceFile | None) -> None:
        self._kept += len(file.text) if file else 0
        if self._kept > KEPT_CHARACTERS:
            self._texts.clear()
            self._kept = 0
        self._texts[path] = file


def blob_id(data: bytes) -> str:
    """Return the id that git gives a file of these bytes."""
    return hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()


def unnamable(path: str) -> Skipped | None:
    """Return what to say of a path whose bytes are not UTF-8, None where they are."""
    try:
        path.encode()
    except UnicodeEncodeError:
        shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        return Skipped(shown, "not read: its name is not UTF-8")
    return None


def within(size: int, limit: int) -> None:
    """Return if a file of `size` bytes may be read.

    Raises:
        UnreadableError: it is larger than `limit`.
    """
    if size > limit:
        raise UnreadableError(
            f"not read: {size:,} bytes are more than `max_file_size` ({limit:,}) allows"
        )


def _patterns(lines: Sequence[str], key: str) -> pathspec.GitIgnoreSpec:
    try:
        return pathspec.GitIgnoreSpec.from_lines(lines)
    except ValueError as error:
        raise ConfigError(f"`{key}`: {error}", fix="write patterns as in .gitignore") from error
