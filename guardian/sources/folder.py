"""A plain folder as a revision: the files that lie in it now, with or without git."""

import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from guardian.config import Config
from guardian.sources.decoding import UnreadableError
from guardian.sources.files import Entry, Files, Selection, Skipped, unnamable, within
from guardian.sources.links import Link, followed

# A pipe or a device among the files must not make us wait; a link swapped in must not be followed.
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_FLAGS |= getattr(os, "O_BINARY", 0)


def open_folder(root: Path, config: Config) -> Files:
    """Return the files below `root`; folders that the configuration excludes are not entered."""
    return Files(followed(_walk(root, Selection(config))), config)


def entry(root: Path, path: str) -> Entry | Link | None:
    """Return the file at `path` below `root` as it lies on disk; None where there is none."""
    try:
        mode = os.lstat(root / path).st_mode
    except OSError:
        return None
    if stat.S_ISLNK(mode):
        return Link(path, partial(_link_text, root / path))
    if not stat.S_ISREG(mode):
        return None
    return Entry(path, None, partial(_load, root / path))


def _walk(root: Path, selection: Selection) -> Iterator[Entry | Skipped | Link]:
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            children = tuple(os.scandir(root / folder))
        except OSError as error:
            yield Skipped(folder, f"not read: {error.strerror}")
            continue
        for child in children:
            path = f"{folder}/{child.name}".removeprefix("/")
            if child.is_dir(follow_symlinks=False):
                if not selection.leaves_out(path):
                    folders.append(path)
            elif found := unnamable(path) or entry(root, path):
                yield found


def _link_text(path: Path, limit: int) -> bytes:
    try:
        return os.fsencode(path.readlink())[:limit]
    except OSError as error:
        raise UnreadableError(f"not read: {error.strerror}") from error


def _load(path: Path, limit: int) -> bytes:
    try:
        descriptor = os.open(path, _FLAGS)
        with os.fdopen(descriptor, "rb") as file:
            within(os.fstat(descriptor).st_size, limit)
            data = file.read(limit + 1)
    except OSError as error:
        raise UnreadableError(f"not read: {error.strerror}") from error
    within(len(data), limit)
    return data
