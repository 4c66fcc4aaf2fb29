"""Stand-ins for services, strict where the real ones are."""

import functools
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import responses
from requests import PreparedRequest

BODY_LIMIT = 65_536
Answer = tuple[int, dict[str, str], str]


def pull_request_event(
    *, repository: str, number: int, base: str, head: str, fork: str | None = None
) -> dict[str, Any]:
    """Return what GitHub sends for a push to a pull request, as far as a reader may need it."""
    owner, _, name = repository.partition("/")
    source = fork or repository
    return {
        "action": "synchronize",
        "number": number,
        "before": "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
        "after": head,
        "pull_request": {
            "url": f"https://api.github.com/repos/{repository}/pulls/{number}",
            "id": 279147437,
            "number": number,
            "state": "open",
            "draft": False,
            "title": "Net revenue: take refunds off",
            "body": "Finance wants refunds out of net revenue. @team ::error::look",
            "user": {"login": "robin", "id": 21031067, "type": "User"},
            "head": {
                "label": f"{source.split('/')[0]}:feature/net-revenue",
                "ref": "feature/net-revenue",
                "sha": head,
                "repo": {"full_name": source, "fork": fork is not None},
            },
            "base": {
                "label": f"{owner}:main",
                "ref": "main",
                "sha": base,
                "repo": {"full_name": repository, "fork": False},
            },
            "merge_commit_sha": "c4295bd74fb0f4fda03689c3df3f2803b658fd85",
        },
        "repository": {"full_name": repository, "name": name, "owner": {"login": owner}},
        "sender": {"login": "robin", "id": 21031067, "type": "User"},
    }


