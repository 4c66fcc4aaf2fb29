"""A push to the default branch, or a schedule: what is known of this repository is stored anew."""

from guardian.action.comparing import compare
from guardian.action.events import Refresh
from guardian.action.job import Job
from guardian.action.revisions import opened
from guardian.action.telling import tell
from guardian.config import Config
from guardian.errors import ConfigError, ServiceError
from guardian.workspace import Workspace


def refresh(job: Job, task: Refresh) -> int:
    """Store the snapshot of what is checked out, and return the exit status.

    A store that fails is a warning: the next push tries again.

    Raises:
        GuardianError: there is nothing to read, or neither a store nor two revisions.
    """
    workspace = opened(job.environ, job.inputs, None)
    if not _has_store(job, workspace):
        if isinstance(task.otherwise, ConfigError):
            raise task.otherwise
        return tell(job, compare(job, task.otherwise))
    part = workspace.snapshot_part()
    try:
        location = workspace.push(part)
    except ServiceError as error:
        job.say("warning", f"The snapshot is not refreshed: {error}")
        return 0
    job.quote("\n".join([*workspace.notes, f"Stored `{part.repository}` in {location}"]))
    return 0


def _has_store(job: Job, workspace: Workspace) -> bool:
    """Return whether a place is configured that outlives the job."""
    return bool(job.inputs.snapshot) or workspace.config.snapshot != Config().snapshot
