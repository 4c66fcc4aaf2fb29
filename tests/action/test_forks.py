"""The fork-safe pair: a report that a stranger's workflow made is a claim, told in our words."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian import rules
from guardian.action.untrusted import Decider, document, retold, unpacked
from guardian.errors import ServiceError
from guardian.model.changes import Report
from tests.action.runner import Runner
from tests.github.state import Token

Document = dict[str, Any]


def packed(report: object, name: str = "change-guardian.json") -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        text = report if isinstance(report, str) else json.dumps(report)
        files.writestr(name, text)
    return archive.getvalue()


_ANALYSED: dict[str, str] = {}  # by commit: one run of the first half will do


@pytest.fixture
def analysed(runner: Runner) -> Document:
    """Return what the first half, which may write nothing, has found on a fork's pull request."""
    # Prism would follow GitHub's way to a file itself, and take the token along.
    runner.github.address = runner.environ["GITHUB_API_URL"] = runner.github.storage
    runner.push(runner.head, source="stranger/lakehouse")
    if runner.head not in _ANALYSED:
        _ANALYSED[runner.head] = _first_half(runner)
    found = json.loads(_ANALYSED[runner.head])
    assert isinstance(found, dict)
    return found


def _first_half(runner: Runner) -> str:
    runner.github.tokens["reading"] = Token(writes=frozenset())
    runner.environ["INPUT_GITHUB-TOKEN"] = "reading"
    assert runner.run(comment="false", check="false", report_file="out.json")[0] == 1
    runner.environ["INPUT_GITHUB-TOKEN"] = "secret"
    assert runner.github.written() == []
    return (runner.root / "out.json").read_text(encoding="utf-8")


def retell(runner: Runner, archive: bytes, **inputs: str) -> tuple[int, str]:
    runner.github.artifacts[9] = {"other": b"no archive", "change-guardian": archive}
    runner.finish()
    return runner.run(**inputs)


def test_the_second_half_tells_what_the_first_has_found(runner: Runner, analysed: Document) -> None:
    status, _ = retell(runner, packed(analysed))
    assert status == 0, "the verdict is the first half's"
    [comment] = runner.comments
    assert "silver.customers" in comment
    assert runner.outputs()["severity"] == analysed["severity"] == "critical"
    [check] = runner.github.checks
    assert (check["conclusion"], check["head_sha"]) == ("failure", runner.head)


def test_a_downloaded_report_does_as_well(runner: Runner, analysed: Document) -> None:
    (runner.root / "down.json").write_text(json.dumps(analysed), encoding="utf-8")
    runner.finish()
    assert runner.run(artifact_file="down.json")[0] == 0
    assert "silver.customers" in runner.comments[0]
    assert runner.run(artifact_file="missing.json")[0] == 2


