"""The bundled lakehouse: a small git repository with a branch that is worth a review."""

import shlex
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from guardian import bundled
from guardian.errors import ConfigError

if TYPE_CHECKING:
    from git import Repo

BRANCH = "feature/net-revenue"
_NAME = "guardian"
_IGNORED = shutil.ignore_patterns("__pycache__")  # pip compiles what it installs
_AUTHOR = ("Robin Data", "robin@example.com")


class _Step(msgspec.Struct, frozen=True):
    """One commit of the branch: the files of `folder` replace theirs, `moves` are (from, to)."""

    message: str
    date: str
    folder: str
    moves: Mapping[str, str] = {}


_MAIN = _Step(
    "Lakehouse: bronze to gold, subscriptions in dbt", "2026-11-02T09:00:00 +0000", "main"
)
_STEPS = (
    _Step("Net revenue: take refunds off", "2026-11-16T09:12:00 +0000", "branch/net_revenue"),
    _Step("Customers: say that it is a code", "2026-11-16T11:40:00 +0000", "branch/country_code"),
    _Step("Customer value: simpler", "2026-11-17T08:25:00 +0000", "branch/customer_value"),
    _Step("Lake: append unless told otherwise", "2026-11-17T14:03:00 +0000", "branch/append"),
    _Step("Orders: the old shop has no currency", "2026-11-18T08:15:00 +0000", "branch/promises"),
    _Step(
        "Tidy up: layout, names, DataFrame API, a folder for rates",
        "2026-11-18T10:30:00 +0000",
        "branch/tidy",
        {"sql/silver/fx_daily.sql": "sql/rates/fx_daily.sql"},
    ),
)


def run(directory: Path | None) -> Path:
    """Return the folder of a new repository with `main` and, checked out, `feature/net-revenue`.

    Authors and dates are fixed, so its commits have the same hashes everywhere. Without
    `directory` it goes to a temporary folder, which is left for the user to look around in.

    Raises:
        ConfigError: `directory` is there already and holds something.
    """
    target = _empty(directory)
    _build(target)
    return target


def next_steps(directory: Path) -> str:
    """Return what to try next in the repository at `directory`, as plain text for the terminal."""
    program = _program()
    steps = {
        f"cd {shlex.quote(str(directory))}": "",
        f"{program} report --base main --format markdown": "as the comment on a pull request",
        f"{program} explain column-renamed": "why it matters, and how to do it safely",
        f"{program} scan --format json": "every column, and where it comes from",
        "git log -p main..": "the changes themselves",
    }
    width = max(map(len, steps)) + 2
    listed = "\n".join(f"  {step:<{width}}{why}".rstrip() for step, why in steps.items())
    return f"""\
`{BRANCH}` does more than what is listed: it lays out two queries and a data contract anew,
rewrites a job from SQL to the DataFrame API and moves a file. None of that alters a result.

Try next:
{listed}
"""


def _program() -> str:
    """Return how to call us: by name, or by path where a virtual environment is not active."""
    beside = Path(sys.executable).with_name(_NAME)
    return _NAME if shutil.which(_NAME) or not beside.exists() else shlex.quote(str(beside))


def _empty(directory: Path | None) -> Path:
    if directory is None:
        return Path(tempfile.mkdtemp(prefix="change-guardian-demo-"))
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise ConfigError(
            "the demo needs an empty folder",
            where=str(directory),
            fix="name one that does not exist yet, or leave `--keep` out",
        )
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def _build(target: Path) -> None:
    from git import Repo

    # Commits are made in this process: no hook or setting of the user's takes part.
    repo = Repo.init(target, initial_branch="main")
    try:
        _commit(repo, target, _MAIN)
        repo.head.reference = repo.create_head(BRANCH)
        for step in _STEPS:
            _commit(repo, target, step)
    finally:
        repo.close()


def _commit(repo: "Repo", target: Path, step: _Step) -> None:
    from git import Actor

    for source, destination in step.moves.items():
        (target / destination).parent.mkdir(parents=True, exist_ok=True)
        (target / source).rename(target / destination)
    shutil.copytree(bundled.demo() / step.folder, target, dirs_exist_ok=True, ignore=_IGNORED)
    if step.moves:
        repo.index.remove(list(step.moves))
    files = (path for path in sorted(target.rglob("*")) if path.is_file())
    names = (path.relative_to(target) for path in files)
    repo.index.add([name.as_posix() for name in names if name.parts[0] != ".git"])
    person = Actor(*_AUTHOR)
    repo.index.commit(
        step.message,
        author=person,
        committer=person,
        author_date=step.date,
        commit_date=step.date,
        skip_hooks=True,
    )
