"""What each event of GitHub asks for; the payloads are GitHub's own where they are installed."""

import json
from pathlib import Path
from typing import Any

import pytest

from guardian.action.events import Answer, Compare, Nothing, Refresh, Retell, Task, read_task
from guardian.action.inputs import Inputs
from guardian.errors import ConfigError
from tests.action.runner import Runner

EXAMPLES = (
    Path(__file__).parents[1]
    / "web/node_modules/@octokit/webhooks-examples/api.github.com/index.json"
)
HANDLED = ("pull_request", "push", "merge_group", "issue_comment", "workflow_run")
ZEROS, BEFORE, AFTER = "0" * 40, "a" * 40, "b" * 40
PULL = {"number": 7, "base": {"sha": BEFORE, "ref": "main"}, "head": {"sha": AFTER, "ref": "x"}}
COMMENT = {"id": 1, "body": "/guardian rerun", "user": {"login": "robin", "type": "User"}}
ISSUE: dict[str, Any] = {"number": 7, "state": "open", "pull_request": {}}
RUN = {"id": 9, "event": "pull_request", "head_sha": AFTER, "head_branch": "x"}
QUEUE = {"base_sha": BEFORE, "head_sha": AFTER, "head_ref": f"refs/heads/q/main/pr-7-{AFTER}"}


