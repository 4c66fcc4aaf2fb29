"""Change Guardian: tells data engineers what a change to ETL code breaks, before it merges.

From Python: `scan("path")` is the lineage of a folder, `report("path", base="main")` what changed
in a repository and what it breaks. Both give the documents that the command line prints.
"""

TYPE_CHECKING = False  # true for mypy and editors; `typing` itself is slow to load

if TYPE_CHECKING:
    from pathlib import Path

    from guardian.model.changes import Report
    from guardian.model.lineage import Lineage

__version__ = "0.1.0"


def scan(path: "str | Path" = ".") -> "Lineage":
    """Return the lineage document of the files below `path`, as they lie on disk.

    Raises:
        ConfigError: `guardian.yml` cannot be followed, or there is no such folder.
    """
    # An import of the package alone loads nothing: the hook pays for it at each commit.
    from pathlib import Path  # noqa: PLC0415

    from guardian.sources.configuration import Options  # noqa: PLC0415
    from guardian.workspace import Workspace  # noqa: PLC0415

    return Workspace.of_folder(Options(directory=Path(path)), None).scan()


def report(
    path: "str | Path" = ".", *, base: str | None = None, head: str | None = None
) -> "Report":
    """Return what changed between two revisions of the repository at `path`, and what it breaks.

    `base` defaults to where `head` left the default branch, `head` to the working tree.

    Raises:
        ConfigError: `guardian.yml` says something that we cannot follow.
        RevisionError: the repository or a revision cannot be read.
    """
    from pathlib import Path  # noqa: PLC0415

    from guardian.sources.configuration import Options  # noqa: PLC0415
    from guardian.workspace import Workspace  # noqa: PLC0415

    return Workspace.of_repository(Options(directory=Path(path))).report(base, head)
