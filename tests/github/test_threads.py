"""A pull request's thread: what people wrote, what they may do, and what we answer."""

import pytest

from guardian import github
from guardian.errors import ServiceError
from guardian.github import editors, runs, threads
from tests.github.state import GitHub, Token

REPOSITORY = "shop/lakehouse"


@pytest.fixture
def client(hub: GitHub) -> github.Client:
    return github.connect("secret", hub.address, pause=0)


def test_remarks_come_oldest_first_over_all_pages(hub: GitHub, client: github.Client) -> None:
    for number in range(205):
        hub.say(f"comment {number}", "robin" if number else None)
    hub.edit(hub.comments[3], "other words", "admin")
    found = threads.remarks(client, REPOSITORY, 7)
    assert [remark.body for remark in found][:4] == [
        "comment 0", "comment 1", "comment 2", "other words",
    ]  # fmt: skip
    assert len(found) == 205
    assert (found[0].author, found[1].author) == (None, "robin")
    assert [remark.edited for remark in found[:4]] == [False, False, False, True]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("admin", "admin"),
        ("maintain", "maintain"),
        ("write", "write"),
        ("triage", "triage"),
        ("read", "read"),
        ("data-steward", "write"),  # an organisation's own role, made from `write`
        (None, "none"),
    ],
)
def test_a_permission_is_asked_for(
    hub: GitHub, client: github.Client, role: str | None, expected: str
) -> None:
    if role:
        hub.roles["robin"] = role
    assert threads.permission(client, REPOSITORY, "robin") == expected


@pytest.mark.parametrize("name", ["../admin", "a/b", "robin?x=1", "ro bin", "róbin"])
def test_a_strange_name_stays_a_name(hub: GitHub, client: github.Client, name: str) -> None:
    hub.roles["admin"] = "admin"
    assert threads.permission(client, REPOSITORY, name) == "none"
    assert all("collaborators" in path for _, path in hub.calls)


def test_a_reaction_counts_once(hub: GitHub, client: github.Client) -> None:
    comment = hub.say("/guardian help")
    threads.react(client, REPOSITORY, comment["id"], "eyes")
    threads.react(client, REPOSITORY, comment["id"], "eyes")
    assert hub.reactions == [(comment["id"], "github-actions[bot]", "eyes")]


def test_a_reply_is_a_comment(hub: GitHub, client: github.Client) -> None:
    assert "#issuecomment-" in threads.reply(client, REPOSITORY, 7, "No finding is called `ab`.")
    assert hub.comments[-1]["body"] == "No finding is called `ab`."


def test_whoever_may_not_answer_is_told_so(hub: GitHub, client: github.Client) -> None:
    hub.tokens["secret"] = Token(writes=frozenset())
    comment = hub.say("/guardian help")
    with pytest.raises(github.PermissionMissingError):
        threads.react(client, REPOSITORY, comment["id"], "eyes")
    with pytest.raises(github.PermissionMissingError):
        threads.reply(client, REPOSITORY, 7, "?")


def test_a_pull_request_is_found_by_its_commit(hub: GitHub, client: github.Client) -> None:
    hub.open_pull(8, head="a" * 40, source="stranger/lakehouse")
    hub.open_pull(9, head="c" * 40)
    hub.pulls[9]["state"] = "closed"
    [found] = threads.pulls_at(client, REPOSITORY, "a" * 40)
    assert (found.number, found.source) == (8, "stranger/lakehouse")
    assert threads.pulls_at(client, REPOSITORY, "a" * 40, "stranger:feature") == [found]
    assert threads.pulls_at(client, REPOSITORY, "c" * 40) == []
    assert threads.pull(client, REPOSITORY, 8) == found


def test_a_deleted_fork_is_no_source(plain: GitHub) -> None:
    plain.open_pull(8, head="a" * 40, source=None)
    client = github.connect("secret", plain.address, pause=0)
    assert threads.pull(client, REPOSITORY, 8).source is None


def test_who_has_edited_a_comment_is_known(hub: GitHub, client: github.Client) -> None:
    own, edited, others = (hub.say("words", "robin") for _ in range(3))
    hub.edit(edited, "better words", "robin")
    hub.edit(others, "other words", "admin")
    nodes = [remark.node for remark in threads.remarks(client, REPOSITORY, 7)]
    assert editors.own_words(client, nodes) == {f"IC_{one['id']}" for one in (own, edited)}


def test_an_artifact_is_fetched_without_the_token(plain: GitHub) -> None:
    client = github.connect("secret", plain.address, pause=0)
    plain.artifacts[5] = {"other": b"no", "report": b"PK the archive"}
    assert runs.artifact(client, REPOSITORY, 5, "report", 100) == b"PK the archive"
    assert runs.artifact(client, REPOSITORY, 6, "report", 100) is None
    with pytest.raises(ServiceError, match="larger than 5 bytes"):
        runs.artifact(client, REPOSITORY, 5, "report", 5)


def test_a_merge_base_is_asked_for(hub: GitHub, client: github.Client) -> None:
    hub.merge_base = "d" * 40
    assert runs.merge_base(client, REPOSITORY, "a" * 40, "c" * 40) == "d" * 40
