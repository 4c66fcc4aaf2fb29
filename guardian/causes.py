"""Where a change was made, if not in the job that it changes: a helper, a macro, a constant.

A job whose own file both revisions have alike can only have changed by what it read besides.
"""

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import PurePosixPath
from typing import Protocol, TypeAlias

from guardian.model.changes import Change
from guardian.model.lineage import Location
from guardian.model.plan import Lowered

Origin: TypeAlias = Callable[[Change], Location | None]

COMMENTS = ("#", "--", "{#", "/*", "*", '"""')
STATED = frozenset({".yml", ".yaml"})  # settings, which say less than the code that differs, too
MOST_LINES = 5_000


class Texts(Protocol):
    """The files of one revision: the blob id and the text of a path, None where there is none."""

    def blob(self, path: str) -> str | None:
        """Return the blob id of a file."""

    def text(self, path: str) -> str | None:
        """Return the text of a file."""


class Causes:
    """Tells for each change which other file makes it, and at which line that one changed."""

    def __init__(
        self, base: Sequence[Lowered], head: Sequence[Lowered], before: Texts, after: Texts
    ) -> None:
        """Take both revisions as they were lowered, and their files."""
        self._read = [{file.path: file for file in side} for side in (base, head)]
        self._texts = (before, after)
        self._lines: dict[str, int] = {}

    def __call__(self, change: Change) -> Location | None:
        """Return where the change was made, None where its own job was changed or several were."""
        own = change.job.partition("#")[0]
        if self._differs(own):
            return None
        others = sorted({path for path in self._followed(own) if self._differs(path)})
        code = [path for path in others if PurePosixPath(path).suffix not in STATED] or others
        if len(code) > 1 and change.location.file in code:
            code = [change.location.file]
        return Location(code[0], self._line(code[0])) if len(code) == 1 else None

    def _followed(self, own: str) -> Iterator[str]:
        for side in self._read:
            file = side.get(own)
            yield from (path for path, _ in file.files_read) if file else ()

    def _differs(self, path: str) -> bool:
        before, after = self._texts
        return before.blob(path) != after.blob(path)

    def _line(self, path: str) -> int:
        known = self._lines.get(path)
        if known is None:
            before, after = (side.text(path) or "" for side in self._texts)
            known = self._lines[path] = first_line_apart(before, after)
        return known


def first_line_apart(before: str, after: str) -> int:
    """Return the first line of `after`, counted from 1, where code differs from `before`.

    A line that is only a comment counts where nothing else differs.
    """
    old, new = before.splitlines(), after.splitlines()
    start = next(
        (n for n, (one, other) in enumerate(zip(old, new, strict=False)) if one != other),
        min(len(old), len(new)),
    )
    found = start
    if max(len(old), len(new)) <= MOST_LINES:
        blocks = SequenceMatcher(None, old[start:], new[start:], autojunk=False).get_opcodes()
        parts = (
            (start + to, _code(old[start + one : start + until], new[start + to : start + end]))
            for kind, one, until, to, end in blocks
            if kind != "equal"
        )
        found = next((to + at for to, at in parts if at is not None), start)
    return max(1, min(found + 1, len(new)))


def _code(old: Sequence[str], new: Sequence[str]) -> int | None:
    """Return the first of the new lines that is code; 0 where only old ones are; None for none."""
    at = next((n for n, line in enumerate(new) if _is_code(line)), None)
    return at if at is not None or not any(map(_is_code, old)) else 0


def _is_code(line: str) -> bool:
    stripped = line.strip()
    return bool(stripped) and not stripped.startswith(COMMENTS)
