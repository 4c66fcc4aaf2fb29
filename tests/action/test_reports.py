"""`guardian action` on a pull request: what it says, where, and with which exit status."""

import json
from pathlib import Path

import pytest
from git import Repo

from guardian import demo
from guardian.render.memory import MARKER
from tests.action.runner import Runner
from tests.github.state import Token

WIDER = "sql/gold/daily_revenue.sql"


def wider(runner: Runner) -> str:
    text = (runner.root / WIDER).read_text(encoding="utf-8")
    changed = text.replace("'shipped'", "'shipped', 'partially_refunded'")
    assert changed != text
    return changed


def test_a_risky_pull_request_gets_one_comment_one_check_and_fails(runner: Runner) -> None:
    status, log = runner.run()
    again, _ = runner.run()
    assert (status, again) == (1, 1)
    [comment] = runner.comments
    assert MARKER in comment
    assert "silver.customers" in comment
    assert "silver.customers" in runner.summary()
    [check] = runner.github.checks
    assert (check["conclusion"], check["head_sha"]) == ("failure", runner.head)
    assert runner.github.annotations[check["id"]]
    assert "::error file=" not in log, "the check's annotations stand at the same lines"


def test_outputs_say_what_was_found(runner: Runner) -> None:
    runner.run()
    outputs = runner.outputs()
    report = runner.report()
    assert outputs["severity"] == report["severity"]
    assert outputs["changes"] == str(len(report["changes"]))
    assert outputs["accepted"] == "0"
    assert report["base"] == {"ref": "main", "commit": runner.main}
    assert report["head"] == {"ref": "feature", "commit": runner.head}
    assert "silver.customers" in outputs["report-markdown"]
    assert outputs["sarif-file"] == outputs["html-file"] == outputs["report-file"] == ""


def test_the_threshold_is_the_workflows_to_choose(runner: Runner) -> None:
    assert runner.run(fail_on="never")[0] == 0
    assert runner.github.checks[0]["conclusion"] == "neutral"
    status, log = runner.run(fail_on="always")
    assert status == 2
    assert "::error title=Change Guardian::the input `fail-on` cannot be `always`" in log


def test_nothing_is_said_of_a_change_that_alters_nothing(runner: Runner) -> None:
    text = (runner.root / "sql/gold/refund_rate.sql").read_text(encoding="utf-8")
    runner.commit({"sql/gold/refund_rate.sql": f"-- a remark\n{text}"}, "remark")
    assert runner.run()[0] == 0
    assert runner.comments == []
    assert runner.github.checks[0]["conclusion"] == "success"
    outputs = runner.outputs()
    found = [outputs[name] for name in ("severity", "changes", "accepted", "report-markdown")]
    assert found == ["none", "0", "0", ""]


def test_an_earlier_comment_says_that_all_is_clear(runner: Runner) -> None:
    runner.run()
    runner.commit({"README.md": "# Lakehouse\n"}, "fixed")
    assert runner.run()[0] == 0
    [comment] = runner.comments
    assert MARKER in comment
    assert "**critical**" not in comment


def test_a_fork_gets_the_summary_and_the_same_verdict(runner: Runner) -> None:
    runner.github.tokens["secret"] = Token(writes=frozenset())
    status, log = runner.run()
    assert status == 1
    assert runner.github.comments == runner.github.checks == []
    for what in ("comment", "check"):
        assert f"No {what}, the report is in the job's summary" in log
    assert "::error file=jobs/silver_customers.py,line=" in log
    assert "silver.customers" in runner.summary()


def test_a_token_that_is_refused_does_not_change_the_verdict(runner: Runner) -> None:
    runner.environ["INPUT_GITHUB-TOKEN"] = "expired"
    status, log = runner.run()
    assert status == 1
    assert "::warning title=Change Guardian::The comment could not be written" in log


def test_comment_check_and_annotations_can_be_switched_off(runner: Runner) -> None:
    _, log = runner.run(comment="false", annotations="false", check="false")
    assert runner.github.written() == []
    assert "::error file" not in log


