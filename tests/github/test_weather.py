"""What GitHub does on a bad day costs a minute in all, and ends in one sentence that helps."""

import re
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian import github
from guardian.errors import ServiceError
from guardian.github.patience import Budget, wait_before_retry
from tests.github.state import Answer, GitHub

PULL = github.PullNumber("shop/lakehouse", 7, "f" * 40)
LIMIT = {"message": "API rate limit exceeded for installation."}
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}
NOON = "Sat, 21 Nov 2026 12:00:00 GMT"
AN_HOUR_LATER = "1795266000"


class Time:
    """A clock that moves when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def waited() -> Time:
    return Time()


@pytest.fixture
def client(plain: GitHub, waited: Time) -> github.Client:
    budget = Budget(clock=lambda: waited.now, sleep=waited.sleep)
    return github.connect("secret", plain.address, budget, pause=0)


def put(client: github.Client) -> str | None:
    return github.put_comment(client, PULL, "Revenue.", first=True)


def always(answer: Answer) -> Callable[[str, str], Answer | None]:
    return lambda _method, _path: answer


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(403, LIMIT, {"Retry-After": "3600"}), "answers 403 and asks to wait 3600 s"),
        (Answer(429, LIMIT, {"Retry-After": "3600"}), "answers 429 and asks to wait 3600 s"),
        (Answer(403, SECONDARY), "asks to wait 60 s"),
        (Answer(403, SECONDARY, {"Retry-After": "0"}), "is given up on: it answers 403"),
        (Answer(403, SECONDARY, {"Retry-After": "1"}), "is given up on: it answers 403"),
        (
            Answer(403, LIMIT, {
                "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": AN_HOUR_LATER, "Date": NOON,
            }),
            "asks to wait 3601 s",
        ),
        (Answer(502, "<html>Unicorn!</html>"), "is given up on: it answers 502"),
        (Answer(503, None, {"Retry-After": "90"}), "answers 503 and asks to wait 90 s"),
        (Answer(401, {"message": "Bad credentials"}), "the token is refused: Bad credentials"),
        (Answer(404, {"message": "Not Found"}), "not found, or hidden"),
        (Answer(403, {"message": "Resource not accessible"}), "the token may not do this"),
        (Answer(403, "<html>Blocked by your company</html>"), "the token may not do this"),
        (Answer(422, {"message": "Validation Failed", "errors": ["no"]}), "Validation Failed; no"),
        (Answer(410, ["gone"]), "GitHub answers 410: no reason given"),
        (Answer(200, "<html>Please sign in</html>"), "answers with a page, not with GitHub's JSON"),
        (Answer(302, None, {"Location": "https://example.com/"}), "https://example.com/"),
        (Answer(307, None, {"Location": ""}), "sends us astray: to nowhere"),
        (Answer(301, None, {"Location": "https://example.com/"}), "sends us astray: "),
    ],
)  # fmt: skip
def test_a_refusal_is_a_sentence(
    plain: GitHub, client: github.Client, waited: Time, answer: Answer, sentence: str
) -> None:
    plain.weather = always(answer)
    with pytest.raises(ServiceError, match=re.escape(sentence)) as caught:
        put(client)
    assert waited.now <= 60
    assert "\n" not in str(caught.value)
    assert caught.value.fix or answer.status in (410, 422)


def test_a_check_with_null_where_nobody_expects_it_is_a_sentence(
    plain: GitHub, client: github.Client
) -> None:
    plain.weather = lambda method, _: Answer(201, {"check_suite": None} if method == "POST" else {})
    check = github.Check(head=PULL.head, conclusion="success", title="t", summary="s")
    with pytest.raises(ServiceError, match="not what it should be"):
        github.put_check(client, PULL.repository, check)


@pytest.mark.usefixtures("plain")
def test_a_mistake_of_our_own_is_not_blamed_on_github(client: github.Client) -> None:
    def mistaken(_: object) -> str:
        raise TypeError("ours")

    with pytest.raises(TypeError, match="ours"):
        github.put_comment(client, PULL, mistaken, first=True)


@pytest.mark.parametrize("status", [301, 307, 308])
def test_a_circle_of_redirects_has_an_end(
    plain: GitHub, client: github.Client, status: int
) -> None:
    plain.weather = lambda _method, path: Answer(
        status, None, {"Location": f"{plain.address}{path}{'/a' if len(path) < 50 else ''}"}
    )
    with pytest.raises(ServiceError):
        put(client)
    assert len(plain.calls) < 50


def test_a_repository_that_was_renamed_is_followed(plain: GitHub, client: github.Client) -> None:
    def moved(method: str, path: str) -> Answer | None:
        if path.startswith("/repos/shop/old"):
            place = path.replace("/shop/old", "/shop/lakehouse")
            return Answer(
                301 if method == "GET" else 307, None, {"Location": plain.address + place}
            )
        return None

    plain.weather = moved
    pull = github.PullNumber("shop/old", 7, PULL.head)
    assert github.put_comment(client, pull, "Revenue.", first=True)
    assert len(plain.comments) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(502, "<html>Unicorn!</html>"),
        Answer(500, {"message": "Server Error"}),
        Answer(429, LIMIT, {"Retry-After": "7"}),
        Answer(403, SECONDARY, {"Retry-After": "2"}),
    ],
)
def test_a_burst_passes(plain: GitHub, client: github.Client, waited: Time, answer: Answer) -> None:
    storms: Iterator[Answer] = iter([answer, answer])
    plain.weather = lambda _method, _path: next(storms, None)
    assert put(client)
    assert 0 < waited.now <= 60
    assert len(plain.comments) == 1


def test_a_comment_written_behind_a_502_is_not_written_twice(
    plain: GitHub, client: github.Client
) -> None:
    lost = iter([None])

    def weather(method: str, path: str) -> Answer | None:
        if method == "POST" and "comments" in path:
            for _ in lost:
                plain.say("Revenue.\n" + github.MARKER, "github-actions[bot]")
                return Answer(502, "<html>Unicorn!</html>")
        return None

    plain.weather = weather
    put(client)
    assert len(plain.comments) == 1


def test_the_minute_is_for_the_whole_run(
    plain: GitHub, client: github.Client, waited: Time
) -> None:
    plain.weather = always(Answer(503, None, {"Retry-After": "25"}))
    check = github.Check(head=PULL.head, conclusion="success", title="t", summary="s")
    for _ in range(5):
        with pytest.raises(ServiceError):
            put(client)
        with pytest.raises(ServiceError):
            github.put_check(client, PULL.repository, check)
    assert waited.now <= 60
    assert len(plain.calls) <= 4


def test_an_answer_that_does_not_come_costs_what_is_left(plain: GitHub) -> None:
    plain.latency = lambda _method, _path: 3
    start = time.monotonic()
    client = github.connect("secret", plain.address, Budget(1.0), pause=0)
    with pytest.raises(ServiceError, match="no answer in time"):
        put(client)
    assert time.monotonic() - start < 2.5


def test_nobody_at_the_address_is_a_sentence(waited: Time) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        client = github.connect("secret", address, Budget(sleep=waited.sleep), pause=0)
        with pytest.raises(ServiceError, match="no connection"):
            put(client)
    assert waited.now <= 60


@pytest.mark.parametrize(
    "api", ["", "api.github.com", "ftp://x/", "https://", "http://a:99999999/"]
)
def test_an_address_that_is_none_is_a_sentence(api: str) -> None:
    with pytest.raises(ServiceError, match="GITHUB_API_URL"):
        github.connect("secret", api)


@settings(deadline=None)  # a busy machine is no failure
@given(
    status=st.integers(100, 599),
    headers=st.dictionaries(
        st.sampled_from(["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "date"]),
        st.text() | st.integers().map(str) | st.just("0") | st.just(NOON),
    ),
    message=st.text() | st.just("rate limit"),
    tries=st.integers(1, 10),
)
def test_no_header_makes_us_wait_less_than_nothing(
    status: int, headers: dict[str, Any], message: str, tries: int
) -> None:
    wait = wait_before_retry(status, headers, message, tries)
    assert wait is None or wait >= 0
