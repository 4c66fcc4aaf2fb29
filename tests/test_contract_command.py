"""`guardian contract`: on real repositories, from the command line."""

import json
from pathlib import Path

import pytest
from git import Repo

from guardian.cli import run

JOB = """\
CREATE TABLE silver.orders AS
SELECT order_id, CASE WHEN paid THEN 'paid' ELSE 'open' END AS status FROM raw.orders
"""
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
schema:
  - name: orders
    physicalName: silver.orders
    properties:
      - name: order_id
      - name: status
        enum: [{value: open}, {value: paid}]
"""
PLACE = "contracts/silver.orders.odcs.yaml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a job, in which the commands are run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUARDIAN_CACHE", str(tmp_path / ".cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")
    put("guardian.yml", "sql: {dialect: duckdb}\n")
    put("jobs/orders.sql", JOB)
    return tmp_path


def put(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def commit(tag: str) -> None:
    """Commit all that lies here, under a tag."""
    repo = Repo.init(initial_branch="main")
    repo.git.add("-A")
    repo.git.commit("-q", "-m", tag)
    repo.create_tag(tag)


@pytest.mark.usefixtures("folder")
class TestLint:
    def test_a_mistake_is_an_error_at_its_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        put(PLACE, CONTRACT.replace("enum", "enumm"))
        assert run(["contract", "lint"]) == 1
        assert capsys.readouterr().out.startswith(f"{PLACE}:11: error: the standard has no key")

    def test_a_contract_about_nothing_is_a_note(self, capsys: pytest.CaptureFixture[str]) -> None:
        put(PLACE, CONTRACT)
        assert run(["contract", "lint"]) == 0
        assert capsys.readouterr().out == ""
        put("contracts/lines.odcs.yaml", CONTRACT.replace("silver.orders", "silver.lines"))
        assert run(["contract", "lint"]) == 0
        out = capsys.readouterr().out
        assert out.startswith("contracts/lines.odcs.yaml:6: note: nothing here reads or writes")

    def test_a_named_file_may_lie_anywhere(self, capsys: pytest.CaptureFixture[str]) -> None:
        put("elsewhere.yaml", CONTRACT.replace("1.0.0", "1"))
        assert run(["contract", "lint", "elsewhere.yaml"]) == 1
        assert "elsewhere.yaml:4: error: `version`" in capsys.readouterr().out
        assert run(["contract", "lint", "nowhere.yaml"]) == 2

    def test_where_there_is_none_the_next_step_is_told(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["contract", "lint"]) == 0
        assert "guardian contract init" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
class TestDiff:
    def test_two_files(self, capsys: pytest.CaptureFixture[str]) -> None:
        put("old.yaml", CONTRACT)
        put("new.yaml", CONTRACT.replace("{value: paid}", "{value: paid}, {value: void}"))
        assert run(["contract", "diff", "old.yaml", "new.yaml"]) == 1
        said = capsys.readouterr().out.splitlines()
        assert said[0] == "silver.orders"
        assert said[1].startswith("! loosens       status: one of open, paid → one of open, paid,")
        assert said[1].endswith("(new.yaml:11)")
        assert run(["contract", "diff", "old.yaml", "new.yaml", "--mode", "PRODUCER"]) == 0
        assert run(["contract", "diff", "old.yaml", "old.yaml"]) == 0
        assert run(["contract", "diff", "old.yaml"]) == 2
        assert run(["contract", "diff", "old.yaml", "jobs/orders.sql"]) == 2

    def test_two_revisions_and_every_release(self, capsys: pytest.CaptureFixture[str]) -> None:
        put(PLACE, CONTRACT.replace("- name: status", "- name: status\n        required: true"))
        commit("v1.0.0")
        put(PLACE, CONTRACT)
        commit("v1.1.0")
        assert run(["contract", "diff", "--base", "v1.1.0"]) == 0
        assert run(["contract", "diff", "--base", "v1.0.0", "--head", "v1.1.0"]) == 1
        assert "! loosens       status: not null → nothing" in capsys.readouterr().out
        assert run(["contract", "diff", "--transitive"]) == 1
        assert "silver.orders since v1.0.0\n" in capsys.readouterr().out
        assert run(["contract", "diff", "--transitive", "--tag", "release-*"]) == 2


@pytest.mark.usefixtures("folder")
class TestCheck:
    def test_a_breach_is_found_that_is_not_new(self, capsys: pytest.CaptureFixture[str]) -> None:
        put(PLACE, CONTRACT.replace(", {value: paid}", ""))
        assert run(["contract", "check", "--format", "json", "--fail-on", "low"]) == 1
        (change,) = json.loads(capsys.readouterr().out)["changes"]
        assert (change["rule"], change["column"]) == ("contract-values-broken", "status")
        assert change["location"] == {"file": "jobs/orders.sql", "line": 2}
        assert run(["contract", "check", "--fail-on", "never"]) == 0

    def test_nothing_is_printed_where_all_is_kept(self, capsys: pytest.CaptureFixture[str]) -> None:
        put(PLACE, CONTRACT)
        assert run(["contract", "check"]) == 0
        assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("folder")
class TestWriting:
    def test_a_first_contract_is_kept_by_the_code(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["contract", "init", "orders"]) == 0
        assert f"wrote {PLACE}" in capsys.readouterr().err
        assert run(["contract", "lint"]) == 0
        assert run(["contract", "check", "--fail-on", "low"]) == 0
        assert run(["contract", "init", "orders"]) == 2
        assert "`--force`" in capsys.readouterr().err
        assert run(["contract", "init", "nothing"]) == 2
        assert "nothing is known of `nothing`" in capsys.readouterr().err

    def test_another_form_goes_to_standard_output(self, capsys: pytest.CaptureFixture[str]) -> None:
        put(PLACE, CONTRACT)
        assert run(["contract", "export", "silver.orders", "--format", "json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["data_quality"]["columns"]["status"] == {
            "rules": {"allowed_values": ["open", "paid"]}
        }
        assert run(["contract", "export", "orders", "--format", "dbt"]) == 0
        assert "enforced: true" in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_the_configured_compatibility_counts_in_reports(
    capsys: pytest.CaptureFixture[str],
) -> None:
    put(PLACE, CONTRACT)
    commit("v1")
    put(PLACE, CONTRACT.replace(", {value: paid}", ", {value: paid}, {value: void}"))
    assert run(["report", "--base", "v1", "--format", "json"]) in {0, 1}
    found = json.loads(capsys.readouterr().out)["changes"]
    assert {one["rule"] for one in found} == {"contract-values-loosened", "contract-version"}
    put("guardian.yml", "sql: {dialect: duckdb}\ncontracts: {compatibility: NONE}\n")
    assert run(["report", "--base", "v1", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["changes"] == []


@pytest.mark.usefixtures("folder")
def test_configured_paths_take_the_place_of_the_usual_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    put("guardian.yml", "sql: {dialect: duckdb}\ncontracts: {paths: ['agreements/']}\n")
    put(PLACE, CONTRACT.replace("1.0.0", "1"))
    put("agreements/orders.yaml", CONTRACT)
    assert run(["contract", "lint"]) == 0
    assert capsys.readouterr().out == ""
