"""A pull request, a push or a merge queue: compare, and tell."""

from functools import partial

from guardian.action import conversation
from guardian.action.conversation import Conversation
from guardian.action.events import Compare
from guardian.action.job import Job
from guardian.action.revisions import compared, complete, opened, parted
from guardian.action.telling import Told
from guardian.github import PullNumber
from guardian.github.runs import merge_base


def compare(job: Job, asked: Compare, asking: int | None = None) -> Told:
    """Return the report that is asked for; `asking` is a comment that is read for the first time.

    Raises:
        GuardianError: there is no report, and why.
    """
    number = asked.number or asked.queued
    told = conversation.read(job, number, asking) if number else Conversation()
    if told.unread:
        job.say("warning", f"What the conversation accepts does not count: {told.unread}")
    apart = partial(merge_base, job.client, job.repository) if job.client else None
    ready = complete(job.environ, job.inputs, asked)
    workspace = opened(job.environ, job.inputs, ready.base, told.accepted)
    report = workspace.worded(compared(workspace, parted(job.environ, job.inputs, ready, apart)))
    return Told(
        report=report,
        config=workspace.config,
        pack=workspace.rules(),
        pull=PullNumber(job.repository, asked.number, asked.tip) if asked.number else None,
        notes=tuple(workspace.notes),
        accepted=told.accepted,
    )
