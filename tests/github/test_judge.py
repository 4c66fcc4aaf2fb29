"""The judge judges: what breaks GitHub's description is refused, whichever side says it."""

from typing import Any

import pytest
from github import GithubException

from guardian import github
from guardian.errors import ServiceError
from tests.github.state import Answer, GitHub

REPO = "/repos/shop/lakehouse"
CHECK = {"name": "c", "head_sha": "f" * 40, "status": "completed", "conclusion": "success"}
REMARK = {"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"}


def output(**fields: Any) -> dict[str, Any]:
    return {**CHECK, "output": {"title": "t", "summary": "s", **fields}}


WRONG: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a body that is no text": ("POST", f"{REPO}/issues/7/comments", {"body": 7}),
    "no body": ("POST", f"{REPO}/issues/7/comments", {}),
    "a field nobody knows": ("POST", f"{REPO}/issues/7/comments", {"body": "b", "text": "t"}),
    "a reaction nobody knows": (
        "POST", f"{REPO}/issues/comments/1/reactions", {"content": "shrug"},
    ),
    "51 annotations": ("POST", f"{REPO}/check-runs", output(annotations=[REMARK] * 51)),
    "a level of the log": (
        "POST", f"{REPO}/check-runs", output(annotations=[{**REMARK, "annotation_level": "error"}]),
    ),
    "a long summary": ("POST", f"{REPO}/check-runs", output(summary="x" * 65_536)),
    "a conclusion nobody knows": ("POST", f"{REPO}/check-runs", {**CHECK, "conclusion": "fine"}),
    "a call nobody knows": ("POST", f"{REPO}/checks", CHECK),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_request_does_not_reach_github(hub: GitHub, case: str) -> None:
    method, path, body = WRONG[case]
    client = github.connect("secret", hub.address, pause=0)
    with pytest.raises(GithubException) as refused:
        client.requester.requestJsonAndCheck(method, path, input=body)
    assert refused.value.status == (404 if case == "a call nobody knows" else 422)
    assert hub.calls == []


def test_a_wrong_answer_does_not_reach_us(hub: GitHub) -> None:
    hub.weather = lambda _method, _path: Answer(200, [{"id": "a comment"}])
    client = github.connect("secret", hub.address, github.Budget(sleep=lambda _: None), pause=0)
    with pytest.raises(ServiceError, match="it answers 500"):
        github.put_comment(client, github.PullNumber("shop/lakehouse", 7, "f"), "b", first=True)
