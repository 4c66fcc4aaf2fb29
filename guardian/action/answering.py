"""A comment with commands on a pull request: who may give them, what they do, what is answered.

The answer is a reaction, at once; a comment of our own comes where there is something to say.
"""

import re
from collections.abc import Callable, Sequence

import msgspec

from guardian import acceptances, escape, narrative, rules
from guardian.action.comparing import compare
from guardian.action.conversation import People
from guardian.action.events import OURS, Answer, Compare
from guardian.action.job import Job
from guardian.action.telling import Told, rendered, tell
from guardian.commands import (
    DIGITS,
    Accept,
    Command,
    Explain,
    Help,
    Misread,
    Rerun,
    commands,
    help_text,
)
from guardian.errors import ConfigError, GuardianError, ServiceError
from guardian.github import Client
from guardian.github.threads import Pull, Reaction, pull, react, reply
from guardian.model.changes import Change, Report
from guardian.render import Page
from guardian.rules import RulePack
from guardian.workspace import today

MOST_CHARACTERS = 60_000  # of a reply; GitHub takes 65,536
NAMED = 5
_OURS = re.compile(rf"{re.escape(OURS)}[^>]*-->\n?")


class Reply(msgspec.Struct, frozen=True):
    """What is said to a command; `sorry` where it could not be followed."""

    markdown: str
    sorry: bool = False


def answer(job: Job, asked: Answer) -> int:
    """Do what a comment says, and return 0: the verdict is the check's and the comment's to tell.

    Raises:
        GuardianError: there is no token, no report, or GitHub does not answer.
    """
    given = commands(asked.text)
    withdrawn = any(isinstance(command, Accept) for command in commands(asked.earlier))
    if not given and not withdrawn:
        job.say("notice", "The comment holds no command.")
        return 0
    client = job.client
    if client is None:
        raise ConfigError("commands need the input `github-token`", fix="leave it to its default")
    if not People(client, job.repository, job.inputs.level).may(asked.author):
        if given:
            _react(job, client, asked, "-1")
        job.say("notice", f"Commands are for those with permission to {job.inputs.level}.")
        return 0
    if not given:
        tell(job, _made(job, client, asked))
        return 0
    _react(job, client, asked, "eyes")
    try:
        replies = _replies(job, client, asked, given)
    except GuardianError as error:
        _reply(
            job, client, asked, [Reply(escape.marked(f"There is no report: {error}"), sorry=True)]
        )
        raise
    _reply(job, client, asked, replies)
    return 0


def _replies(job: Job, client: Client, asked: Answer, given: Sequence[Command]) -> list[Reply]:
    told = None
    if any(isinstance(command, Accept | Explain | Rerun) for command in given):
        told = _made(job, client, asked)
    if told and any(isinstance(command, Accept | Rerun) for command in given):
        tell(job, told)
    return [said for command in given if (said := _reply_to(job, command, told)) is not None]


def _made(job: Job, client: Client, asked: Answer) -> Told:
    """Make the report of the pull request again, as it is now."""
    found = pull(client, job.repository, asked.number)
    return compare(job, _of_pull(job, found), asking=asked.comment)


def _of_pull(job: Job, found: Pull) -> Compare:
    base, head = job.inputs.base, job.inputs.head
    return Compare(
        base=base or found.base,
        head=head or found.head,
        branched=not base,
        names=(base or found.base_ref, head or found.head_ref),
        number=found.number,
        tip=found.head,
    )


# --- what is said to each command -----------------------------------------------------------------


def _reply_to(job: Job, command: Command, told: Told | None) -> Reply | None:
    match command:
        case Misread(message):
            return Reply(escape.marked(f"{message[0].upper()}{message[1:]}."), sorry=True)
        case Help():
            return Reply(help_text())
        case Accept() if told:
            return _accepted(job, command, told.report)
        case Explain(start) if told:
            return _explained(start, told)
    return None


def _accepted(job: Job, said: Accept, report: Report) -> Reply | None:
    """Return why a change is not accepted after all; None where it is."""
    found = _found(said.known_by, report)
    if isinstance(found, Reply):
        return found
    if said.until is not None and said.until < today():
        return _sorry(f"`{said.until}` is over, so it accepts nothing: name a later day")
    if len(said.known_by) < DIGITS and not job.inputs.comment:
        return _sorry(
            "The start of a fingerprint is kept in mind by our comment, which is switched off: "
            f"write all {DIGITS} digits, `{found.fingerprint}`"
        )
    if found.accepted is None:
        return _sorry(
            f"`{found.fingerprint}` is not accepted: another person has edited the comment, or it "
            "is an acceptance that has ended, and the changes that it names are to be accepted"
        )
    return None


def _explained(start: str, told: Told) -> Reply:
    found = _found(start, told.report)
    if isinstance(found, Reply):
        return found
    return Reply(explanation(found, told.report, told.pack))


def _found(start: str, report: Report) -> Change | Reply:
    whole = acceptances.known_by(start, (change.fingerprint for change in report.changes))
    if len(whole) == 1:
        return next(change for change in report.changes if change.fingerprint == whole[0])
    if not whole:
        return _sorry(f"No change in the report has a fingerprint that begins with `{start}`")
    named = ", ".join(f"`{one}`" for one in whole[:NAMED])
    more = f" and {len(whole) - NAMED} more" if len(whole) > NAMED else ""
    return _sorry(f"`{start}` may be any of {named}{more}: write more digits")


def _sorry(sentence: str) -> Reply:
    return Reply(escape.marked(f"{sentence}."), sorry=True)


def explanation(change: Change, report: Report, pack: RulePack) -> str:
    """Return the whole story of one change as Markdown: what, why, the way, the rule."""
    alone = msgspec.structs.replace(
        report, severity=change.severity, changes=(change,), impact=change.impact, warnings=()
    )
    alone = msgspec.structs.replace(alone, narrative=narrative.write(alone))
    story = _OURS.sub("", rendered(alone, "markdown", Page(rules=pack))).strip()
    if change.rule not in pack.rules:
        return story
    page = rules.explain(change.rule, pack).partition("\n")[2].strip()
    title = f"The rule {escape.html_code(change.rule)}"
    return f"{story}\n\n<details><summary>{title}</summary>\n\n{page}\n\n</details>"


# --- how it is said -------------------------------------------------------------------------------


def _reply(job: Job, client: Client, asked: Answer, replies: Sequence[Reply]) -> None:
    """React to the comment, and answer it where there is something to say."""
    sorry = any(one.sorry for one in replies)
    _react(job, client, asked, "confused" if sorry else "rocket")
    if not replies:
        return
    said = "\n\n".join(one.markdown for one in replies)
    if len(said) > MOST_CHARACTERS:
        said = "The answer is too long for a comment: it is in the job's summary."

    def write() -> None:
        reply(client, job.repository, asked.number, f"{said}\n{OURS} answer -->\n")

    _said(job, write)


def _react(job: Job, client: Client, asked: Answer, reaction: Reaction) -> None:
    _said(job, lambda: react(client, job.repository, asked.comment, reaction))


def _said(job: Job, write: Callable[[], object]) -> None:
    try:
        write()
    except ServiceError as error:
        job.say("warning", f"The answer could not be written: {error}")
