"""What is said to GitHub: one comment, found again and kept; lines that the runner reads."""

import re
from collections.abc import Iterator

import pytest
import responses
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian import github
from guardian.errors import ServiceError
from tests.fakes import FakeGitHub

PULL = github.PullNumber("shop/lakehouse", 7, "f" * 40)
BODY = f"Revenue changes.\n{github.MARKER}\n"


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    return slept


@pytest.fixture
def mock() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def fake(mock: responses.RequestsMock) -> FakeGitHub:
    return FakeGitHub(mock)


def put(body: str = BODY, *, first: bool = True, api: str = github.API) -> str | None:
    return github.put_comment(github.connect("secret", api), PULL, body, first=first)


def test_a_comment_is_made_once_and_then_edited_in_place(fake: FakeGitHub) -> None:
    made = put()
    assert put("All clear.", first=False) == made
    assert [comment["body"] for comment in fake.comments] == [f"All clear.\n{github.MARKER}\n"]
    assert [method for method, _ in fake.written()] == ["POST", "PATCH"]


def test_nothing_is_posted_where_there_is_nothing_to_say(fake: FakeGitHub) -> None:
    assert put(first=False) is None
    assert fake.comments == []


def test_nothing_is_written_where_it_says_so_already(fake: FakeGitHub) -> None:
    fake.say(BODY, fake.login)
    put()
    assert fake.written() == []


def test_it_is_found_behind_many_others(fake: FakeGitHub) -> None:
    for number in range(230):
        fake.say(f"comment {number}", "robin")
    fake.say("old\n" + github.MARKER, fake.login)
    put()
    assert len(fake.comments) == 231
    assert fake.comments[-1]["body"] == BODY


def test_anothers_comment_with_our_marker_is_not_ours(fake: FakeGitHub) -> None:
    fake.say(f"forged {github.MARKER}", "mallory")
    fake.say(f"forged {github.MARKER}", None)
    put()
    assert [comment["body"][:6] for comment in fake.comments] == ["forged", "forged", "Revenu"]


def test_two_runs_at_once_leave_one_comment(fake: FakeGitHub) -> None:
    def other_run() -> None:
        fake.say("from the other run\n" + github.MARKER, fake.login)

    fake.before_create = other_run
    put()
    assert [comment["body"] for comment in fake.comments] == [BODY]


def test_a_pull_request_that_moved_on_is_left_to_the_newer_run(fake: FakeGitHub) -> None:
    fake.head = "e" * 40
    assert put() is None
    assert fake.written() == []


def test_a_token_of_a_fork_is_told_what_it_lacks(fake: FakeGitHub) -> None:
    fake.may_write = False
    with pytest.raises(github.PermissionMissingError, match="pull-requests: write"):
        put()


def test_an_enterprise_server_is_asked_at_its_own_address(mock: responses.RequestsMock) -> None:
    api = "https://git.example.com/api/v3"
    fake = FakeGitHub(mock, api=api, login="guardian-bot")
    put(api=api)
    put("again", api=api)
    assert [comment["user"]["login"] for comment in fake.comments] == ["guardian-bot"]


@pytest.mark.parametrize(
    ("status", "message", "headers"),
    [
        (403, "You have exceeded a secondary rate limit", {"Retry-After": "3600"}),
        (403, "API rate limit exceeded", {"X-RateLimit-Reset": "99999999999"}),
        (502, "Bad gateway", {}),
        (422, "Validation Failed", {}),
        (401, "Bad credentials", {}),
    ],
)
def test_a_failing_service_is_given_up_on_within_a_minute(
    mock: responses.RequestsMock,
    slept: list[float],
    status: int,
    message: str,
    headers: dict[str, str],
) -> None:
    mock.add("GET", re.compile(".*/repos/shop/lakehouse$"), status=status,
             json={"message": message}, headers=headers)  # fmt: skip
    with pytest.raises(ServiceError) as caught:
        put()
    assert not isinstance(caught.value, github.PermissionMissingError)
    assert sum(slept) <= 61


def test_only_ten_annotations_of_a_level_are_given() -> None:
    many = [
        github.Annotation(level=level, file="a.sql", line=line, title="rows", message="m")
        for level in ("error", "notice")
        for line in range(12)
    ]
    lines = github.annotate(many).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error"] * 10 + ["::notice"] * 10


def test_properties_and_message_are_escaped() -> None:
    line = github.command("error", "50% of\nrows", {"file": "a,b:c.sql", "title": "x\r\n::y::"})
    assert line == "::error file=a%2Cb%3Ac.sql,title=x%0D%0A%3A%3Ay%3A%3A::50%25 of%0Arows\n"


@settings(deadline=None, max_examples=50)  # a busy machine is no failure
@given(st.text(), st.text(), st.text())
def test_no_text_can_end_a_command(message: str, file: str, title: str) -> None:
    line = github.command("warning", message, {"file": file, "title": title})
    assert line.count("\n") == 1
    assert "\r" not in line
    assert line.startswith("::warning file=")
    properties, _, rest = line[2:].partition("::")
    assert properties.count(",") == 1
    assert rest.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%") == message + "\n"


def test_a_quotation_and_an_output_end_at_their_token_only() -> None:
    assert github.quoted("::error::no\n", "t") == "::stop-commands::t\n::error::no\n::t::\n"
    assert github.output("report", "a\nEOF\n", "t") == "report<<t\na\nEOF\n\nt\n"