class FakeGitHub:
    """The part of GitHub's REST and GraphQL API that we use, with a pull request in it.

    It keeps comments, pages them, refuses a body past the limit, lets nobody touch another's
    comment, and says 403 where `may_write` is false, as GitHub does to the token of a fork.
    """

    def __init__(
        self,
        mock: responses.RequestsMock,
        *,
        repository: str = "shop/lakehouse",
        number: int = 7,
        head: str = "f" * 40,
        api: str = "https://api.github.com",
        login: str = "github-actions[bot]",
        may_write: bool = True,
    ) -> None:
        self.repository = repository
        self.number = number
        self.head = head
        self.api = api
        self.login = login
        self.may_write = may_write
        self.comments: list[dict[str, Any]] = []
        self.calls: list[tuple[str, str]] = []
        self.before_create: Callable[[], None] = lambda: None
        repo, here = f"/repos/{repository}", f"/repos/{repository}/issues"
        serve = functools.partial(self._serve, mock)
        serve("GET", repo, self._repository)
        serve("GET", f"{repo}/pulls/{number}", self._pull)
        serve("GET", f"{here}/{number}/comments", self._list)
        serve("POST", f"{here}/{number}/comments", self._create)
        serve("GET", f"{here}/comments/[0-9]+", self._get)
        serve("PATCH", f"{here}/comments/[0-9]+", self._edit)
        serve("DELETE", f"{here}/comments/[0-9]+", self._delete)
        serve("POST", "/graphql", self._viewer, api.replace("/api/v3", "/api"))

    def say(self, body: str, login: str | None) -> dict[str, Any]:
        """Add a comment by `login` (None: an account that is gone), and return it."""
        number = 1 + max((int(comment["id"]) for comment in self.comments), default=1000)
        page = f"https://github.com/{self.repository}/pull/{self.number}"
        comment = {
            "id": number,
            "node_id": f"IC_{number}",
            "url": f"{self.api}/repos/{self.repository}/issues/comments/{number}",
            "html_url": f"{page}#issuecomment-{number}",
            "issue_url": f"{self.api}/repos/{self.repository}/issues/{self.number}",
            "body": body,
            "user": {"login": login, "id": 1, "type": "User"} if login else None,
            "created_at": "2026-11-18T10:30:00Z",
            "updated_at": "2026-11-18T10:30:00Z",
            "author_association": "NONE",
        }
        self.comments.append(comment)
        return comment

    def written(self) -> list[tuple[str, str]]:
        """Return the calls that changed something, as (method, path)."""
        return [call for call in self.calls if call[0] != "GET" and "graphql" not in call[1]]

    def _serve(
        self,
        mock: responses.RequestsMock,
        method: str,
        path: str,
        answer: Callable[[PreparedRequest], Answer],
        api: str = "",
    ) -> None:
        def logged(request: PreparedRequest) -> Answer:
            if request.headers["Authorization"] != "token secret":
                return 401, {}, json.dumps({"message": "Bad credentials"})
            asked = urlsplit(str(request.url)).path
            self.calls.append((method, asked))
            if method != "GET" and path != "/graphql" and not self.may_write:
                return self._forbidden()
            return answer(request)

        host = re.escape(api or self.api).replace("\\.com", "\\.com(?::443)?")
        url = re.compile(rf"{host}{path}(?:\?.*)?$")
        mock.add_callback(method, url, callback=logged, content_type="application/json")

    def _repository(self, _: PreparedRequest) -> Answer:
        root = f"{self.api}/repos/{self.repository}"
        return 200, {}, json.dumps({"full_name": self.repository, "url": root, "private": True})

    def _forbidden(self) -> Answer:
        headers = {"x-accepted-github-permissions": "issues=write; pull_requests=write"}
        return 403, headers, json.dumps({"message": "Resource not accessible by integration"})

    def _viewer(self, _: PreparedRequest) -> Answer:
        return 200, {}, json.dumps({"data": {"viewer": {"login": self.login}}})

    def _pull(self, _: PreparedRequest) -> Answer:
        root = f"{self.api}/repos/{self.repository}"
        pull = {
            "url": f"{root}/pulls/{self.number}",
            "issue_url": f"{root}/issues/{self.number}",
            "comments_url": f"{root}/issues/{self.number}/comments",
            "number": self.number,
            "state": "open",
            "head": {"ref": "feature/net-revenue", "sha": self.head, "repo": None},
        }
        return 200, {}, json.dumps(pull)

    def _list(self, request: PreparedRequest) -> Answer:
        url = urlsplit(str(request.url))
        query = parse_qs(url.query)
        size, page = int(query.get("per_page", ["30"])[0]), int(query.get("page", ["1"])[0])
        shown = self.comments[(page - 1) * size : page * size]
        if page * size >= len(self.comments):
            return 200, {}, json.dumps(shown)
        here = self.api + url.path.removeprefix("/api/v3")
        link = f'<{here}?per_page={size}&page={page + 1}>; rel="next"'
        return 200, {"Link": link}, json.dumps(shown)

    def _create(self, request: PreparedRequest) -> Answer:
        self.before_create()
        body = _body(request)
        if len(body) > BODY_LIMIT:
            return 422, {}, json.dumps({"message": "Validation Failed: body is too long"})
        return 201, {}, json.dumps(self.say(body, self.login))

    def _get(self, request: PreparedRequest) -> Answer:
        number = int(str(request.url).rsplit("/", 1)[1])
        found = next(comment for comment in self.comments if comment["id"] == number)
        return 200, {}, json.dumps(found)

    def _edit(self, request: PreparedRequest) -> Answer:
        comment = self._own(request)
        if comment is None:
            return self._forbidden()
        comment["body"] = _body(request)
        return 200, {}, json.dumps(comment)

    def _delete(self, request: PreparedRequest) -> Answer:
        comment = self._own(request)
        if comment is None:
            return self._forbidden()
        self.comments.remove(comment)
        return 204, {}, ""

    def _own(self, request: PreparedRequest) -> dict[str, Any] | None:
        number = int(str(request.url).rsplit("/", 1)[1])
        comment = next(comment for comment in self.comments if comment["id"] == number)
        return comment if (comment["user"] or {}).get("login") == self.login else None


def _body(request: PreparedRequest) -> str:
    assert isinstance(request.body, str | bytes)
    body = json.loads(request.body)["body"]
    assert isinstance(body, str)
    return body
