"""Which paths are staged: the first question of the pre-commit hook, answered in milliseconds."""

import subprocess
from pathlib import Path

from guardian.errors import RevisionError


def staged_paths(directory: Path) -> tuple[Path, tuple[str, ...]]:
    """Return the root of the repository around `directory`, and the paths that are staged in it.

    It asks git itself: importing GitPython takes longer than all else that a silent hook does.

    Raises:
        RevisionError: there is no repository, or git refuses to read it.
    """
    root = _git(directory, "rev-parse", "--show-toplevel").rstrip("\n")
    listed = _git(
        directory, "diff", "--cached", "--name-only", "-z", "--no-renames", "--no-ext-diff",
        "--ignore-submodules",
    )  # fmt: skip
    return Path(root), tuple(path for path in listed.split("\0") if path)


def _git(directory: Path, *command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # a fixed command, nothing of it comes from outside
            ["git", "-C", str(directory), *command],  # noqa: S607  # the user's git, wherever it is
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise RevisionError("git is not installed", fix="install git") from error
    if done.returncode:
        complaint = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise RevisionError(f"git: {complaint}", where=str(directory))
    return done.stdout.decode("utf-8", "surrogateescape")
