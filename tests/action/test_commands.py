"""Commands in comments: who may give them, what they do, and that it lasts across pushes."""

import pytest

from tests.action.runner import Runner
from tests.action.test_reports import WIDER, wider
from tests.github.state import Answer, Token

PATH = "sql/gold/refund_rate.sql"


@pytest.fixture(autouse=True)
def people(runner: Runner) -> None:
    runner.github.roles |= {
        "robin": "write", "max": "maintain", "ada": "admin", "tri": "triage", "reader": "read",
    }  # fmt: skip


@pytest.fixture
def finding(runner: Runner) -> str:
    """Return the fingerprint of the one change of a pull request that has been reported."""
    runner.commit({WIDER: wider(runner)}, "wider")
    assert runner.run()[0] == 1
    [change] = runner.report()["changes"]
    assert isinstance(change["fingerprint"], str)
    return change["fingerprint"]


def reactions(runner: Runner) -> list[str]:
    return [reaction for _, _, reaction in runner.github.reactions]


def verdict(runner: Runner) -> int:
    """Return the exit status of the next run of the pull request's own workflow."""
    runner.push(runner.head)
    return runner.run()[0]


def test_an_accepted_finding_stays_visible_and_counts_no_more(runner: Runner, finding: str) -> None:
    status, _ = runner.comment(f"/guardian accept {finding[:8]} refunds count until 2999-01-31")
    assert status == 0
    assert reactions(runner) == ["eyes", "rocket"]
    assert runner.answers == []
    [comment] = runner.comments
    for told in (finding, "refunds count", "robin", "2999-01-31"):
        assert told in comment
    assert runner.github.checks[-1]["conclusion"] == "success"
    assert verdict(runner) == 0, "it lasts across pushes"
    [change] = runner.report()["changes"]
    said = runner.github.comments[-1]["id"]
    assert change["accepted"] == {
        "reason": "refunds count", "owner": "robin", "until": "2999-01-31",
        "where": f"#issuecomment-{said}", "days_left": None, "here": False,
    }  # fmt: skip
    assert runner.outputs()["accepted"] == "1"


def test_who_deletes_the_comment_takes_it_back(runner: Runner, finding: str) -> None:
    runner.comment(f"/guardian accept {finding} refunds count")
    said = runner.github.comments.pop()
    runner.on_comment(said, "deleted")
    assert reactions(runner) == ["eyes", "rocket"], "there is nothing left to react to"
    assert runner.github.checks[-1]["conclusion"] == "failure"
    assert verdict(runner) == 1


def test_a_merge_queue_heeds_what_was_accepted(runner: Runner, finding: str) -> None:
    runner.comment(f"/guardian accept {finding[:6]} refunds count")
    group = {"base_sha": runner.main, "head_sha": runner.head}
    queue = {"head_ref": f"refs/heads/gh-readonly-queue/main/pr-7-{'a' * 40}"}
    runner.send("merge_group", {"merge_group": group | queue})
    assert runner.run()[0] == 0


STRANGERS = {
    "a stranger": ("nobody", "write"),
    "a reader": ("reader", "write"),
    "a triager": ("tri", "write"),
    "a writer where maintainers are asked for": ("robin", "maintain"),
    "a maintainer where admins are asked for": ("max", "admin"),
}


@pytest.mark.parametrize(("person", "level"), STRANGERS.values(), ids=STRANGERS)
def test_people_without_the_permission_accept_nothing(
    runner: Runner, finding: str, person: str, level: str
) -> None:
    runner.environ["INPUT_COMMAND_PERMISSION"] = level
    status, log = runner.comment(f"/guardian accept {finding} trust me", person)
    assert status == 0
    assert f"Commands are for those with permission to {level}" in log
    assert reactions(runner) == ["-1"]
    assert runner.answers == []
    assert verdict(runner) == 1


@pytest.mark.parametrize(("person", "level"), [("max", "maintain"), ("ada", "admin")])
def test_people_with_the_permission_do(
    runner: Runner, finding: str, person: str, level: str
) -> None:
    runner.environ["INPUT_COMMAND_PERMISSION"] = level
    runner.comment(f"/guardian accept {finding} agreed", person)
    assert verdict(runner) == 0


EDITS = {
    "by its author": ("robin", True, "write", 0),
    "by another": ("ada", True, "write", 1),
    "by somebody unknown, who can write": ("ada", False, "write", 0),
    "by somebody unknown, where more is asked for": ("ada", False, "admin", 1),
}


@pytest.mark.parametrize(("editor", "told", "level", "status"), EDITS.values(), ids=EDITS)
def test_an_edited_comment_counts_if_its_words_are_its_authors(
    runner: Runner, finding: str, *, editor: str, told: bool, level: str, status: int
) -> None:
    author = "robin" if level == "write" else "ada"
    said = runner.github.say("Looks fine.", author)
    runner.github.edit(said, f"/guardian accept {finding} agreed", editor)
    runner.github.tokens["secret"] = Token(graphql=told)
    runner.environ["INPUT_COMMAND_PERMISSION"] = level
    assert verdict(runner) == status


