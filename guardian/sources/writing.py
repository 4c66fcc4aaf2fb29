"""Edits written into the working tree: into plain files below its root, and nowhere else."""

import difflib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from guardian.errors import ConfigError
from guardian.sources.decoding import UnreadableError, decode

_FLAGS = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
NOT_INSIDE = "it lies outside of the repository"
A_LINK = "it is, or lies behind, a symbolic link"
CHANGED = "it is not what was compared: write into the working tree that `--head` defaults to"
UNSTAGED = "the same lines have changes that are not staged: `git add` it, or commit, first"


def write_new(root: Path, name: str, text: str, *, force: bool) -> Path:
    """Write a file of ours below `root`, and return its path.

    Raises:
        ConfigError: there is one, and `force` is not given; or it cannot be written.
    """
    target = root / name
    if target.exists() and not force:
        raise ConfigError("it is there already", where=name, fix="write over it with `--force`")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", where=name) from error
    return target


def write(
    place: tuple[Path, str],
    compared: str,
    staged: str | None,
    lines: Sequence[int],
    made: Callable[[bytes], bytes | None],
) -> str:
    """Write what `made` makes of a file; return why not, empty where it is written.

    Args:
        place: the root of the working tree, and the file's path below it.
        compared: the text that the edits were made for.
        staged: its text in the index, None where git does not know it.
        lines: the lines that are edited, counted from 1.
        made: the new bytes for those on disk; None where it cannot tell.
    """
    root, path = place
    target = root / path
    refused = _refused(root, target)
    if refused:
        return refused
    try:
        descriptor = os.open(target, _FLAGS)
    except OSError as error:
        return f"it cannot be written: {error.strerror}"
    with os.fdopen(descriptor, "r+b") as file:
        data = file.read()
        try:
            text = decode(data)[0]
        except UnreadableError as error:
            return str(error)
        if text != compared:
            return CHANGED
        if staged is None or overlaps(staged, text, lines):
            return UNSTAGED
        new = made(data)
        if new is None:
            return "it is not UTF-8"
        file.seek(0)
        file.write(new)
        file.truncate()
    return ""


def _refused(root: Path, target: Path) -> str:
    inside = target.relative_to(root)
    if ".." in inside.parts or inside.is_absolute():
        return NOT_INSIDE
    below = [root.joinpath(*inside.parts[:count]) for count in range(1, len(inside.parts) + 1)]
    if any(part.is_symlink() for part in below):
        return A_LINK
    if not target.resolve().is_relative_to(root.resolve()):
        return NOT_INSIDE
    return "" if target.is_file() else "there is no such file"


def overlaps(staged: str, text: str, lines: Sequence[int]) -> bool:
    """Return whether any of `lines` of `text` is not as it is in `staged`."""
    if staged == text:
        return False
    old, new = staged.split("\n"), text.split("\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    changed = [
        (first, last) for kind, _, _, first, last in matcher.get_opcodes() if kind != "equal"
    ]
    return any(
        first <= line - 1 < max(last, first + 1) for first, last in changed for line in lines
    )
