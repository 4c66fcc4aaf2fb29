"""The one comment on a pull request: found again, edited in place, the newest run's at the end."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from guardian.github.client import BOT, Client, PullNumber, asked
from guardian.render import memory
from guardian.render.memory import MARKER, Memory

if TYPE_CHECKING:
    from github.IssueComment import IssueComment
    from github.PullRequest import PullRequest

PERMISSION = "pull-requests: write"
_ROUNDS = 5
_SETTLED = 1.5  # seconds after which a run that had looked before we wrote has written, too

Body = Callable[[Memory | None], str]


def put_comment(
    client: Client, pull: PullNumber, body: Body | str, *, now: Memory | None = None, first: bool
) -> str | None:
    """Return the address of our one comment; None where there is none, or nothing was written.

    An earlier comment of ours is edited in place; `body` is given what it remembers, and its text
    says what it is to remember from `now` on. Without one, a comment is made if `first` says that
    there is something to say. Nothing is written when the pull request has moved on from
    `pull.head`, or when a newer run has spoken about the same commit.

    GitHub knows no write on condition, so two runs may each see no comment, or the same old one,
    and both write. Hence whoever has written looks again when the other must have written, too:
    the oldest comment stays, the others go, and the newest run's words are in it.

    Raises:
        PermissionMissingError: the token may not comment.
        ServiceError: GitHub does not answer as it should.
    """
    words: Body = body if callable(body) else lambda _: body
    known = now or Memory(head=pull.head)
    return asked(lambda: _put(client, pull, words, known, first=first), PERMISSION)


def _put(client: Client, number: PullNumber, body: Body, now: Memory, *, first: bool) -> str | None:
    pull = client.repository(number.repository).get_pull(number.number)
    if pull.head.sha != number.head:
        return None
    address = None
    for earlier_rounds in range(_ROUNDS):
        ours = _own(client, pull)
        if ours:
            address = ours[0].html_url
            if not _settled_on(pull, ours, body, now, written=earlier_rounds > 0):
                break
        elif earlier_rounds == 0 and first:
            made = pull.create_issue_comment(_marked(body(None)))
            address = made.html_url
            client.login = _author(made)
        else:
            break
        if not client.budget.wait(_SETTLED):
            break
    return address


def _settled_on(
    pull: "PullRequest", ours: "list[IssueComment]", body: Body, now: Memory, *, written: bool
) -> bool:
    """Make the oldest of `ours` the only one and up to date; return whether to look again.

    Where a newer run has spoken, in whichever of them, its words are left for it to put in place.
    """
    kept, *extras = ours
    there = memory.read(kept.body)
    newer = [one for one in ours if _is_newer(memory.read(one.body), now)]
    said_by_us = written and there is not None and _run(there) == _run(now)
    changed = False
    if not newer and not said_by_us:
        text = _marked(body(there))
        if kept.body != text:
            changed = True
            # The text takes its time to make; a run that wrote meanwhile is not written over.
            if _body(pull, kept.id) == kept.body:
                _unless_gone(lambda: kept.edit(text))
    for extra in extras:
        if extra not in newer:
            _unless_gone(extra.delete)
            changed = True
    return changed


def _is_newer(there: Memory | None, now: Memory) -> bool:
    """Return whether `there` is a later run's word about the same commit.

    Run numbers start anew when a workflow is renamed; a comment about another commit than the one
    that the pull request has now is old, whatever its number.
    """
    return there is not None and there.head == now.head and _run(there) > _run(now)


def _run(known: Memory) -> tuple[int, int]:
    return known.run, known.attempt


def _own(client: Client, pull: "PullRequest") -> "list[IssueComment]":
    """Return our comments, oldest first: with the marker, and written by us and nobody else."""
    marked = [comment for comment in pull.get_issue_comments() if MARKER in (comment.body or "")]
    if not marked:
        return []
    login = client.login or BOT
    return sorted(
        (comment for comment in marked if _author(comment) == login),
        key=lambda comment: comment.id,
    )


def _body(pull: "PullRequest", comment: int) -> str | None:
    """Return what a comment says now; None where it is gone."""
    from github import GithubException

    try:
        return pull.get_issue_comment(comment).body
    except GithubException as error:
        if error.status == 404:
            return None
        raise


def _author(comment: "IssueComment") -> str | None:
    # GitHub gives no user for a comment whose author is gone, which PyGithub's types do not say.
    user: object = comment.user
    return comment.user.login if user else None


def _unless_gone(write: Callable[[], None]) -> None:
    """Write; a comment that another run has deleted meanwhile needs it no more."""
    from github import GithubException

    try:
        write()
    except GithubException as error:
        if error.status != 404:
            raise


def _marked(text: str) -> str:
    return text if MARKER in text else f"{text}\n{MARKER}\n"