QUIET = {
    "quoted": "> /guardian accept {} agreed",
    "in code": "```\n/guardian accept {} agreed\n```",
    "asked": "Should we /guardian accept {} agreed?",
}


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_talk_of_a_command_does_nothing(runner: Runner, finding: str, text: str) -> None:
    calls = len(runner.github.calls)
    status, log = runner.comment(text.format(finding))
    assert status == 0
    assert "no command" in log
    assert len(runner.github.calls) == calls
    assert verdict(runner) == 1


ERRORS = {
    "/guardian accept {0} ": "The reason is missing",
    "/guardian acept {0} why": "did you mean",
    "/guardian accept 0123456789ab why": "No change in the report has a fingerprint",
    "/guardian accept {0} why until 2020-01-31": "is over, so it accepts nothing",
    "/guardian explain ffffff": "No change in the report has a fingerprint",
}  # fmt: skip


@pytest.mark.parametrize("text", ERRORS)
def test_a_command_that_cannot_be_followed_is_answered_in_a_sentence(
    runner: Runner, finding: str, text: str
) -> None:
    status, _ = runner.comment(text.format(finding))
    assert status == 0
    assert reactions(runner) == ["eyes", "confused"]
    [answer] = runner.answers
    assert ERRORS[text] in answer
    assert len(answer.splitlines()) == 2
    assert verdict(runner) == 1


def test_explain_tells_the_whole_story(runner: Runner, finding: str) -> None:
    before = runner.comments
    runner.comment(f"/guardian explain {finding[:7]}")
    assert reactions(runner) == ["eyes", "rocket"]
    [answer] = runner.answers
    for told in ("gold.daily_revenue", "'partially_refunded'", finding[:8], "<summary>The rule"):
        assert told in answer
    assert runner.comments == before


def test_help_and_rerun(runner: Runner, finding: str) -> None:
    runner.comment("/guardian help")
    assert "/guardian accept ID REASON" in runner.answers[0]
    runner.github.comments.clear()
    runner.comment("/guardian rerun")
    assert finding in runner.comments[0]
    assert reactions(runner) == ["eyes", "rocket"] * 2


def test_the_start_of_a_fingerprint_means_what_was_shown(runner: Runner, finding: str) -> None:
    """Who may push can make another change whose fingerprint begins as one that is accepted."""
    runner.comment(f"/guardian accept {finding[:6]} refunds count")
    assert verdict(runner) == 0
    [ours] = [one for one in runner.github.comments if "<!-- change-guardian" in one["body"]]
    ours["body"] = "All of it is forgotten."
    assert verdict(runner) == 1


def test_an_acceptance_that_has_ended_is_a_finding(runner: Runner, finding: str) -> None:
    runner.github.say(f"/guardian accept {finding} for a while until 2020-01-31", "robin")
    assert verdict(runner) == 1
    changes = {change["rule"]: change for change in runner.report()["changes"]}
    assert changes["acceptance-expired"]["location"]["file"] == WIDER
    assert changes["rows-changed"]["accepted"] is None


def test_without_the_comment_the_whole_fingerprint_is_asked_for(
    runner: Runner, finding: str
) -> None:
    runner.environ["INPUT_COMMENT"] = "false"
    runner.github.comments.clear()
    runner.comment(f"/guardian accept {finding[:8]} agreed")
    assert f"write all 16 digits, `{finding}`" in runner.answers[0]
    runner.comment(f"/guardian accept {finding} agreed")
    assert verdict(runner) == 0


def test_a_conversation_that_cannot_be_read_accepts_nothing(runner: Runner, finding: str) -> None:
    runner.github.say(f"/guardian accept {finding} agreed", "robin")

    def storm(method: str, path: str) -> Answer | None:
        closed = method == "GET" and path.endswith("/comments")
        return Answer(403, {"message": "Resource not accessible"}) if closed else None

    runner.github.weather = storm
    runner.push(runner.head)
    status, log = runner.run()
    assert status == 1
    assert "::warning title=Change Guardian::What the conversation accepts does not count" in log


def test_commands_need_a_token_and_a_report(runner: Runner, finding: str) -> None:
    runner.environ["INPUT_GITHUB-TOKEN"] = ""
    status, log = runner.comment("/guardian rerun")
    assert status == 2
    assert "commands need the input `github-token`" in log
    runner.environ["INPUT_GITHUB-TOKEN"] = "secret"
    runner.github.pulls[7]["head"]["sha"] = "c" * 40
    status, _ = runner.comment(f"/guardian accept {finding} agreed")
    assert status == 2
    assert "There is no report" in runner.answers[0]
    assert reactions(runner) == ["eyes", "confused"]


def test_a_token_that_may_not_react_still_makes_the_report(runner: Runner, finding: str) -> None:
    runner.github.tokens["secret"] = Token(writes=frozenset({"comments"}))
    status, log = runner.comment(f"/guardian accept {finding} agreed")
    assert status == 0
    assert "The answer could not be written" in log
    assert "agreed" in runner.comments[0]


def test_a_crowd_of_strangers_costs_few_questions(runner: Runner, finding: str) -> None:
    for number in range(60):
        runner.github.say(f"/guardian accept {finding} agreed", f"stranger{number % 40}")
    assert verdict(runner) == 1
    asked = [path for _, path in runner.github.calls if path.endswith("/permission")]
    assert len(asked) <= 30
