"""What another workflow's run has left, and what GitHub knows of commits without a clone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from guardian.errors import ServiceError
from guardian.github.client import Client, asked

if TYPE_CHECKING:
    from requests import Response

_ACTIONS = "actions: read"
_CONTENTS = "contents: read"
_CHUNK = 1 << 16


def merge_base(client: Client, repository: str, base: str, head: str) -> str:
    """Return the hash of the commit where `head` left the line of `base`.

    Raises:
        PermissionMissingError: the token may not read the repository.
        ServiceError: GitHub does not answer as it should.
    """
    path = f"/repos/{quote(repository)}/compare/{quote(base)}...{quote(head)}"

    def compared() -> Mapping[str, Any]:
        return _mapping(client, path, {"per_page": 1})

    try:
        return str(asked(compared, _CONTENTS)["merge_base_commit"]["sha"])
    except (KeyError, TypeError) as error:
        raise ServiceError("GitHub names no commit that both have") from error


def artifact(client: Client, repository: str, run: int, name: str, limit: int) -> bytes | None:
    """Return the archive that the workflow's run uploaded as `name`; None where there is none.

    Raises:
        PermissionMissingError: the token may not read it.
        ServiceError: it is larger than `limit` bytes, or GitHub does not answer as it should.
    """
    path = f"/repos/{quote(repository)}/actions/runs/{run}/artifacts"

    def listed() -> Mapping[str, Any]:
        return _mapping(client, path, {"name": name})

    found = [
        one
        for one in asked(listed, _ACTIONS).get("artifacts", ())
        if one.get("name") == name and not one.get("expired")
    ]
    if not found:
        return None
    newest = max(found, key=lambda one: int(one["id"]))
    return _download(client, f"/repos/{quote(repository)}/actions/artifacts/{newest['id']}/zip",
                     limit)  # fmt: skip


def _mapping(client: Client, path: str, parameters: dict[str, Any]) -> Mapping[str, Any]:
    _, answer = client.requester.requestJsonAndCheck("GET", path, parameters)
    return answer if isinstance(answer, Mapping) else {}


def _download(client: Client, path: str, limit: int) -> bytes:
    """Return a file that GitHub sends us elsewhere for, where our token has no business."""
    import requests

    url = f"{client.requester.base_url}{path}"
    token = client.requester.auth.token if client.requester.auth else ""
    try:
        with client.budget.spending():
            with _asked(client, url, {"Authorization": f"token {token}"}) as answer:
                place = answer.headers.get("Location", "")
            if answer.status_code not in (301, 302, 307) or not place.startswith("http"):
                raise ServiceError(
                    f"the artifact cannot be had: GitHub answers {answer.status_code}",
                    fix=f"the token needs `{_ACTIONS}` under `permissions`",
                )
            with _asked(client, place, {}) as answer:
                return _content(answer, limit)
    except requests.RequestException as error:
        raise ServiceError(f"the artifact cannot be had: {type(error).__name__}") from error


def _asked(client: Client, url: str, headers: dict[str, str]) -> "Response":
    import requests

    return requests.get(
        url,
        headers={"User-Agent": "change-guardian", **headers},
        timeout=client.budget.answer() or 1,
        allow_redirects=False,
        stream=True,
    )


def _content(answer: "Response", limit: int) -> bytes:
    if answer.status_code != 200:
        raise ServiceError(f"the artifact cannot be had: its store answers {answer.status_code}")
    data = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        data += chunk
        if len(data) > limit:
            raise ServiceError(f"the artifact is larger than {limit:,} bytes")
    return bytes(data)