def task(tmp_path: Path, name: str, event: object, **inputs: str) -> Task:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event), encoding="utf-8")
    environ = {"GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(path)}
    return read_task(environ, Inputs(base=inputs.get("base", ""), head=inputs.get("head", "")))


ASKED: dict[str, tuple[str, dict[str, Any], type[Task]]] = {
    "pushed to": ("pull_request", {"action": "synchronize", "pull_request": PULL}, Compare),
    "ready": ("pull_request", {"action": "ready_for_review", "pull_request": PULL}, Compare),
    "closed": ("pull_request", {"action": "closed", "pull_request": PULL}, Nothing),
    "queued": ("merge_group", {"merge_group": QUEUE}, Compare),
    "branch": ("push", {"before": BEFORE, "after": AFTER, "ref": "refs/heads/x"}, Compare),
    "main": (
        "push",
        {"before": BEFORE, "after": AFTER, "ref": "refs/heads/main",
         "repository": {"default_branch": "main"}},
        Refresh,
    ),
    "tag": ("push", {"before": ZEROS, "after": AFTER, "ref": "refs/tags/v1"}, Nothing),
    "new branch": (
        "push",
        {"before": ZEROS, "after": AFTER, "ref": "refs/heads/x",
         "repository": {"default_branch": "main"}},
        Compare,
    ),
    "deleted": ("push", {"before": BEFORE, "after": ZEROS, "deleted": True}, Nothing),
    "command": (
        "issue_comment", {"action": "created", "issue": ISSUE, "comment": COMMENT}, Answer
    ),
    "on an issue": (
        "issue_comment",
        {"action": "created", "issue": {"number": 7}, "comment": COMMENT},
        Nothing,
    ),
    "on a closed one": (
        "issue_comment",
        {"action": "created", "issue": ISSUE | {"state": "closed"}, "comment": COMMENT},
        Nothing,
    ),
    "by a bot": (
        "issue_comment",
        {"action": "created", "issue": ISSUE,
         "comment": COMMENT | {"user": {"login": "x[bot]", "type": "Bot"}}},
        Nothing,
    ),
    "by ourselves": (
        "issue_comment",
        {"action": "created", "issue": ISSUE,
         "comment": COMMENT | {"body": "/guardian rerun\n<!-- change-guardian -->"}},
        Nothing,
    ),
    "by nobody": (
        "issue_comment",
        {"action": "created", "issue": ISSUE, "comment": COMMENT | {"user": None}},
        Nothing,
    ),
    "first half": ("workflow_run", {"workflow_run": RUN}, Retell),
    "fork is gone": ("workflow_run", {"workflow_run": RUN | {"head_repository": None}}, Retell),
    "another's run": ("workflow_run", {"workflow_run": RUN | {"event": "push"}}, Nothing),
    "nightly": ("schedule", {}, Refresh),
    "by hand": ("workflow_dispatch", {"inputs": None}, Refresh),
    "by hand, two": ("workflow_dispatch", {"inputs": {"base": "v1", "head": "v2"}}, Compare),
}  # fmt: skip


@pytest.mark.parametrize("case", ASKED)
def test_an_event_asks_for(case: str, tmp_path: Path) -> None:
    name, event, kind = ASKED[case]
    assert isinstance(task(tmp_path, name, event), kind)


def test_a_pull_request_is_compared_since_it_left_and_told(tmp_path: Path) -> None:
    asked = task(tmp_path, "pull_request", {"action": "opened", "pull_request": PULL})
    assert asked == Compare(
        base=BEFORE, head=AFTER, branched=True, names=("main", "x"), number=7, tip=AFTER
    )
    inputs = {"base": "v1", "head": "v2"}
    asked = task(tmp_path, "pull_request", {"pull_request": PULL}, **inputs)
    assert asked == Compare(
        base="v1", head="v2", branched=False, names=("v1", "v2"), number=7, tip=AFTER
    )


def test_a_merge_queue_heeds_the_conversation_and_tells_nobody(tmp_path: Path) -> None:
    asked = task(tmp_path, "merge_group", {"merge_group": QUEUE})
    assert isinstance(asked, Compare)
    assert (asked.number, asked.queued) == (None, 7)


WRONG = {
    "pull_request_target": ({"pull_request": PULL}, "run on `pull_request`"),
    "star": ({"action": "created"}, "the event `star` does not say what to compare"),
    "push": ({"before": ZEROS, "after": AFTER}, "set the inputs `base` and `head`"),
    "pull_request": ({}, "does not say what to compare"),
    "merge_group": ([], "the event cannot be read"),
    "workflow_run": ({"workflow_run": RUN | {"head_sha": "--x"}}, "names no commit"),
    "issue_comment": ({"issue": ISSUE, "comment": {"id": "1"}}, "the event cannot be read"),
    "": ({}, "does not say what to compare"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_any_other_event_is_a_sentence(name: str, tmp_path: Path) -> None:
    event, said = WRONG[name]
    with pytest.raises(ConfigError, match=said):
        task(tmp_path, name, event)


@pytest.mark.skipif(not EXAMPLES.is_file(), reason="`make web` installs GitHub's examples")
@pytest.mark.parametrize("name", HANDLED)
def test_what_github_really_sends_is_read(name: str, tmp_path: Path) -> None:
    known = {entry["name"]: entry["examples"] for entry in json.loads(EXAMPLES.read_bytes())}
    examples = known.get(name, [])
    assert examples
    for example in examples:
        # None of them is about a pull request.
        example.get("issue", {})["pull_request"] = {}
        example.get("workflow_run", {})["event"] = "pull_request"
        quiet = example.get("action") == "closed" or example.get("deleted")
        quiet = quiet or example.get("ref", "").startswith("refs/tags/")
        assert isinstance(task(tmp_path, name, example), Nothing) is bool(quiet)


# --- from the event to what is done ----------------------------------------------------------------


def push(runner: Runner, ref: str) -> None:
    runner.send("push", {
        "before": runner.main, "after": runner.head, "ref": f"refs/heads/{ref}",
        "repository": {"default_branch": "main"},
    })  # fmt: skip


def test_a_push_is_compared_with_what_was_before(runner: Runner) -> None:
    push(runner, "x")
    assert runner.run()[0] == 1
    push(runner, "main")
    assert runner.run()[0] == 1, "no store is configured"
    assert runner.github.calls == []


def test_a_push_to_the_default_branch_refreshes_the_snapshot(
    runner: Runner, tmp_path: Path
) -> None:
    store = tmp_path / "lineage"
    push(runner, "main")
    status, log = runner.run(snapshot=str(store / "all.json"))
    assert status == 0
    assert "Stored `shop/lakehouse` in" in log
    stored = json.loads((store / "all.json").read_bytes())
    assert [part["commit"] for part in stored["parts"]] == [runner.head]
    assert runner.github.calls == []


def test_a_store_that_cannot_be_written_is_a_warning(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    push(runner, "main")
    status, log = runner.run(snapshot=str(tmp_path / "file" / "all.json"))
    assert status == 0
    assert "::warning title=Change Guardian::The snapshot is not refreshed" in log


def test_a_schedule_without_a_store_says_what_to_do(runner: Runner) -> None:
    runner.send("schedule", {})
    status, log = runner.run()
    assert status == 2
    assert "set the input `snapshot`" in log


def test_a_merge_queue_is_judged_like_a_push(runner: Runner) -> None:
    group = {"base_sha": runner.main, "head_sha": runner.head}
    runner.send("merge_group", {"action": "checks_requested", "merge_group": group})
    assert runner.run()[0] == 1
    assert runner.github.calls == []


def test_a_dispatch_names_its_revisions(runner: Runner) -> None:
    runner.send("workflow_dispatch", {"inputs": {"base": "main"}})
    assert runner.run()[0] == 1
    assert runner.report()["base"]["ref"] == "main"
    runner.send("star", {})
    assert runner.run(base="main", head="HEAD")[0] == 1


def test_a_closed_pull_request_gets_a_word_in_the_log(runner: Runner) -> None:
    runner.send("pull_request", {"action": "closed", "pull_request": runner.github.pulls[7]})
    status, log = runner.run()
    assert status == 0
    assert log == (
        "::notice title=Change Guardian::The pull request is closed: there is nothing to compare.\n"
    )


def test_a_broken_event_is_a_sentence(runner: Runner) -> None:
    Path(runner.environ["GITHUB_EVENT_PATH"]).write_text("{", encoding="utf-8")
    status, log = runner.run()
    assert status == 2
    assert "the event cannot be read" in log
