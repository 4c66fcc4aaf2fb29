"""`guardian action`: a GitHub event in; a comment, a check, annotations, a summary, outputs out.

What it knows comes from the environment that GitHub's runner sets. The verdict, the exit status,
depends on the report alone: a comment that cannot be written never changes it.
"""

import secrets
from collections.abc import Callable, Mapping
from typing import TextIO

from guardian.action.events import Answer, Compare, Nothing, Refresh, Retell, Task, read_task
from guardian.action.inputs import Inputs, read_inputs
from guardian.action.job import Job
from guardian.errors import GuardianError

__all__ = ["Inputs", "run"]


def run(
    environ: Mapping[str, str],
    stdout: TextIO,
    word: Callable[[], str] = lambda: secrets.token_hex(16),
) -> int:
    """Return the exit status: 0, 1 at or above `fail_on`, 2 where there is no report.

    `word` gives a new word at each call that nobody can foresee; it ends what is quoted.
    """
    job = None
    try:
        inputs = read_inputs(environ)
        task = read_task(environ, inputs)
        job = Job(environ, inputs, stdout, word)
        return _done(job, task)
    except GuardianError as error:
        speaker = job or Job(environ, Inputs(), stdout, word)
        speaker.say("error", str(error))
        return 2


def _done(job: Job, task: Task) -> int:
    match task:
        case Compare():
            from guardian.action.comparing import compare
            from guardian.action.telling import tell

            return tell(job, compare(job, task))
        case Refresh():
            from guardian.action.refreshing import refresh

            return refresh(job, task)
        case Answer():
            from guardian.action.answering import answer

            return answer(job, task)
        case Retell():
            from guardian.action.retelling import retell

            return retell(job, task)
        case Nothing(why):
            job.say("notice", why)
            return 0
