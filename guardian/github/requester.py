"""PyGithub's requests with our patience instead of its own, which may wait for an hour."""

import json
import math
from typing import Any
from urllib.parse import urlsplit

import requests
from github import Auth
from github.Requester import (
    HTTPRequestsConnectionClass,
    HTTPSRequestsConnectionClass,
    Requester,
    RequestsResponse,
)
from typing_extensions import override

from guardian import __version__
from guardian.errors import ServiceError
from guardian.github.patience import (
    LONGEST_ANSWER,
    MOST_TRIES,
    Budget,
    backoff,
    wait_before_retry,
)

_HOPS = 3  # redirects followed; GitHub has one for a repository that was renamed
_REDIRECTS = (302, 307, 308)  # PyGithub follows 301
_PORTS = {"http": 80, "https": 443}
_FIX = "run the job again when GitHub has recovered: https://www.githubstatus.com"
_MOVED = "set `GITHUB_API_URL` to the address that the API has now"
_PAGE = object()

Answer = tuple[int, dict[str, Any], str]
Connection = HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass


class _Line(HTTPSRequestsConnectionClass):
    """A connection each of whose answers, redirects among them, takes from a budget."""

    def __init__(self, api: str, budget: Budget) -> None:
        address = urlsplit(api)
        super().__init__(address.hostname or "", address.port or _PORTS[address.scheme])
        self.protocol = address.scheme
        self._api = api
        self._budget = budget

    @override
    def getresponse(self) -> RequestsResponse:
        seconds = self._budget.answer()
        if not seconds:
            raise requests.Timeout
        self.timeout = math.ceil(seconds)
        return super().getresponse()


class PatientRequester(Requester):
    """Sends a request again while there is hope and time left, and takes JSON only."""

    def __init__(self, token: str, api: str, budget: Budget, *, pause: float) -> None:
        """Speak for `token` to the API at `api`, with `pause` seconds between two writes."""
        super().__init__(
            auth=Auth.Token(token),
            base_url=api,
            timeout=int(LONGEST_ANSWER),
            user_agent=f"change-guardian/{__version__}",
            per_page=100,
            verify=True,
            retry=None,
            pool_size=None,
            seconds_between_writes=pause,
            lazy=True,
        )
        self._api = api
        self._budget = budget
        self._line = _Line(api, budget)

    @override
    def requestJson(
        self,
        verb: str,
        url: str,
        parameters: dict[str, Any] | None = None,
        headers: dict[str, Any] | None = None,
        input: Any | None = None,
        cnx: Connection | None = None,
        follow_302_redirect: bool = False,
    ) -> Answer:
        """Return the status, headers and text of what is answered in the end.

        Everything goes over one connection: PyGithub wants another where a URL names another host,
        which none that we ask for does.
        """
        del cnx, follow_302_redirect
        answer = self._answer(verb, url, parameters, headers, input)
        for _ in range(_HOPS):
            if answer[0] not in _REDIRECTS or not self._is_here(answer[1].get("location", "")):
                break
            answer = self._answer(verb, answer[1]["location"], None, headers, input)
        return self._readable(*answer)

    def _answer(
        self,
        verb: str,
        url: str,
        parameters: dict[str, Any] | None,
        headers: dict[str, Any] | None,
        input_: object,
    ) -> Answer:
        said = "it has had all its time"
        for tries in range(1, MOST_TRIES + 1):
            if not self._budget.answer():
                break
            try:
                with self._budget.spending():
                    answer = super().requestJson(
                        verb, url, parameters, dict(headers or {}), input_, self._line
                    )
            except (AssertionError, RuntimeError) as error:  # PyGithub's checks of a redirect
                raise ServiceError(
                    f"GitHub at `{self._api}` sends us astray: {error}", fix=_MOVED
                ) from error
            except requests.RequestException as error:
                said, wait = _weather(error), backoff(tries)
            else:
                retry = wait_before_retry(*answer, tries)
                if retry is None:
                    return answer
                asked = f" and asks to wait {retry:.0f} s" if retry > LONGEST_ANSWER else ""
                said, wait = f"it answers {answer[0]}{asked}", retry
            if tries == MOST_TRIES or not self._budget.wait(wait):
                break
        raise ServiceError(f"GitHub at `{self._api}` is given up on: {said}", fix=_FIX)

    def _is_here(self, location: str) -> bool:
        there, here = urlsplit(location), urlsplit(self._api)
        return (there.scheme, there.netloc) == (here.scheme, here.netloc)

    def _readable(self, status: int, headers: dict[str, Any], text: str) -> Answer:
        """Return an answer as PyGithub can read it: JSON, nothing, or a refusal with a message."""
        try:
            document = json.loads(text) if text else None
        except ValueError:
            document = _PAGE
        if status >= 400:
            said = document if isinstance(document, dict) else {"message": ""}
            return status, headers, json.dumps(said)
        if status >= 300:
            place = headers.get("location") or "nowhere"
            raise ServiceError(f"GitHub at `{self._api}` sends us astray: to {place}", fix=_MOVED)
        if document is _PAGE:
            raise ServiceError(
                f"`{self._api}` answers with a page, not with GitHub's JSON",
                fix="look at `GITHUB_API_URL` (an Enterprise server's ends in `/api/v3`) and at any"
                " proxy between",
            )
        return status, headers, text


def _weather(error: requests.RequestException) -> str:
    match error:
        case requests.Timeout():
            return "no answer in time"
        case requests.exceptions.SSLError():
            return "its certificate is not trusted here"
        case requests.ConnectionError():
            return "no connection"
        case _:
            return type(error).__name__
