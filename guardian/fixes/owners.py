"""Who owns a file, as `CODEOWNERS` says."""

from collections.abc import Callable

import pathspec

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
MOST_LINES = 5_000


def owners(text: Callable[[str], str | None]) -> Callable[[str], tuple[str, ...]]:
    """Return what tells the owners of a path: those of the last line that matches it.

    `text` is that of a file of the repository, None where there is none.
    """
    told = next((found for place in PLACES if (found := text(place)) is not None), "")
    lines = [line.partition(" #")[0].split() for line in told.splitlines()[:MOST_LINES]]
    stated = [parts for parts in lines if parts and not parts[0].startswith(("#", "[", "^["))]
    patterns = [(_pattern(parts[0]), tuple(parts[1:])) for parts in reversed(stated)]

    def of(path: str) -> tuple[str, ...]:
        return next((names for spec, names in patterns if spec and spec.match_file(path)), ())

    return of


def _pattern(line: str) -> pathspec.GitIgnoreSpec | None:
    try:
        return pathspec.GitIgnoreSpec.from_lines([line])
    except ValueError:
        return None