def test_the_configuration_of_the_base_counts(runner: Runner) -> None:
    runner.repo.head.reference = runner.repo.heads[demo.BRANCH]
    silence = "version: 1\nfail_on: never\nexclude: ['**']\n"
    (runner.root / "guardian.yml").write_text(silence, encoding="utf-8")
    runner.repo.index.add(["guardian.yml"])
    runner.push(runner.repo.index.commit("silence").hexsha)
    assert runner.run()[0] == 1


def test_an_acceptance_in_the_code_is_shown_as_new_and_passes(runner: Runner) -> None:
    runner.commit({WIDER: wider(runner)}, "wider")
    assert runner.run()[0] == 1
    note = "-- guardian: accept rows-changed, reason: refunds count, owner: finance\n"
    runner.commit({WIDER: note + wider(runner)}, "agreed")
    status, log = runner.run()
    assert status == 0
    assert "::error file" not in log
    assert (runner.outputs()["changes"], runner.outputs()["accepted"]) == ("0", "1")
    [comment] = runner.comments
    assert "refunds count" in comment
    assert "finance" in comment


def test_the_base_is_where_the_branch_left(runner: Runner) -> None:
    left = runner.main
    runner.repo.head.reference = runner.repo.heads["main"]
    runner.repo.index.commit("main moves on")
    runner.push(runner.head)
    runner.run()
    assert runner.report()["base"]["commit"] == left


def test_files_are_written_where_the_workflow_wants_them(runner: Runner, tmp_path: Path) -> None:
    page = tmp_path / "out" / "report.html"
    runner.run(report_file="out/report.json", sarif_file="out/guardian.sarif", html_file=str(page))
    outputs = runner.outputs()
    assert outputs["sarif-file"] == "out/guardian.sarif"
    written = json.loads((runner.root / "out/guardian.sarif").read_text(encoding="utf-8"))
    assert written["version"] == "2.1.0"
    assert json.loads((runner.root / "out/report.json").read_bytes()) == runner.report()
    assert "silver.customers" in page.read_text(encoding="utf-8")


def test_a_link_in_the_checkout_leads_no_file_elsewhere(runner: Runner, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("kept", encoding="utf-8")
    (runner.root / "report.json").symlink_to(secret)
    (runner.root / "out").symlink_to(tmp_path)
    assert runner.run(report_file="report.json")[0] == 1
    assert secret.read_text(encoding="utf-8") == "kept"
    assert json.loads((runner.root / "report.json").read_bytes())
    for outside in ("out/report.json", "../report.json"):
        status, log = runner.run(report_file=outside)
        assert status == 2
        assert "lies outside of what is checked out" in log


def test_a_newer_run_keeps_the_last_word(runner: Runner) -> None:
    runner.run()
    [told] = runner.comments
    runner.environ["GITHUB_RUN_ID"] = "3"
    runner.run(fail_on="never")
    assert runner.comments == [told]


@pytest.mark.parametrize("asks", [True, False], ids=["asking GitHub", "without a token"])
def test_a_shallow_clone_fetches_what_it_needs(
    runner: Runner, tmp_path: Path, *, asks: bool
) -> None:
    shallow = tmp_path / "shallow"
    Repo.clone_from(f"file://{runner.root}", shallow, depth=1, branch=demo.BRANCH)
    runner.environ["GITHUB_WORKSPACE"] = str(shallow)
    runner.github.merge_base = runner.main
    if asks:
        assert runner.run()[0] == 1
        assert runner.report()["base"] == {"ref": "main", "commit": runner.main}
        return
    runner.environ["INPUT_GITHUB-TOKEN"] = ""
    status, log = runner.run()
    assert status == 2
    assert "fetch-depth: 0" in log


def test_a_commit_that_cannot_be_fetched_is_told_the_remedy(runner: Runner) -> None:
    runner.push("--upload-pack=touch /tmp/pwned")
    assert runner.run()[0] == 2
    runner.push("c" * 40)
    status, log = runner.run()
    assert status == 2
    assert "`cccccccccccc` cannot be fetched" in log
    assert "fetch-depth: 0" in log
