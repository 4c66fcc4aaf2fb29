"""Where the program starts: the hook's usual answer, nothing, is given before anything is loaded.

A hook runs at each commit, and most commits stage nothing that is read here. Then `check` asks git
for the staged paths and ends, in little more than the time that Python takes to start: without
click, without the configuration, without even `subprocess` (docs/image.md has the figures).
"""

import os
import sys

# The ends of all paths that the default `include` selects, and of guardian.yml itself.
ENDINGS = (
    ".sql", ".ddl", ".hql", ".hive", ".tsql", ".bq", ".pgsql", ".psql", ".plsql",
    ".py", ".ipynb", ".json", ".scala", ".yml", ".yaml", ".csv",
)  # fmt: skip
# The options of `check` that change nothing where there is nothing to check.
_HARMLESS = frozenset({"-q", "--quiet", "-v", "--verbose", "--cache", "--no-cache", "--contained"})
_FAIL_ON = frozenset({"low", "medium", "high", "critical", "never"})
_STAGED = (
    "git", "diff", "--cached", "--name-only", "-z", "--no-renames", "--no-ext-diff",
    "--ignore-submodules",
)  # fmt: skip
_ROOT = ("git", "rev-parse", "--show-toplevel")


def main() -> None:
    """Run the command line, and end the process with its exit status."""
    if sys.argv[1:2] == ["check"] and _harmless(sys.argv[2:]) and nothing_staged():
        return
    from guardian.cli import main as run  # noqa: PLC0415  # click alone costs two starts of Python

    run()


def _harmless(options: list[str]) -> bool:
    """Return whether `check` would take these options, and have no other answer for them."""
    left = iter(options)
    return all(
        next(left, "") in _FAIL_ON if option == "--fail-on" else option in _HARMLESS
        for option in left
    )


def nothing_staged() -> bool:
    """Return whether it is certain that no staged path counts; False leaves it to `check`."""
    listed = _answer(_STAGED)
    if listed is None:
        return False
    paths = [path for path in listed.split(b"\0") if path]
    endings = tuple(ending.encode() for ending in ENDINGS)
    if any(path.lower().endswith(endings) for path in paths):
        return False
    return not paths or _by_default()


def _by_default() -> bool:
    """Return whether the default `include` counts: `guardian.yml` does not speak of it."""
    root = _answer(_ROOT)
    if root is None:
        return False
    for name in (b"guardian.yml", b"guardian.yaml"):
        try:
            with open(os.path.join(root.rstrip(b"\n"), name), "rb") as file:  # noqa: PTH118, PTH123  # pathlib is slow to load
                if b"include" in file.read():
                    return False
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return True


def _answer(command: tuple[str, ...]) -> bytes | None:
    """Return what git prints; None where it fails, or cannot be asked in this short way."""
    if not hasattr(os, "posix_spawnp"):
        return None
    read, write = os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, write, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        process = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    except OSError:
        os.close(read)
        return None
    finally:
        os.close(write)
    with open(read, "rb") as answer:  # noqa: PTH123  # a pipe has no path
        said = answer.read()
    _, status = os.waitpid(process, 0)
    return said if status == 0 else None
