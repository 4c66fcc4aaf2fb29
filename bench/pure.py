"""sqlglot's pure-Python build where the compiled one is installed, too.

`sqlglotc` lays compiled modules beside the sources, and Python prefers those. `install`, called
before sqlglot is imported, has it take the sources.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from types import ModuleType


class _Sources:
    """Finds sqlglot's modules by their sources alone."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the source of a module of sqlglot, None for any other module."""
        if name.partition(".")[0] != "sqlglot":
            return None
        finders = (
            FileFinder(entry, (SourceFileLoader, SOURCE_SUFFIXES)) for entry in path or sys.path
        )
        found = (finder.find_spec(name, target) for finder in finders)
        return next((spec for spec in found if spec is not None and spec.origin), None)


def install() -> None:
    """Have this process import sqlglot's sources.

    Raises:
        RuntimeError: where sqlglot has been imported already.
    """
    if "sqlglot" in sys.modules:
        raise RuntimeError("sqlglot is imported already")
    sys.meta_path.insert(0, _Sources())  # type: ignore[arg-type]  # it finds specs, and no more


def compiled() -> bool:
    """Return whether this process runs the compiled parser."""
    from sqlglot import parser  # noqa: PLC0415 (only once it is known which one is wanted)

    return not str(parser.__file__).endswith(".py")
