"""From the text of a file to its plan: what an `Extractor` is, and which one a file goes to.

An extractor reads one file and, through `Sources.read`, whatever it follows from there (modules it
imports, macros it renders with). It never sees a schema or another job: names are resolved in
`lineage/`. It raises nothing for bad input: what is not understood becomes a `Diagnostic` with file
and line, or an opaque operator.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from guardian.model.plan import Lowered
from guardian.model.source import SourceFile


class Sources(Protocol):
    """The files of one revision, as an extractor may see them.

    Every `read` is recorded for the cache.
    """

    def read(self, path: str) -> SourceFile | None:
        """Return the file at `path` (from the repository's root, `/` between parts).

        None where there is none.
        """

    def paths(self) -> Sequence[str]:
        """Return the paths of all files of the revision, sorted.

        Not only those that are analysed.
        """

    def dialect(self, path: str) -> str:
        """Return the sqlglot dialect that the configuration gives `path`; `""` is sqlglot's own."""

    def settings(self) -> Mapping[str, Any]:
        """Return what else `guardian.yml` says that a language needs, by key.

        Empty where it says nothing.
        """


class Extractor(msgspec.Struct, frozen=True, kw_only=True):
    """A language: which files it claims, and how it lowers one of them.

    `version` is part of the cache key: it changes whenever the same text may give another plan.
    Extractors are asked in the order of `rank`, lowest first; the first that claims a file has it.
    `claims` looks at the path and at other paths only, and reads no large file. `contained` says
    that `extract` may be asked for in a process of its own, where strangers' code does no harm.
    """

    name: str
    version: str
    rank: int
    claims: Callable[[str, Sources], bool]
    extract: Callable[[SourceFile, Sources], Lowered]
    contained: bool = False
