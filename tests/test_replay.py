"""What the last merges would have been told: which commits they are, and what is said of each."""

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from git import Repo

from guardian.cli import run
from guardian.sources.history import called

SCHEMA = Path(__file__).parents[1] / "docs" / "schemas" / "replay.schema.json"
ORDERS = "CREATE TABLE mart.orders AS\nSELECT id, amount{} AS net FROM raw.orders\n"
REPORT = "CREATE TABLE mart.report AS SELECT id, net FROM mart.orders\n"
SETTINGS = (
    "sql: {dialect: duckdb}\ndashboards: [{dashboard_name: Month, tables_used: [mart.report]}]\n"
)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GUARDIAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")
        monkeypatch.setenv(f"GIT_{role}_DATE", "2026-03-01T12:00:00Z")


class Branch:
    """A repository whose `main` grows by commits and by merges."""

    def __init__(self, root: Path) -> None:
        self.repo = Repo.init(root, initial_branch="main")
        self.root = root

    def commit(self, message: str, **files: str) -> None:
        for name, text in files.items():
            path = self.root / f"{name}.sql"
            path.write_text(text)
            self.repo.git.add(path.name)
        self.repo.git.commit("-q", "--allow-empty", "-m", message)

    def merge(self, message: str, **files: str) -> None:
        self.repo.git.switch("-q", "-c", "work")
        self.commit("on the way", **files)
        self.repo.git.switch("-q", "main")
        self.repo.git.merge("-q", "--no-ff", "-m", message, "work")
        self.repo.git.branch("-q", "-D", "work")


