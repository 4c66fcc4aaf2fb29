"""The check run: its verdict, its annotations in batches, one for each commit."""

from typing import Any

import pytest

from guardian import github
from tests.github.state import GitHub, Token

HEAD = "f" * 40


def remarks(number: int, level: github.Level = "error") -> list[github.Annotation]:
    return [
        github.Annotation(level=level, file="sql/a.sql", line=line, title="high: rows", message="m")
        for line in range(1, number + 1)
    ]


def put(
    hub: GitHub,
    conclusion: github.Conclusion = "failure",
    annotations: tuple[github.Annotation, ...] | list[github.Annotation] = (),
    summary: str = "Two things to look at.",
) -> str | None:
    check = github.Check(
        head=HEAD,
        conclusion=conclusion,
        title="2 changes, the worst is high",
        summary=summary,
        annotations=annotations,
        details="https://github.com/shop/lakehouse/actions/runs/1",
    )
    client = github.connect("secret", hub.address, pause=0)
    return github.put_check(client, "shop/lakehouse", check)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ({"blocked": True, "findings": 3}, "failure"),
        ({"blocked": True, "findings": 0}, "failure"),
        ({"blocked": False, "findings": 3}, "neutral"),
        ({"blocked": False, "findings": 0}, "success"),
    ],
)
def test_the_conclusion_is_the_verdict(verdict: dict[str, Any], expected: str) -> None:
    assert github.conclusion(**verdict) == expected


def test_it_stands_at_the_commit_with_all_annotations(hub: GitHub) -> None:
    assert put(hub, annotations=remarks(120)) == "https://github.com/shop/lakehouse/runs/1001"
    [check] = hub.checks
    assert (check["head_sha"], check["conclusion"], check["status"]) == (
        HEAD,
        "failure",
        "completed",
    )
    lines = [one["start_line"] for one in hub.annotations[check["id"]]]
    assert lines == list(range(1, 121))
    assert [method for method, _ in hub.written()] == ["POST", "PATCH", "PATCH"]


@pytest.mark.parametrize(
    ("level", "expected"), [("error", "failure"), ("warning", "warning"), ("notice", "notice")]
)
def test_a_level_is_told_in_the_checks_words(
    hub: GitHub, level: github.Level, expected: str
) -> None:
    put(hub, annotations=remarks(1, level))
    [[annotation]] = hub.annotations.values()
    assert annotation["annotation_level"] == expected


def test_a_second_run_updates_the_first_ones(hub: GitHub) -> None:
    put(hub, annotations=remarks(60))
    put(hub, "neutral", annotations=remarks(62))
    [check] = hub.checks
    assert check["conclusion"] == "neutral"
    assert len(hub.annotations[check["id"]]) == 62


def test_a_new_one_takes_its_place_where_a_finding_is_gone(hub: GitHub) -> None:
    put(hub, annotations=remarks(3))
    put(hub, "success")
    old, new = hub.checks
    assert (old["name"], old["head_sha"]) == (new["name"], new["head_sha"])
    assert hub.annotations[new["id"]] == []
    put(hub, "success")
    assert len(hub.checks) == 2


def test_a_job_of_the_same_name_is_not_ours(hub: GitHub) -> None:
    put(hub)
    hub.checks[0]["external_id"] = "the job"
    put(hub, "success")
    assert [check["conclusion"] for check in hub.checks] == ["failure", "success"]


def test_no_more_are_sent_than_a_minute_allows(hub: GitHub) -> None:
    put(hub, annotations=remarks(2_000))
    [check] = hub.checks
    assert len(hub.annotations[check["id"]]) == 500
    assert check["output"]["summary"].endswith("1,500 more are not shown at their lines.")


@pytest.mark.parametrize("summary", ["x" * 70_000, "é" * 40_000])
def test_a_summary_that_is_too_long_is_elsewhere(hub: GitHub, summary: str) -> None:
    put(hub, summary=summary)
    assert hub.checks[0]["output"]["summary"] == (
        "The whole report is too long for a check: it is in the job's summary."
    )


def test_long_titles_and_messages_are_cut(hub: GitHub) -> None:
    long = github.Annotation(
        level="notice", file="a.sql", line=1, title="t" * 5_000, message="m" * 90_000
    )
    put(hub, annotations=[long])
    [[annotation]] = hub.annotations.values()
    assert len(annotation["title"]) == 255
    assert len(annotation["message"].encode()) < 64_000


def test_a_token_without_checks_is_told_so(hub: GitHub) -> None:
    hub.tokens["secret"] = Token(writes=frozenset({"comments"}))
    with pytest.raises(github.PermissionMissingError, match="`checks: write`"):
        put(hub)
