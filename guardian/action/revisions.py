"""The report on two revisions of what is checked out, with the commits fetched that it lacks."""

import base64
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from guardian.action.events import Compare
from guardian.action.inputs import Inputs
from guardian.errors import RevisionError, ServiceError
from guardian.model.acceptance import Acceptance
from guardian.model.changes import Report
from guardian.sources.configuration import Options
from guardian.sources.git import Repository
from guardian.workspace import Workspace

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SERVER = "https://github.com"

# From two commits to the one where they parted, which GitHub knows without a clone.
MergeBase = Callable[[str, str], str]


def opened(
    environ: Mapping[str, str],
    inputs: Inputs,
    base: str | None,
    accepted: tuple[Acceptance, ...] = (),
) -> Workspace:
    """Return the workspace of what is checked out, its configuration as of `base`; None: on disk.

    Whoever opens a pull request writes its files: hence the base says what counts, and what their
    templates could do is contained.

    Raises:
        ConfigError: the configuration says something that we cannot follow.
        RevisionError: there is no repository, or `base` is not in it.
    """
    options = Options(
        directory=checkout(environ),
        config=inputs.config or None,
        config_revision=base,
        snapshot=inputs.snapshot or None,
        fail_on=inputs.fail_on,
        llm=inputs.llm or None,
        contained=True,
        accepted=accepted,
        fixes=True,
    )
    return Workspace.of_repository(options)


def checkout(environ: Mapping[str, str]) -> Path:
    """Return the folder that the workflow has checked out into."""
    return Path(environ.get("GITHUB_WORKSPACE") or ".")


def compared(workspace: Workspace, asked: Compare) -> Report:
    """Return the report that is asked for, under the names that people gave the revisions.

    Raises:
        RevisionError: a revision cannot be read.
    """
    compare = workspace.report_since if asked.branched else workspace.report
    report = compare(asked.base, asked.head)
    base, head = asked.names
    return msgspec.structs.replace(
        report,
        base=msgspec.structs.replace(report.base, ref=base),
        head=msgspec.structs.replace(report.head, ref=head),
    )


def complete(environ: Mapping[str, str], inputs: Inputs, asked: Compare) -> Compare:
    """Return what is asked once both commits are there, under names that this clone knows.

    Raises:
        RevisionError: a commit is neither here nor to be had.
    """
    repository = Repository(checkout(environ))
    _fetch(repository, (asked.base, asked.head), _login(environ, inputs.token))
    base, head = _known(repository, asked.base), _known(repository, asked.head)
    return msgspec.structs.replace(asked, base=base, head=head)


def parted(
    environ: Mapping[str, str], inputs: Inputs, asked: Compare, merge_base: MergeBase | None
) -> Compare:
    """Return what is asked with the commit where the branch began, if a shallow clone hides it.

    It is asked of `merge_base`, and fetched. Where that fails, whoever compares says what to do.
    """
    repository = Repository(checkout(environ))
    if not asked.branched or not repository.shallow() or merge_base is None:
        return asked
    try:
        began = merge_base(repository.commit(asked.base), repository.commit(asked.head))
        _fetch(repository, (began,), _login(environ, inputs.token))
    except (RevisionError, ServiceError):
        return asked
    return msgspec.structs.replace(asked, base=began, branched=False)


def _fetch(repository: Repository, revisions: tuple[str, ...], login: Mapping[str, str]) -> None:
    missing = [item for item in revisions if _HASH.fullmatch(item) and not repository.has(item)]
    if missing:
        repository.fetch(missing, login)


def _known(repository: Repository, revision: str) -> str:
    """Return a revision as this clone knows it: actions/checkout makes no local branches."""
    remote = f"origin/{revision}"
    return revision if repository.has(revision) or not repository.has(remote) else remote


def _login(environ: Mapping[str, str], token: str) -> dict[str, str]:
    """Return the environment by which git logs in at GitHub's server, and nowhere else.

    An empty header comes first: it drops the one that actions/checkout may have left, since GitHub
    refuses two. On a command line, other processes could read the token.
    """
    if not token:
        return {}
    server = environ.get("GITHUB_SERVER_URL") or _SERVER
    key = f"http.{server.rstrip('/')}/.extraheader"
    word = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    told = environ.get("GIT_CONFIG_COUNT", "")
    first = int(told) if told.isdecimal() else 0
    return {
        "GIT_CONFIG_COUNT": str(first + 2),
        f"GIT_CONFIG_KEY_{first}": key,
        f"GIT_CONFIG_VALUE_{first}": "",
        f"GIT_CONFIG_KEY_{first + 1}": key,
        f"GIT_CONFIG_VALUE_{first + 1}": f"AUTHORIZATION: basic {word}",
    }
