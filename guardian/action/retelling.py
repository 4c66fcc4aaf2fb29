"""The second half of a pair: tell a fork's pull request what a workflow without rights has found.

The first half reads the stranger's code and may write nothing; this half may write, and reads no
code: it takes the first half's report for a claim, and tells it in words of its own.
"""

from pathlib import Path

from guardian import rules
from guardian.action import conversation
from guardian.action.events import Retell
from guardian.action.job import Job
from guardian.action.revisions import checkout, opened
from guardian.action.telling import Told, tell
from guardian.action.untrusted import MOST_BYTES, Decider, document, retold, unpacked
from guardian.config import Config
from guardian.errors import ConfigError, RevisionError, ServiceError
from guardian.github import Client, PullNumber
from guardian.github.runs import artifact
from guardian.github.threads import Pull, pulls_at
from guardian.rules import RulePack
from guardian.workspace import today


def retell(job: Job, task: Retell) -> int:
    """Tell the pull request, and return 0: the verdict is the first half's.

    Raises:
        ConfigError: there is no token, or the configuration cannot be followed.
        ServiceError: the report is not there, or is none; or GitHub does not answer.
    """
    client = job.client
    if client is None:
        raise ConfigError(
            "on `workflow_run` the input `github-token` is needed", fix="leave it to its default"
        )
    pull = _pull(job, client, task)
    if pull is None:
        job.say("notice", "No open pull request has this commit as its last: nothing is told.")
        return 0
    claimed = document(_document(job, client, task), task.head)
    told = conversation.read(job, pull.number)
    if told.unread:
        job.say("warning", f"What the conversation accepts does not count: {told.unread}")
    config, pack = _own(job)
    decider = Decider(pack=pack, accepted=told.accepted, today=today())
    report = retold(claimed, decider, (pull.base_ref, pull.head_ref))
    tell(job, Told(
        report=report,
        config=config,
        pack=pack,
        pull=PullNumber(job.repository, pull.number, pull.head),
        accepted=told.accepted,
    ))  # fmt: skip
    return 0


def _pull(job: Job, client: Client, task: Retell) -> Pull | None:
    """Return the pull request that has this commit as its last, as GitHub knows it."""
    branch = f"{task.owner}:{task.branch}" if task.owner and task.branch else ""
    for place in (branch, "") if branch else ("",):
        found = pulls_at(client, job.repository, task.head, place)
        if found:
            return found[0]
    return None


def _document(job: Job, client: Client, task: Retell) -> bytes:
    """Return the report that the first half uploaded: downloaded by the workflow, else by us."""
    name = job.inputs.artifact_file
    if name:
        return _read(checkout(job.environ) / name, name)
    archive = artifact(client, job.repository, task.run, job.inputs.artifact, MOST_BYTES)
    if archive is None:
        raise ServiceError(
            f"the run has no artifact `{job.inputs.artifact}`",
            fix="the first workflow uploads its `report-file` under this name: see docs/github.md",
        )
    return unpacked(archive)


def _read(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ServiceError(f"cannot be read: {error.strerror}", where=name) from error


def _own(job: Job) -> tuple[Config, RulePack]:
    """Return the configuration and rules of what is checked out, which is the default branch."""
    try:
        workspace = opened(job.environ, job.inputs, None)
    except RevisionError:
        return Config(), rules.load()
    return workspace.config, workspace.rules()
