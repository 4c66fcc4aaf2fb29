"""Symbolic links: one that brings a file into a dbt project is read as that file.

Links are never followed by the file system. A link's text is read as a path in the same revision,
so that it cannot lead out of the repository.
"""

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

import msgspec

from guardian.sources.decoding import UnreadableError
from guardian.sources.files import Entry, Skipped

SYMLINK = "not read: a symbolic link; the file that it points to counts where it lies"
PROJECT = "dbt_project.yml"
MOST_CHARACTERS = 4_096


class Link(msgspec.Struct, frozen=True):
    """A symbolic link at a path; `load` gives its text, given how many bytes may be read."""

    path: str
    load: Callable[[int], bytes]


def followed(found: Iterable[Entry | Skipped | Link]) -> Iterator[Entry | Skipped]:
    """Yield what was found, a link into a dbt project as the file outside of it that it names."""
    found = tuple(found)
    links = [one for one in found if isinstance(one, Link)]
    yield from (one for one in found if not isinstance(one, Link))
    if links:
        files = {one.path: one for one in found if isinstance(one, Entry)}
        projects = {posixpath.dirname(path) for path in files if _is_project(path)}
        for link in links:
            yield _target(link, files, projects) or Skipped(link.path, SYMLINK)


def _is_project(path: str) -> bool:
    return posixpath.basename(path) == PROJECT


def _target(link: Link, files: Mapping[str, Entry], projects: Collection[str]) -> Entry | None:
    """Return the file that a link stands for, None where it is to be read at its own place only."""
    if not _inside(link.path, projects):
        return None
    try:
        text = link.load(MOST_CHARACTERS).decode("utf-8", "surrogateescape")
    except UnreadableError:
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(link.path), text))
    file = files.get(path)
    if file is None or _inside(path, projects):
        return None
    return Entry(link.path, file.blob, file.load, path)


def _inside(path: str, folders: Collection[str]) -> bool:
    """Return whether a path lies below one of `folders`; all paths lie below the empty one."""
    while path:
        path = posixpath.dirname(path)
        if path in folders:
            return True
    return False
