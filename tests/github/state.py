"""A GitHub with one repository, on loopback: it remembers what is said to it, and sets its limits.

What Prism cannot know is here: state, pages, who may write what, and how long a text may be. The
answers are GitHub's by its own description (`instance.py`), so that Prism can judge both sides.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from tests.github.instance import instance

COMMENT_LIMIT = 65_536
SUMMARY_LIMIT = 65_535
ANNOTATIONS_LIMIT = 50
PERMISSIONS_HEADER = "x-accepted-github-permissions"


class Answer(NamedTuple):
    status: int
    document: Any = None
    headers: Mapping[str, str] = {}


class Token(NamedTuple):
    """Who a token speaks for, what it may write, and whether it may ask who it is."""

    login: str = "github-actions[bot]"
    writes: frozenset[str] = frozenset({"comments", "checks", "reactions"})
    graphql: bool = True
    user: bool = False


class Request(NamedTuple):
    method: str
    path: str
    query: Mapping[str, str]
    body: dict[str, Any]
    token: Token


class GitHub:
    """The state, which tests may read and set, and what each call does to it.

    `weather` may answer in the place of a call: it is asked first, with the method and path.
    `latency` says how many seconds a call takes before it has an effect; calls overlap meanwhile.
    """

    repository = "shop/lakehouse"

    def __init__(self) -> None:
        self.address = ""
        self.storage = ""  # where files lie, beside the API
        self.reset()

    def reset(self) -> None:
        """Forget everything but the address; pull request 7 is open."""
        self.prefix = ""
        self.tokens = {"secret": Token()}
        self.roles: dict[str, str] = {}
        self.comments: list[dict[str, Any]] = []
        self.pulls: dict[int, dict[str, Any]] = {}
        self.checks: list[dict[str, Any]] = []
        self.annotations: dict[int, list[dict[str, Any]]] = {}
        self.reactions: list[tuple[int, str, str]] = []
        self.artifacts: dict[int, dict[str, bytes]] = {}
        self.merge_base = "b" * 40
        self.calls: list[tuple[str, str]] = []
        self.weather: Callable[[str, str], Answer | None] = lambda _method, _path: None
        self.latency: Callable[[str, str], float] = lambda _method, _path: 0
        self._lock = threading.Lock()
        self._last = 1000
        self.open_pull(7, head="f" * 40)

    # --- the state, as people change it ----------------------------------------------------------

    def open_pull(self, number: int, *, head: str, source: str | None = "") -> None:
        """Open a pull request, or push to it; `source` is a fork, None one that was deleted."""
        self.pulls[number] = {
            "number": number, "state": "open", "title": "Net revenue",
            "head": {"sha": head, "ref": "feature", "repo": self._repo(source or self.repository)},
            "base": {"sha": "b" * 40, "ref": "main", "repo": self._repo(self.repository)},
        }  # fmt: skip
        if source is None:
            self.pulls[number]["head"]["repo"] = None

    def say(self, body: str, login: str | None = "robin", number: int = 7) -> dict[str, Any]:
        """Add a comment by `login` (None: an account that is gone), and return it."""
        self._last += 1
        kind = "Bot" if (login or "").endswith("[bot]") else "User"
        comment = {
            "id": self._last, "number": number, "body": body,
            "user": login and {"login": login, "type": kind},
        }  # fmt: skip
        self.comments.append(comment)
        return comment

    def edit(self, comment: dict[str, Any], body: str, login: str) -> None:
        """Let `login` give a comment another text."""
        comment.update(body=body, editor=login)

    def written(self) -> list[tuple[str, str]]:
        """Return the calls that changed something, as (method, path)."""
        return [call for call in self.calls if call[0] != "GET" and "graphql" not in call[1]]

    # --- answering -------------------------------------------------------------------------------

    def answer(self, method: str, url: str, headers: Mapping[str, str], text: bytes) -> Answer:
        parts = urlsplit(url)
        path = unquote(parts.path)
        prefix = self.prefix.removesuffix("/v3") if path.endswith("/graphql") else self.prefix
        if not path.startswith(prefix):
            return Answer(404, {"message": "Not Found"})
        path = path.removeprefix(prefix)
        time.sleep(self.latency(method, path))
        with self._lock:
            self.calls.append((method, path))
            if (storm := self.weather(method, path)) is not None:
                return storm
            if path.startswith("/archives/"):
                return self._archive(path, headers)
            token = self.tokens.get(headers.get("authorization", "").removeprefix("token "))
            if token is None:
                return Answer(401, {"message": "Bad credentials"})
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = json.loads(text) if text else {}
            return self._routed(Request(method, path, query, body, token))

    def _routed(self, request: Request) -> Answer:
        place = request.path.removeprefix(f"/repos/{self.repository}")
        if place in ("/user", "/graphql"):
            return self._who(request)
        for method, pattern, answer in self._routes():
            if method == request.method and (found := re.fullmatch(pattern, place)):
                return answer(request, *found.groups())
        return Answer(404, {"message": "Not Found", "documentation_url": ""})

    def _routes(self) -> Iterator[tuple[str, str, Callable[..., Answer]]]:
        issue, comment = r"/issues/(\d+)/comments", r"/issues/comments/(\d+)"
        yield "GET", issue, self._list_comments
        yield "POST", issue, self._create_comment
        yield "GET", comment, self._get_comment
        yield "PATCH", comment, self._edit_comment
        yield "DELETE", comment, self._delete_comment
        yield "POST", f"{comment}/reactions", self._react
        yield "GET", r"/pulls/(\d+)", self._get_pull
        yield "GET", r"/pulls", self._list_pulls
        yield "GET", r"/commits/(\w+)/pulls", self._list_pulls
        yield "GET", r"/commits/(\w+)/check-runs", self._list_checks
        yield "POST", r"/check-runs", self._create_check
        yield "PATCH", r"/check-runs/(\d+)", self._edit_check
        yield "GET", r"/check-runs/(\d+)/annotations", self._list_annotations
        yield "GET", r"/compare/(.+)", self._compare
        yield "GET", r"/actions/runs/(\d+)/artifacts", self._list_artifacts
        yield "GET", r"/actions/artifacts/(\d+)/zip", self._get_artifact
        yield "GET", r"/collaborators/([^/]+)/permission", self._permission

    def _who(self, request: Request) -> Answer:
        allowed = request.token.graphql if request.path == "/graphql" else request.token.user
        if not allowed:
            return self._forbidden("metadata=read")
        if request.path == "/graphql" and "viewer" in request.body["query"]:
            return Answer(200, {"data": {"viewer": {"login": request.token.login}}})
        if request.path == "/graphql":
            wanted = request.body["variables"]["ids"]
            nodes = [_node(one) for one in self.comments if f"IC_{one['id']}" in wanted]
            return Answer(200, {"data": {"nodes": nodes}})
        return Answer(200, instance("public-user", {"login": request.token.login}))

    @staticmethod
    def _forbidden(permission: str) -> Answer:
        said = {"message": "Resource not accessible by integration", "documentation_url": ""}
        return Answer(403, said, {PERMISSIONS_HEADER: permission})

    @staticmethod
    def _invalid(error: Mapping[str, str]) -> Answer:
        said = {"message": "Validation Failed", "documentation_url": "", "errors": [error]}
        return Answer(422, said)

    def _page(self, request: Request, items: list[Any], field: str = "") -> Answer:
        size, page = int(request.query.get("per_page", 30)), int(request.query.get("page", 1))
        shown = items[(page - 1) * size : page * size]
        headers = {}
        if page * size < len(items):
            query = urlencode({**request.query, "page": page + 1})
            address = f"{self.address}{self.prefix}{request.path}?{query}"
            headers["Link"] = f'<{address}>; rel="next"'
        document = {"total_count": len(items), field: shown} if field else shown
        return Answer(200, document, headers)

    # --- comments --------------------------------------------------------------------------------

    def _list_comments(self, request: Request, number: str) -> Answer:
        here = [one for one in self.comments if one["number"] == int(number)]
        return self._page(request, [self._comment(one) for one in here])

    def _create_comment(self, request: Request, number: str) -> Answer:
        if (refusal := self._refused(request)) is not None:
            return refusal
        made = self.say(request.body["body"], request.token.login, int(number))
        return Answer(201, self._comment(made))

    def _get_comment(self, _: Request, number: str) -> Answer:
        found = next((one for one in self.comments if one["id"] == int(number)), None)
        if found is None:
            return Answer(404, {"message": "Not Found"})
        return Answer(200, self._comment(found))

    def _edit_comment(self, request: Request, number: str) -> Answer:
        found = next((one for one in self.comments if one["id"] == int(number)), None)
        if (refusal := self._refused(request)) is not None:
            return refusal
        if found is None:
            return Answer(404, {"message": "Not Found"})
        self.edit(found, request.body["body"], request.token.login)
        return Answer(200, self._comment(found))

    def _delete_comment(self, request: Request, number: str) -> Answer:
        found = next((one for one in self.comments if one["id"] == int(number)), None)
        if "comments" not in request.token.writes:
            return self._forbidden("issues=write; pull_requests=write")
        if found is None:
            return Answer(404, {"message": "Not Found"})
        self.comments.remove(found)
        return Answer(204)

    def _refused(self, request: Request) -> Answer | None:
        if "comments" not in request.token.writes:
            return self._forbidden("issues=write; pull_requests=write")
        if len(request.body["body"]) > COMMENT_LIMIT:
            long = f"body is too long (maximum is {COMMENT_LIMIT} characters)"
            return self._invalid({"code": "custom", "field": "body", "message": long})
        return None

    def _comment(self, state: Mapping[str, Any]) -> dict[str, Any]:
        number = state["id"]
        shown = {key: state[key] for key in ("id", "body", "user")} | {
            "node_id": f"IC_{number}",
            "url": self._url(f"/issues/comments/{number}"),
            "issue_url": self._url(f"/issues/{state['number']}"),
            "html_url": self._page_of(f"/pull/{state['number']}#issuecomment-{number}"),
            "updated_at": f"2026-11-18T1{'1' if state.get('editor') else '0'}:30:00Z",
        }
        return instance("issue-comment", shown)

    def _react(self, request: Request, number: str) -> Answer:
        if "reactions" not in request.token.writes:
            return self._forbidden("issues=write; pull_requests=write")
        reaction = (int(number), request.token.login, request.body["content"])
        status = 200 if reaction in self.reactions else 201
        if status == 201:
            self.reactions.append(reaction)
        return Answer(status, instance("reaction", {"content": reaction[2]}))

    def _permission(self, _: Request, user: str) -> Answer:
        role = self.roles.get(user)
        if role is None:
            return Answer(404, {"message": f"{user} is not a user"})
        coarse = {"triage": "read", "maintain": "write"}.get(role, role)
        known = coarse if coarse in ("none", "read", "write", "admin") else "write"
        shown = {"permission": known, "role_name": role, "user": {"login": user}}
        return Answer(200, instance("repository-collaborator-permission", shown))

    # --- pull requests ---------------------------------------------------------------------------

    def _get_pull(self, _: Request, number: str) -> Answer:
        found = self.pulls.get(int(number))
        if found is None:
            return Answer(404, {"message": "Not Found"})
        return Answer(200, self._pull("pull-request", found))

    def _list_pulls(self, request: Request, commit: str = "") -> Answer:
        branch = request.query.get("head", "")
        found = [
            self._pull("pull-request-simple", one)
            for one in self.pulls.values()
            if not commit or one["head"]["sha"] == commit
            if not branch or branch.endswith(f":{one['head']['ref']}")
        ]
        return self._page(request, found)

    def _pull(self, schema: str, state: Mapping[str, Any]) -> dict[str, Any]:
        number = state["number"]
        shown = instance(schema, {
            **state,
            "url": self._url(f"/pulls/{number}"),
            "issue_url": self._url(f"/issues/{number}"),
            "comments_url": self._url(f"/issues/{number}/comments"),
        })  # fmt: skip
        shown["head"]["repo"] = state["head"]["repo"]
        return shown

    def _repo(self, name: str) -> dict[str, Any]:
        owner, _, short = name.partition("/")
        return instance("repository", {"full_name": name, "name": short, "owner": {"login": owner}})

    def _url(self, path: str) -> str:
        return f"{self.address}{self.prefix}/repos/{self.repository}{path}"

    def _page_of(self, path: str) -> str:
        return f"https://github.com/{self.repository}{path}"

    # --- checks ----------------------------------------------------------------------------------

    def _list_checks(self, request: Request, commit: str) -> Answer:
        name = request.query.get("check_name")
        here = [
            one for one in self.checks if one["head_sha"] == commit and name in (None, one["name"])
        ]
        return self._page(request, [self._check(one) for one in here], "check_runs")

    def _create_check(self, request: Request) -> Answer:
        self._last += 1
        return self._written(request, {"id": self._last}, 201)

    def _edit_check(self, request: Request, number: str) -> Answer:
        found = next((one for one in self.checks if one["id"] == int(number)), None)
        if found is None:
            return Answer(404, {"message": "Not Found"})
        return self._written(request, found, 200)

    def _written(self, request: Request, state: dict[str, Any], status: int) -> Answer:
        if "checks" not in request.token.writes:
            return self._forbidden("checks=write")
        output = dict(request.body.get("output", {}))
        added = output.pop("annotations", [])
        if len(output.get("summary", "")) > SUMMARY_LIMIT or len(added) > ANNOTATIONS_LIMIT:
            return self._invalid({"code": "custom", "message": "output is too large"})
        state.update(request.body, output=output)
        self.annotations.setdefault(state["id"], []).extend(added)
        if state not in self.checks:
            self.checks.append(state)
        return Answer(status, self._check(state))

    def _check(self, state: Mapping[str, Any]) -> dict[str, Any]:
        number = state["id"]
        output = {"annotations_count": len(self.annotations[number]), **state["output"]}
        shown = {
            **state,
            "output": output,
            "check_suite": {"id": 1},
            "url": self._url(f"/check-runs/{number}"),
            "html_url": self._page_of(f"/runs/{number}"),
        }
        return instance("check-run", shown)

    def _list_annotations(self, request: Request, number: str) -> Answer:
        found = [instance("check-annotation", one) for one in self.annotations[int(number)]]
        return self._page(request, found)

    # --- workflow runs and commits ---------------------------------------------------------------

    def _compare(self, _: Request, commits: str) -> Answer:
        commit = {"sha": self.merge_base}
        shown = {"base_commit": commit, "merge_base_commit": commit, "status": "ahead"}
        return Answer(200, instance("commit-comparison", shown) if "..." in commits else None)

    def _list_artifacts(self, request: Request, run: str) -> Answer:
        found = [
            instance("artifact", {"id": 1000 * int(run) + at, "name": name})
            for at, name in enumerate(self.artifacts.get(int(run), {}))
            if request.query.get("name") in (None, name)
        ]
        return self._page(request, found, "artifacts")

    def _get_artifact(self, _: Request, number: str) -> Answer:
        return Answer(302, None, {"Location": f"{self.storage}{self.prefix}/archives/{number}"})

    def _archive(self, path: str, headers: Mapping[str, str]) -> Answer:
        assert "authorization" not in headers, "the token is sent to a stranger"
        run, at = divmod(int(path.rsplit("/", 1)[1]), 1000)
        return Answer(200, list(self.artifacts[run].values())[at])


def _node(comment: Mapping[str, Any]) -> dict[str, Any]:
    """Return what GraphQL knows of a comment; a bot's login has no `[bot]` there."""
    names = {"author": (comment["user"] or {}).get("login"), "editor": comment.get("editor")}
    shown = {role: name and {"login": name.removesuffix("[bot]")} for role, name in names.items()}
    edited = "2026-11-18T11:30:00Z" if comment.get("editor") else None
    return {"id": f"IC_{comment['id']}", "lastEditedAt": edited, **shown}
