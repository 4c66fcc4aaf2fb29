"""What GitHub really sent to webhooks, as its client library publishes it; and forks made of it."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

EXAMPLES = (
    Path(__file__).parent.parent
    / "web/node_modules/@octokit/webhooks-examples/api.github.com/index.json"
)
MISSING = "the payloads are missing: `make web` installs them where npm is there"


@cache
def _examples() -> dict[str, list[dict[str, Any]]]:
    found = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return {event["name"]: event["examples"] for event in found}


def payloads(event: str) -> list[dict[str, Any]]:
    """Return the payloads of `event`, such as `pull_request`; they may be changed."""
    return copy.deepcopy(_examples()[event])


def events() -> list[str]:
    """Return the names of all events."""
    return sorted(_examples())


def of_fork(payload: dict[str, Any], *, deleted: bool = False) -> dict[str, Any]:
    """Return a pull request's payload as if it came from a fork, or from one that is deleted."""
    changed = copy.deepcopy(payload)
    head = changed["pull_request"]["head"]
    if deleted:
        head.update(repo=None, user=None, label="unknown repository")
        return changed
    head["label"] = "stranger:changes"
    head["repo"] = {**head["repo"], "fork": True, "full_name": "stranger/lakehouse"}
    return changed
