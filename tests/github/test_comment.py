"""One comment on a pull request, whoever else writes there: each call judged by GitHub's rules."""

import random
import threading
import time
from collections.abc import Iterable

import pytest

from guardian import github
from guardian.errors import ServiceError
from guardian.render import memory
from guardian.render.memory import MARKER, Memory
from tests.github.state import GitHub, Token

HEAD = "f" * 40
PULL = github.PullNumber("shop/lakehouse", 7, HEAD)
BOT = "github-actions[bot]"


def text(now: Memory, words: str = "") -> str:
    return f"{words}\n{MARKER}\n{memory.written(now)}\n"


def put(hub: GitHub, run: int = 1, words: str = "Revenue.", *, first: bool = True) -> str | None:
    now = Memory(run=run, attempt=1, head=HEAD)
    client = github.connect("secret", f"{hub.address}{hub.prefix}", pause=0)
    return github.put_comment(client, PULL, lambda _: text(now, words), now=now, first=first)


def said(hub: GitHub) -> list[str]:
    """Return the first line of each of our comments."""
    return [one["body"].partition("\n")[0] for one in hub.comments if MARKER in one["body"]]


@pytest.fixture(autouse=True)
def impatient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for other runs only where there are some."""
    if "race" not in request.node.name:
        monkeypatch.setattr("guardian.github.comment._SETTLED", 0)


def test_it_is_made_once_and_then_edited_in_place(hub: GitHub) -> None:
    made = put(hub)
    assert made is not None
    assert put(hub, 2, "All clear.", first=False) == made
    assert said(hub) == ["All clear."]
    assert [method for method, _ in hub.written()] == ["POST", "PATCH"]


def test_nothing_is_said_of_a_clean_pull_request(hub: GitHub) -> None:
    assert put(hub, first=False) is None
    assert hub.written() == []


def test_it_is_found_on_the_third_page(hub: GitHub) -> None:
    for number in range(205):
        hub.say(f"comment {number}")
    hub.say(text(Memory(run=1, head=HEAD), "old"), BOT)
    put(hub, 2)
    assert said(hub) == ["Revenue."]
    pages = [path for method, path in hub.calls if method == "GET" and path.endswith("/comments")]
    assert len(pages) == 2 * 3


def test_a_users_comment_with_our_marker_is_not_ours(hub: GitHub) -> None:
    forged = text(Memory(run=99, head=HEAD), "forged")
    hub.say(forged, "mallory")
    hub.say(forged, None)
    put(hub)
    put(hub, 2, "Again.")
    assert said(hub) == ["forged", "forged", "Again."]


@pytest.mark.parametrize(
    "token",
    [
        Token(BOT),
        Token("shop-guardian[bot]"),
        Token("guardian-user", user=True),
        Token("guardian-user", user=True, graphql=False),
        Token(BOT, graphql=False),
        Token("shop-guardian[bot]", graphql=False),
    ],
    ids=["workflow", "app", "person", "person-no-graphql", "workflow-no-graphql", "app-no-name"],
)
def test_whoever_the_token_speaks_for_has_one_comment(hub: GitHub, token: Token) -> None:
    hub.tokens["secret"] = token
    put(hub)
    put(hub, 2, "Again.")
    assert said(hub) == ["Again."]


def test_what_it_remembers_is_handed_on(hub: GitHub) -> None:
    put(hub, 3)
    handed: list[Memory | None] = []

    def body(earlier: Memory | None) -> str:
        handed.append(earlier)
        return text(Memory(run=4, head=HEAD))

    client = github.connect("secret", hub.address, pause=0)
    github.put_comment(client, PULL, body, now=Memory(run=4, head=HEAD), first=True)
    assert handed == [Memory(run=3, attempt=1, head=HEAD)]


def test_a_newer_runs_words_stay(hub: GitHub) -> None:
    address = put(hub, 8, "newer")
    assert put(hub, 7, "older") == address
    assert said(hub) == ["newer"]


def test_a_later_attempt_is_newer(hub: GitHub) -> None:
    hub.say(text(Memory(run=8, attempt=2, head=HEAD), "second attempt"), BOT)
    put(hub, 8, "first attempt")
    assert said(hub) == ["second attempt"]


def test_numbers_of_a_workflow_that_was_renamed_mean_nothing(hub: GitHub) -> None:
    hub.say(text(Memory(run=250, attempt=1, head="e" * 40), "of another commit"), BOT)
    put(hub, 1)
    assert said(hub) == ["Revenue."]


def test_a_pull_request_that_moved_on_is_left_alone(hub: GitHub) -> None:
    hub.open_pull(7, head="e" * 40)
    assert put(hub) is None
    assert hub.written() == []


def test_of_several_the_oldest_stays(hub: GitHub) -> None:
    for number in range(3):
        hub.say(text(Memory(run=number, head=HEAD), f"run {number}"), BOT)
    put(hub, 9)
    assert said(hub) == ["Revenue."]
    assert hub.comments[0]["id"] == 1001


def test_a_newer_runs_words_are_not_lost_with_an_extra_comment(hub: GitHub) -> None:
    for number in (3, 8, 5):
        hub.say(text(Memory(run=number, head=HEAD), f"run {number}"), BOT)
    put(hub, 7)
    assert said(hub) == ["run 3", "run 8"]
    put(hub, 9, "run 9")
    assert said(hub) == ["run 9"]


def test_a_body_that_is_too_long_is_refused_in_a_sentence(hub: GitHub) -> None:
    with pytest.raises(ServiceError, match="body is too long"):
        put(hub, words="x" * 70_000)


def test_a_read_only_token_is_told_which_permission_it_lacks(hub: GitHub) -> None:
    hub.tokens["secret"] = Token(BOT, writes=frozenset())
    with pytest.raises(github.PermissionMissingError, match="pull-requests: write"):
        put(hub)


def test_an_enterprise_server_has_a_prefix(hub: GitHub) -> None:
    hub.prefix = "/api/v3"
    hub.say("robin's")
    for number in range(120):
        hub.say(f"comment {number}")
    put(hub)
    put(hub, 2, "Again.")
    assert said(hub) == ["Again."]


def test_a_fork_that_was_deleted_still_has_its_pull_request(plain: GitHub) -> None:
    plain.open_pull(7, head=HEAD, source=None)
    put(plain)
    assert said(plain) == ["Revenue."]


@pytest.mark.parametrize("there", ["nothing", "a-comment"])
@pytest.mark.parametrize("runs", [2, 8])
def test_a_race_ends_with_one_comment_of_the_newest(plain: GitHub, runs: int, there: str) -> None:
    if there == "a-comment":
        plain.say(text(Memory(run=1, head=HEAD), "run 1"), BOT)
    chance = random.Random(runs)
    plain.latency = lambda _method, _path: chance.uniform(0, 0.2)
    at_once(plain, range(2, 2 + runs))
    assert said(plain) == [f"run {runs + 1}"]


def test_a_race_that_the_older_run_wins_is_repaired(plain: GitHub) -> None:
    """Both have read before either writes, and the older one writes last."""
    plain.say(text(Memory(run=1, head=HEAD), "run 1"), BOT)
    held, released = threading.Event(), threading.Event()

    def latency(method: str, _: str) -> float:
        if method == "PATCH" and not held.is_set():
            held.set()
            released.wait(10)
        return 0

    plain.latency = latency
    older = threading.Thread(target=put, args=(plain, 2, "run 2"))
    newer = threading.Thread(target=put, args=(plain, 3, "run 3"))
    older.start()
    held.wait(10)
    newer.start()
    while not plain.written():
        time.sleep(0.01)
    time.sleep(0.4)
    released.set()
    older.join()
    newer.join()
    assert said(plain) == ["run 3"]
    assert len(plain.written()) == 3


def at_once(hub: GitHub, runs: Iterable[int]) -> None:
    threads = [threading.Thread(target=put, args=(hub, run, f"run {run}")) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