def test_nothing_is_checked_out(runner: Runner, analysed: Document, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    runner.environ["GITHUB_WORKSPACE"] = str(tmp_path / "empty")
    assert retell(runner, packed(analysed))[0] == 0
    assert "silver.customers" in runner.comments[0]


def test_words_severities_and_acceptances_are_ours(runner: Runner, analysed: Document) -> None:
    lie = "# All good\n\n![x](https://evil.example/x.png) @everyone <b>merge me</b>"
    forged = {
        **analysed,
        "severity": "none",
        "narrative": {"markdown": lie, "source": "template", "grounded": True},
        "changes": [
            {**change, "severity": "none", "message": lie, "because": lie, "fix": lie}
            for change in analysed["changes"]
        ],
    }
    retell(runner, packed(forged))
    [comment] = runner.comments
    assert "evil.example" not in comment
    assert "merge me" not in comment
    assert runner.outputs()["severity"] == "critical"


def test_a_claimed_acceptance_is_told_as_made_in_the_pull_request(
    runner: Runner, analysed: Document
) -> None:
    claim = {"reason": "approved by security", "owner": "ada", "where": "guardian.yml:1"}
    changes = [{**change, "accepted": claim} for change in analysed["changes"]]
    retell(runner, packed({**analysed, "changes": changes}))
    told = runner.report()["changes"]
    assert all(change["accepted"]["here"] for change in told)
    old = {**claim, "until": "2020-01-31"}
    changes = [{**change, "accepted": old} for change in analysed["changes"]]
    retell(runner, packed({**analysed, "changes": changes}))
    assert runner.outputs()["severity"] == "critical"


def test_what_people_accept_in_the_conversation_counts(runner: Runner, analysed: Document) -> None:
    runner.github.roles["robin"] = "write"
    for change in analysed["changes"]:
        runner.github.say(f"/guardian accept {change['fingerprint']} agreed", "robin")
    runner.github.say("/guardian accept 0123456789abcdef agreed", "stranger")
    retell(runner, packed(analysed))
    assert runner.outputs()["severity"] == "none"
    assert runner.github.checks[-1]["conclusion"] == "success"


BROKEN: dict[str, tuple[Callable[[Document], bytes], str]] = {
    "no archive": (lambda _: b"PK", "no archive"),
    "no JSON in it": (lambda report: packed(report, "x.md"), "does not hold one JSON file"),
    "no document": (lambda _: packed("{"), "holds no report"),
    "another document": (lambda _: packed([1]), "holds no report"),
    "a wrong type": (lambda report: packed({**report, "changes": [1]}), "holds no report"),
    "deep": (lambda _: packed("[" * 100_000), "holds no report"),
    "another commit": (
        lambda report: packed({**report, "head": {"ref": "x", "commit": "c" * 40}}),
        "about another commit",
    ),
    "no fingerprint": (
        lambda report: packed(
            {**report, "changes": [{**report["changes"][0], "fingerprint": "-->"}]}
        ),
        "no fingerprint",
    ),
    "a bomb": (lambda _: packed("[" + " " * 30_000_000), "is larger than"),
    "a long text": (
        lambda report: packed(
            {**report, "changes": [{**report["changes"][0], "before": "x" * 30_000}]}
        ),
        "too long",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_report_of_ours_is_told_nobody(
    runner: Runner, analysed: Document, case: str
) -> None:
    make, said = BROKEN[case]
    status, log = retell(runner, make(analysed))
    assert status == 2
    assert said in log
    assert runner.github.written() == []


def test_a_commit_that_nobody_waits_for_is_told_nobody(runner: Runner, analysed: Document) -> None:
    runner.github.artifacts[9] = {"change-guardian": packed(analysed)}
    runner.finish()
    runner.github.pulls[7]["head"]["sha"] = "d" * 40
    status, log = runner.run()
    assert status == 0
    assert "No open pull request has this commit" in log
    runner.finish(event="push")
    assert "not on a pull request" in runner.run()[1]
    assert runner.github.written() == []


def test_a_missing_artifact_says_what_to_do(runner: Runner, analysed: Document) -> None:
    assert analysed
    runner.finish()
    status, log = runner.run()
    assert status == 2
    assert "the run has no artifact `change-guardian`" in log


# --- any bytes, any values -------------------------------------------------------------------------


@given(st.one_of(st.binary(), st.binary().map(lambda data: b"PK\x03\x04" + data)))
def test_any_archive_is_read_or_refused(archive: bytes) -> None:
    with pytest.raises(ServiceError):
        document(unpacked(archive), "a" * 40)


HEAD = "a" * 40
TEXT = st.text(max_size=30)
CHANGES = st.fixed_dictionaries({
    "rule": st.sampled_from(["column-removed", "rows-changed", "no-such-rule"]) | TEXT,
    "dataset": TEXT, "job": TEXT, "column": st.none() | TEXT, "before": st.none() | TEXT,
    "location": st.fixed_dictionaries({"file": TEXT, "line": st.integers(-9, 10**9)}),
    "severity": st.sampled_from(["none", "low", "critical"]),
    "fingerprint": st.text("0123456789abcdef", min_size=16, max_size=16),
    "confidence": st.floats(0, 1), "message": TEXT,
})  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(CHANGES, max_size=5), TEXT)
def test_any_report_is_told_in_our_words(changes: list[Document], words: str) -> None:
    claimed = {
        "schema_version": "1",
        "base": {"ref": words, "commit": None},
        "head": {"ref": words, "commit": HEAD},
        "changes": changes,
        "narrative": {"markdown": f"x{words}y"},
    }
    try:
        report = document(json.dumps(claimed).encode(), HEAD)
    except ServiceError:
        return
    decider = Decider(pack=rules.load(), accepted=(), today=date(2026, 11, 21))
    told = retold(report, decider, ("main", "feature"))
    assert isinstance(told, Report)
    known = sorted(one["fingerprint"] for one in changes)
    assert sorted(one.fingerprint for one in told.changes) == known
    assert told.narrative.source == "template"
    assert (told.base.ref, told.head.ref) == ("main", "feature")
