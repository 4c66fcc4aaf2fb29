"""What the people in a pull request's conversation have accepted, and what our comment remembers.

Nothing of it is kept elsewhere: whoever deletes a comment takes back what it accepted.
"""

import msgspec

from guardian import acceptances
from guardian.action.events import OURS
from guardian.action.inputs import Level
from guardian.action.job import Job
from guardian.commands import DIGITS, PREFIX, Accept, commands
from guardian.errors import ServiceError
from guardian.github.client import BOT, Client
from guardian.github.editors import own_words
from guardian.github.threads import PERMISSIONS, Remark, permission, remarks
from guardian.model.acceptance import Acceptance
from guardian.model.lineage import Location
from guardian.render import memory
from guardian.render.memory import MARKER, Memory

MOST_PEOPLE = 30  # whose permission is asked in one run


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """What is accepted in a conversation; `unread` says why, where it could not be read."""

    accepted: tuple[Acceptance, ...] = ()
    unread: str = ""


def read(job: Job, number: int, asking: int | None = None) -> Conversation:
    """Return what counts in the conversation of pull request `number`.

    The start of a fingerprint means what our comment showed: a later change whose fingerprint
    begins alike was not what somebody accepted. In the comment `asking`, which is read for the
    first time, it may mean any change that is there now.
    """
    if job.client is None:
        return Conversation()
    try:
        return _read(job, job.client, number, asking)
    except ServiceError as error:
        return Conversation(unread=str(error))


def _read(job: Job, client: Client, number: int, asking: int | None) -> Conversation:
    said = remarks(client, job.repository, number)
    standing = [remark for remark in said if _accepts(remark)]
    if not standing:
        return Conversation()
    remembered = _remembered(client, said)
    people = People(client, job.repository, job.inputs.level)
    own = _own_words(client, standing, job.inputs.level)
    known = (*remembered.open, *remembered.accepted) if remembered else ()
    accepted = [
        _acceptance(remark, command, whole)
        for remark in standing
        if remark.id in own and people.may(remark.author)
        for command in commands(remark.body)
        if isinstance(command, Accept)
        and (whole := _meant(command.known_by, known, asked_now=remark.id == asking))
    ]
    return Conversation(accepted=tuple(accepted))


class People:
    """Who may give commands; each person is asked about once."""

    def __init__(self, client: Client, repository: str, level: Level) -> None:
        """Let those whose permission for `repository` is `level` or more."""
        self._client = client
        self._repository = repository
        self._level = PERMISSIONS.index(level)
        self._known: dict[str, bool] = {}

    def may(self, person: str | None) -> bool:
        """Return whether `person` may give commands.

        Raises:
            ServiceError: GitHub does not answer as it should.
        """
        if person is None:
            return False
        if person not in self._known:
            if len(self._known) >= MOST_PEOPLE:
                return False
            found = permission(self._client, self._repository, person)
            self._known[person] = PERMISSIONS.index(found) >= self._level
        return self._known[person]


def _accepts(remark: Remark) -> bool:
    return (
        not remark.bot
        and PREFIX in remark.body.lower()
        and OURS not in remark.body
        and any(isinstance(command, Accept) for command in commands(remark.body))
    )


def _own_words(client: Client, said: list[Remark], level: Level) -> frozenset[int]:
    """Return the comments whose author stands behind them as they are now.

    Where GitHub does not tell who edited one, whoever did may write to the repository.
    """
    untouched = {remark.id for remark in said if not remark.edited}
    edited = [remark for remark in said if remark.edited]
    if not edited:
        return frozenset(untouched)
    try:
        own = own_words(client, [remark.node for remark in edited])
    except ServiceError:
        own = frozenset(remark.node for remark in edited if level == "write")
    return frozenset(untouched | {remark.id for remark in edited if remark.node in own})


def _meant(start: str, known: tuple[str, ...], *, asked_now: bool) -> str:
    """Return the fingerprint that is accepted, or how it begins; empty where it means none."""
    found = acceptances.known_by(start, known)
    if len(found) == 1:
        return found[0]
    return start if len(start) == DIGITS or (asked_now and not found) else ""


def _acceptance(remark: Remark, said: Accept, fingerprint: str) -> Acceptance:
    return Acceptance(
        fingerprint=fingerprint,
        reason=said.reason,
        owner=remark.author or "",
        until=said.until,
        at=Location(f"#issuecomment-{remark.id}", 0),
    )


def _remembered(client: Client, said: list[Remark]) -> Memory | None:
    """Return what the oldest of our own comments remembers."""
    marked = [remark for remark in said if MARKER in remark.body]
    login = (client.login or BOT) if marked else None
    return next((memory.read(remark.body) for remark in marked if remark.author == login), None)
