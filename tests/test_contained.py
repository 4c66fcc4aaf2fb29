"""Templates of strangers, rendered in a limited process: what breaks a limit costs its own file."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from git import Actor, Repo

from guardian import action, pipeline
from guardian.cli import run
from guardian.engines import lowering
from guardian.engines.contained import Limits
from guardian.engines.lowering import ContainedLowering
from guardian.model.lineage import Coverage, Lineage
from tests.casebook import InMemory

EATS = "{% set kept = [] %}{% for i in range(9999) %}{% do kept.append(range(4000) | list) %}{% endfor %}select 1 as a"
LOOPS = "{% for i in range(900) %}{% for j in range(900) %}{% endfor %}{% endfor %}select 1 as a"
STALLS = "select 1 as a{% for i in range(60000) %} union all select {{ i }}{% endfor %}"
REPOSITORY = {
    "dbt_project.yml": "name: shop\n",
    "models/good.sql": "select id, amount from raw.orders",
    "models/reader.sql": "select id from {{ ref('good') }}",
    "seeds/codes.csv": "code\nDE\n",
    "jobs/plain.sql": "create table mart.r as select id from good",
}
GOOD = {("good", "amount"), ("good", "id"), ("reader", "id"), ("mart.r", "id")}


def scanned(files: dict[str, str], **limits: float) -> tuple[Lineage, Coverage]:
    sources = InMemory(files)
    with ContainedLowering(sources, limits=Limits(**limits)) as contained:  # type: ignore[arg-type]  # by name
        lowered, coverage = pipeline.lower(sources, sorted(files), contained=contained)
    return pipeline.scan(lowered, coverage), coverage


def targets(lineage: Lineage) -> set[tuple[str, str | None]]:
    return {(edge.target.dataset, edge.target.column) for edge in lineage.edges}


def test_what_is_contained_says_the_same() -> None:
    sources = InMemory(REPOSITORY)
    here, _ = pipeline.lower(sources, sorted(REPOSITORY))
    with ContainedLowering(sources) as contained:
        there, coverage = pipeline.lower(sources, sorted(REPOSITORY), contained=contained)
    assert there == here
    assert coverage.failed == ()


@pytest.mark.parametrize(
    ("template", "limits"),
    [
        (EATS, {"memory": 700 * 1024**2}),
        (LOOPS, {}),
        (STALLS, {"seconds": 1.0}),
    ],
)
def test_a_template_that_takes_too_much_costs_its_own_file(
    template: str, limits: dict[str, float]
) -> None:
    lineage, coverage = scanned({**REPOSITORY, "models/bad.sql": template}, **limits)
    assert targets(lineage) == GOOD
    assert coverage.failed == ("models/bad.sql",)
    assert {warning.file for warning in lineage.warnings} == {"models/bad.sql"}


def test_a_thousand_such_templates_are_given_up_on() -> None:
    bad = {f"models/bad{number}.sql": "select 1 as a" for number in range(20)}
    lineage, coverage = scanned({"dbt_project.yml": "name: shop", **bad}, seconds=0.0)
    assert set(bad) < set(coverage.failed)
    told = [warning.message for warning in lineage.warnings]
    assert sum("more than 0 seconds" in message for message in told) == lowering.MOST_BROKEN
    assert sum("other files" in message for message in told) == 21 - lowering.MOST_BROKEN


def test_a_process_that_cannot_be_started_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    lineage, _ = scanned(REPOSITORY)
    assert targets(lineage) == {("mart.r", "id")}
    assert any("no process could be started" in warning.message for warning in lineage.warnings)


class TestTheCommand:
    @pytest.fixture(autouse=True)
    def _cache(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("GUARDIAN_CACHE", str(tmp_path / "cache"))

    def test_scan_takes_the_option(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for path, text in {**REPOSITORY, "models/bad.sql": LOOPS}.items():
            target = tmp_path / "repo" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        assert run(["scan", str(tmp_path / "repo"), "--contained", "--format", "json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert document["coverage"]["failed"] == ["models/bad.sql"]
        assert "codes" in {dataset["name"] for dataset in document["datasets"]}

    def test_the_action_contains_what_it_renders(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        repository = Repo.init(tmp_path, initial_branch="main")
        person = Actor("Ada", "ada@example.com")
        (tmp_path / "models").mkdir()
        (tmp_path / "dbt_project.yml").write_text("name: shop\n")
        for text in ("select 1 as a", "select 2 as a"):
            (tmp_path / "models" / "m.sql").write_text(text)
            repository.git.add("-A")
            repository.index.commit("more", author=person, committer=person)
        monkeypatch.setattr("sys.executable", "/nowhere/python")
        environ = {
            "GITHUB_WORKSPACE": str(tmp_path),
            "INPUT_BASE": "HEAD~1",
            "INPUT_HEAD": "HEAD",
        }
        told = io.StringIO()
        assert action.run(environ, told) == 0
        assert "0 of 2 files read" in told.getvalue()


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("open('/etc/hostname')", "its own code only"),
        ("os.listdir('.') and os.open('/etc/hostname', os.O_RDONLY)", "its own code only"),
        ("open(contained.__file__, 'a')", "writes no file"),
        ("os.open('/tmp/x', os.O_CREAT | os.O_WRONLY)", "writes no file"),
        ("os.system('true')", "not for a contained process"),
        ("__import__('socket').create_connection(('127.0.0.1', 9))", "not for a contained process"),
        ("open(contained.__file__).close()", ""),
        ("__import__('sqlglot.dialects.prql')", ""),
    ],
)
def test_what_breaks_out_of_the_sandbox_finds_nothing(act: str, told: str) -> None:
    # As `serve` sets it up, without what only it needs.
    program = (
        "import os, sys; from guardian.engines import contained;"
        f"sys.addaudithook(contained._refuse); {act}"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own text
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert told in done.stderr
    assert bool(done.returncode) == bool(told), done.stderr
