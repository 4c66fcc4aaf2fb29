"""Who speaks to GitHub's API, and what its refusals mean."""

from collections.abc import Callable, Mapping
from functools import cached_property
from traceback import walk_tb
from typing import TYPE_CHECKING, NoReturn, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from guardian.errors import ServiceError
from guardian.github.patience import Budget

if TYPE_CHECKING:
    from github.GithubException import GithubException
    from github.Repository import Repository
    from github.Requester import Requester

API = "https://api.github.com"
BOT = "github-actions[bot]"
PAUSE = 1.0  # seconds between two writes (Best practices for using the REST API)
_MOST_SAID = 500  # characters of GitHub's message
_WHO = "query { viewer { login } }"

Answer = TypeVar("Answer")


class PermissionMissingError(ServiceError):
    """The token may not do it, as on a pull request from a fork; nothing is wrong with the code."""


class PullNumber(msgspec.Struct, frozen=True):
    """A pull request, and the commit of it that the report is about."""

    repository: str
    number: int
    head: str


class Client:
    """GitHub's API as PyGithub sees it, within one budget of time."""

    def __init__(self, requester: "Requester", budget: Budget) -> None:
        """Ask through `requester`, which takes from `budget`."""
        self.requester = requester
        self.budget = budget

    def repository(self, name: str) -> "Repository":
        """Return `owner/name`; nothing is asked before a field of it is read."""
        from github.Repository import Repository

        return Repository(self.requester, url=f"/repos/{quote(name)}")

    @cached_property
    def login(self) -> str | None:
        """Return who the token speaks for; None where GitHub does not say.

        `GET /user` is not open to the token of a workflow or of an App, and GraphQL may be closed.
        """
        from github import GithubException

        try:
            _, answer = self.requester.graphql_query(_WHO, {})
            return str(answer["data"]["viewer"]["login"])
        except (GithubException, KeyError, TypeError):
            pass
        try:
            _, user = self.requester.requestJsonAndCheck("GET", "/user")
            return str(user["login"])
        except (GithubException, KeyError, TypeError):
            return None


def connect(
    token: str, api: str = API, budget: Budget | None = None, *, pause: float = PAUSE
) -> Client:
    """Return a client of the API at `api` for one run, which may cost `budget` in all.

    Raises:
        ServiceError: `api` is no address.
    """
    from guardian.github.requester import PatientRequester

    api = api.rstrip("/")
    _check_address(api)
    budget = budget or Budget()
    return Client(PatientRequester(token, api, budget, pause=pause), budget)


def asked(question: Callable[[], Answer], permission: str) -> Answer:
    """Return what GitHub answers, its refusals turned into errors of ours.

    `permission` is what the question needs, as a workflow writes it; GitHub's own word for it is
    taken where it sends one.

    Raises:
        PermissionMissingError: the token may not ask this.
        ServiceError: GitHub does not answer as it should.
    """
    from github import BadAttributeException, GithubException

    try:
        return question()
    except GithubException as error:
        _refuse(error, permission)
    except (BadAttributeException, AttributeError, KeyError, TypeError) as error:
        if isinstance(error, BadAttributeException) or _is_raised_by("github", error):
            raise ServiceError(f"GitHub's answer is not what it should be: {error}") from error
        raise


def _is_raised_by(package: str, error: BaseException) -> bool:
    """Return whether it was a module of `package` that could not go on, as on a field with null."""
    *_, (frame, _) = walk_tb(error.__traceback__)
    return str(frame.f_globals.get("__name__")).partition(".")[0] == package


def _check_address(api: str) -> None:
    try:
        address = urlsplit(api)
        sound = address.scheme in ("http", "https") and address.hostname and address.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ServiceError(f"`{api}` is no address of GitHub's API", fix="look at `GITHUB_API_URL`")


def _refuse(error: "GithubException", permission: str) -> NoReturn:
    reason = _reason(error)
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if "is locked" in reason:
        raise PermissionMissingError(reason, fix="unlock the conversation") from error
    if error.status in (403, 404):
        wanted = _wanted(headers.get("x-accepted-github-permissions", "")) or f"`{permission}`"
        raise PermissionMissingError(
            f"{'the token may not do this' if error.status == 403 else 'not found, or hidden'}: "
            f"{reason}",
            fix=f"it needs {wanted} under `permissions`, which no pull request from a fork gets",
        ) from error
    if error.status == 401:
        raise ServiceError(
            f"the token is refused: {reason}", fix="give `github-token` one that has not expired"
        ) from error
    raise ServiceError(f"GitHub answers {error.status}: {reason}") from error


def _reason(error: "GithubException") -> str:
    """Return GitHub's message on one line, with what it says of each field."""
    if not isinstance(error.data, Mapping):
        return "no reason given"
    errors = error.data.get("errors")
    parts = [error.data.get("message"), *(errors if isinstance(errors, list) else ())]
    said = [part.get("message") if isinstance(part, Mapping) else part for part in parts]
    text = " ".join("; ".join(str(part) for part in said if part).split())
    return text[:_MOST_SAID] or "no reason given"


def _wanted(header: str) -> str:
    """Return the permissions of GitHub's header as a workflow writes them; `;` parts choices."""
    choices = [choice.strip().replace("_", "-").replace("=", ": ") for choice in header.split(";")]
    return " or ".join(f"`{choice}`" for choice in choices if choice)
