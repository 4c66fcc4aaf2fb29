"""What GitHub really sent to webhooks: no event of any kind is more than the Action can take."""

import json
from pathlib import Path
from typing import Any

import pytest

from guardian.action.events import Compare, Task, read_task
from guardian.action.inputs import Inputs
from guardian.errors import ConfigError
from tests.github.payloads import EXAMPLES, MISSING, events, of_fork, payloads

pytestmark = pytest.mark.skipif(not EXAMPLES.is_file(), reason=MISSING)


def task(tmp_path: Path, event: str, payload: dict[str, Any]) -> Task:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(payload), encoding="utf-8")
    return read_task({"GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": str(path)}, Inputs())


def sentence(tmp_path: Path, event: str, payload: dict[str, Any]) -> str:
    """Return what to do about an event that asks nothing; empty for one that asks something."""
    try:
        task(tmp_path, event, payload)
    except ConfigError as error:
        return error.fix or "nothing helps"
    return ""


def test_every_event_is_a_task_or_a_sentence_that_helps(tmp_path: Path) -> None:
    told = {
        (event, number): sentence(tmp_path, event, payload)
        for event in events()
        for number, payload in enumerate(payloads(event))
    }
    assert "nothing helps" not in told.values()
    assert len(told) > 300


@pytest.mark.parametrize("kind", ["of a branch", "of a fork", "of a deleted fork"])
def test_a_pull_request_is_compared_wherever_it_comes_from(kind: str, tmp_path: Path) -> None:
    compared = 0
    for payload in payloads("pull_request"):
        pull = payload["pull_request"]
        changed = {
            "of a branch": payload,
            "of a fork": of_fork(payload),
            "of a deleted fork": of_fork(payload, deleted=True),
        }[kind]
        asked = task(tmp_path, "pull_request", changed)
        if payload["action"] == "closed":
            continue
        assert isinstance(asked, Compare)
        assert (asked.head, asked.tip, asked.number) == (
            pull["head"]["sha"], pull["head"]["sha"], pull["number"],
        )  # fmt: skip
        compared += 1
    assert compared > 20