@pytest.fixture
def branch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Branch:
    made = Branch(tmp_path / "lake")
    made.commit("start", orders=ORDERS.format(""), report=REPORT)
    (made.root / "guardian.yml").write_text(SETTINGS)
    monkeypatch.chdir(made.root)
    return made


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(["replay", "--format", "json", *arguments]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validate(found, schema, cls=jsonschema.Draft202012Validator)
    return found


def titles(found: dict[str, Any]) -> list[str]:
    return [one["merge"]["title"] for one in found["merges"]]


def severities(found: dict[str, Any]) -> list[str | None]:
    return [one["severity"] for one in found["merges"]]


def test_each_merge_is_told_by_what_it_brought_in(
    branch: Branch, capsys: pytest.CaptureFixture[str]
) -> None:
    branch.merge("Merge pull request #1 from a/b\n\nMore", orders=ORDERS.format(" + 1"))
    branch.merge("Merge pull request #2 from a/b\n\nLaid out", orders=ORDERS.format("   + 1"))
    branch.merge("Merge pull request #3 from a/b\n\nDocs", notes="-- nothing\n")
    found = document(capsys)
    assert titles(found) == ["Docs", "Laid out", "More"]
    assert [one["merge"]["number"] for one in found["merges"]] == ["#3", "#2", "#1"]
    assert severities(found) == ["none", "none", "high"]
    [finding] = found["merges"][-1]["findings"]
    assert (finding["rule"], finding["column"]) == ("column-logic-changed", "net")
    assert found["merges"][-1]["impact"]["dashboards"] == ["Month"]
    assert [one["touched"] for one in found["merges"]] == [True, True, True]
    assert found["counts"] == [{"severity": "none", "merges": 2}, {"severity": "high", "merges": 1}]
    assert found["branch"]["ref"] == "main"


def test_the_same_as_a_report(branch: Branch, capsys: pytest.CaptureFixture[str]) -> None:
    for step in range(1, 5):
        branch.commit(f"step {step}", orders=ORDERS.format(f" * {step}"), report=REPORT * step)
    found = document(capsys, "--last", "4")
    for number, one in enumerate(found["merges"]):
        run(["report", "--base", f"main~{number + 1}", "--head", f"main~{number}", "-f", "json"])
        report = json.loads(capsys.readouterr().out)
        assert one["severity"] == report["severity"]
        assert [finding["fingerprint"] for finding in one["findings"]] == [
            change["fingerprint"] for change in report["changes"]
        ]


def test_squashed_pull_requests_are_commits(
    branch: Branch, capsys: pytest.CaptureFixture[str]
) -> None:
    branch.commit("Drop the amount (#7)", orders=ORDERS.format("").replace("amount", "0"))
    found = document(capsys)
    assert titles(found) == ["Drop the amount", "start"]
    assert severities(found) == ["high", None]
    assert "first commit" in found["merges"][1]["note"]


def test_commits_between_merges_are_left_out(
    branch: Branch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        branch.merge(f"merge {number}", orders=ORDERS.format(f" + {number}"))
    branch.commit("version 2")
    assert titles(document(capsys)) == ["merge 2", "merge 1", "merge 0"]
    assert titles(document(capsys, "--last", "2")) == ["merge 2", "merge 1"]


def test_a_branch_a_day_and_paths(branch: Branch, capsys: pytest.CaptureFixture[str]) -> None:
    branch.commit("report", report=f"{REPORT}-- x\n")
    branch.commit("orders", orders=ORDERS.format(" + 1"))
    assert titles(document(capsys, "--paths", "report.sql", "--last", "1")) == ["report"]
    assert titles(document(capsys, "--branch", "main~1", "--last", "1")) == ["report"]
    assert titles(document(capsys, "--since", "2026-03-02")) == []
    assert len(titles(document(capsys, "--since", "2026-03-01"))) == 3
    for wrong in (["--branch", "--output=x"], ["--branch", "nowhere"], ["--since", "yesterday"]):
        assert run(["replay", *wrong]) == 2
    assert run(["replay", "-f", "sarif"]) == 2


def test_what_cannot_be_read_costs_its_own_merge(
    branch: Branch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    branch.commit("two", orders=ORDERS.format(" + 2"))
    branch.commit("three", orders=ORDERS.format(" + 3"))
    tree = branch.repo.commit("main~1").tree.hexsha
    (branch.root / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    found = document(capsys)
    assert severities(found) == [None, None, None]
    assert "git" in found["merges"][0]["note"]
    branch.commit("four", orders=ORDERS.format(" + 4"))
    assert severities(document(capsys))[0] == "high"
    clone = tmp_path / "shallow"
    address = f"file://{branch.root}"
    subprocess.run(["git", "clone", "-q", "--depth=1", address, str(clone)], check=True)  # noqa: S603, S607
    found = document(capsys, "-C", str(clone))
    assert severities(found) == [None]
    assert "shallow" in found["merges"][0]["note"]


def test_pages_are_safe_to_print(branch: Branch, capsys: pytest.CaptureFixture[str]) -> None:
    title = "| </details> @everyone ![x](http://x) \x1b[31m (#9)"
    branch.commit(title, orders=ORDERS.format(" + 9"))
    assert run(["replay", "--format", "markdown"]) == 0
    page = capsys.readouterr().out
    assert "Of 2 merges: 1 high, 1 not looked at." in page
    assert page.count("</details>") == page.count("<details>") == 1
    assert "@everyone" not in page
    assert "](http" not in page
    rows = [line for line in page.splitlines() if line.startswith("| 20")]
    assert {row.count("|") for row in rows} == {7}
    assert run(["replay", "--format", "rich", "-v"]) == 0
    page = capsys.readouterr().out
    assert "\x1b" not in page
    assert "high     column-logic-changed orders.sql:2 mart.orders.net" in page
    assert "1 dashboard" in page


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Merge pull request #12 from a/b\n\nAdd net\n", ("#12", "Add net")),
        ("Merge pull request #12 from a/b", ("#12", "Merge pull request #12 from a/b")),
        ("Add net (#12)\n\n* one\n* two (#3)", ("#12", "Add net")),
        ("Merge branch 'x' into 'main'\n\nAdd net\n\nSee merge request a/b!12", ("!12", "Add net")),
        ("Merged in x (pull request #12)\n\nAdd net\n", ("#12", "Add net")),
        ("Merged PR 12: Add net", ("#12", "Add net")),
        ("Revert (#12) at once\n\nSee (#12)", ("", "Revert (#12) at once")),
        ("", ("", "")),
        ("Merge branch 'x'\n" + "\n" * 9_000 + "See", ("", "Merge branch 'x'")),
    ],
)
def test_the_number_of_a_pull_request(message: str, told: tuple[str, str]) -> None:
    assert called(message) == told
