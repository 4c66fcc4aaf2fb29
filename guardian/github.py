"""Everything said to GitHub: the comment through its API, and the lines that its runner reads.

The runner takes *workflow commands* from standard output and `name<<delimiter` records from files.
Both are text in which a name of somebody's choosing could end the record early, so both are made
here and nowhere else.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Literal, NoReturn, TypeVar

import msgspec

from guardian.errors import ServiceError

if TYPE_CHECKING:
    from github import Github
    from github.GithubException import GithubException
    from github.IssueComment import IssueComment
    from github.PullRequest import PullRequest

MARKER = "<!-- change-guardian -->"
API = "https://api.github.com"
ANNOTATIONS_PER_LEVEL = (
    10  # the runner drops the rest of a step without a word (GitHub Docs, Usage limits)
)
OUTPUT_LIMIT = 900_000  # characters; GitHub refuses a job's outputs past 1 MB
_TIMEOUT = 15
_TRIES = 3
_LONGEST_WAIT = (
    20  # seconds before a try: three of them keep a job from hanging for more than a minute
)
_BOT = "github-actions[bot]"
_WHO = "query { viewer { login } }"

Level = Literal["error", "warning", "notice"]
Answer = TypeVar("Answer")


class PermissionMissingError(ServiceError):
    """The token may not do it, as on a pull request from a fork; nothing is wrong with the code."""


class PullNumber(msgspec.Struct, frozen=True):
    """A pull request, and the commit of it that the report is about."""

    repository: str
    number: int
    head: str


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """A remark on a line of the pull request's files."""

    level: Level
    file: str
    line: int
    title: str
    message: str


# --- the comment ---------------------------------------------------------------------------------


def connect(token: str, api: str = API) -> "Github":
    """Return a client of the API at `api` that gives up on a request after a minute at most.

    PyGithub alone waits until a rate limit is lifted, which may take an hour.
    """
    from github import Auth, Github, GithubRetry
    from typing_extensions import override

    class Patience(GithubRetry):
        """Retries as PyGithub does, without ever waiting long."""

        @override
        def parse_retry_after(self, retry_after: str) -> float:
            """Return the seconds that the server asks for, within our limit."""
            return min(super().parse_retry_after(retry_after), _LONGEST_WAIT)

    retry = Patience(
        total=_TRIES,
        backoff_factor=1,
        secondary_rate_wait=_LONGEST_WAIT,
        max_rate_limit_wait=_LONGEST_WAIT,
    )
    return Github(
        auth=Auth.Token(token),
        base_url=api.rstrip("/"),
        timeout=_TIMEOUT,
        retry=retry,
        per_page=100,
    )


def put_comment(client: "Github", pull: PullNumber, body: str, *, first: bool) -> str | None:
    """Return the address of our one comment, which now says `body`; None where there is none.

    An earlier comment of ours is edited in place. Without one, a comment is made if `first` says
    that there is something to say. Nothing is done when the pull request has moved on from
    `pull.head`: a newer run has the word.

    Raises:
        PermissionMissingError: the token may not comment.
        ServiceError: GitHub does not answer as it should.
    """
    return _asked(lambda: _put_comment(client, pull, _marked(body), first=first))


def _put_comment(client: "Github", number: PullNumber, body: str, *, first: bool) -> str | None:
    pull = client.get_repo(number.repository).get_pull(number.number)
    if pull.head.sha != number.head:
        return None
    ours = _own_comments(client, pull)
    if not ours and not first:
        return None
    if not ours:
        pull.create_issue_comment(body)
        # Two runs may have looked at once and both found nothing: the older comment stays.
        ours = _own_comments(client, pull)
    for extra in ours[1:]:
        extra.delete()
    if ours and ours[0].body != body:
        ours[0].edit(body)
    return ours[0].html_url if ours else None


def _own_comments(client: "Github", pull: "PullRequest") -> "list[IssueComment]":
    """Return our comments, oldest first: with the marker, and written by us and nobody else."""
    marked = [comment for comment in pull.get_issue_comments() if MARKER in (comment.body or "")]
    if not marked:
        return []
    login = _own_login(client)
    ours = [comment for comment in marked if _author(comment) == login]
    return sorted(ours, key=lambda comment: comment.id)


def _author(comment: "IssueComment") -> str | None:
    # GitHub gives no user for a comment whose author is gone, which PyGithub's types do not say.
    user: object = comment.user
    return comment.user.login if user else None


def _own_login(client: "Github") -> str:
    """Return who the token speaks for; `GET /user` is not open to the token of a workflow."""
    from github import GithubException

    try:
        _, answer = client.requester.graphql_query(_WHO, {})
        return str(answer["data"]["viewer"]["login"])
    except (GithubException, KeyError, TypeError):
        return _BOT


def _marked(body: str) -> str:
    return body if MARKER in body else f"{body}\n{MARKER}\n"


def _asked(question: Callable[[], Answer]) -> Answer:
    """Return what GitHub answers, its refusals and failures turned into errors of ours."""
    import requests
    from github import GithubException

    try:
        return question()
    except GithubException as error:
        _refuse(error)
    except requests.RequestException as error:
        raise ServiceError(f"GitHub does not answer: {type(error).__name__}") from error


def _refuse(error: "GithubException") -> NoReturn:
    said = error.data.get("message") if isinstance(error.data, Mapping) else None
    reason = str(said or error.message or "no reason given")
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if error.status in (403, 404) and "rate limit" not in reason.lower():
        wanted = headers.get("x-accepted-github-permissions", "pull_requests=write")
        raise PermissionMissingError(
            f"the token may not do this: {reason}", fix=f"it needs `{wanted}`"
        ) from error
    raise ServiceError(f"GitHub answered {error.status}: {reason}") from error


# --- what the runner reads -----------------------------------------------------------------------


def annotate(annotations: Iterable[Annotation]) -> str:
    """Return workflow commands for `annotations`, in order, at most ten of each level."""
    room: dict[Level, int] = dict.fromkeys(("error", "warning", "notice"), ANNOTATIONS_PER_LEVEL)
    lines = []
    for one in annotations:
        if room[one.level]:
            room[one.level] -= 1
            place = {"file": one.file, "line": str(one.line), "title": one.title}
            lines.append(command(one.level, one.message, place))
    return "".join(lines)


def command(name: str, message: str, properties: Mapping[str, str] | None = None) -> str:
    """Return a workflow command on a line of its own, `message` and properties escaped."""
    pairs = ",".join(f"{key}={_property(value)}" for key, value in (properties or {}).items())
    return f"::{name}{' ' if pairs else ''}{pairs}::{_data(message)}\n"


def quoted(text: str, token: str) -> str:
    """Return `text` for the log, in such a way that no line of it is taken for a command.

    `token` must be random: it is what ends the quotation.
    """
    return f"::stop-commands::{token}\n{text.rstrip()}\n::{token}::\n"


def output(name: str, value: str, token: str) -> str:
    """Return the record that sets the output `name`; `token` must be random."""
    return f"{name}<<{token}\n{value}\n{token}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
