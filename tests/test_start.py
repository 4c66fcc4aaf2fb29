"""What starts often starts fast: it loads none of the libraries that are slow to import."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from git import Repo

SLOW = {
    "sqlglot",
    "boto3",
    "botocore",
    "github",
    "duckdb",
    "jinja2",
    "rich",
    "git",
    "libcst",
    "deepdiff",
}
PROGRAM = """
import json, sys
from guardian.cli import run
status = run(sys.argv[1:])
print(json.dumps([status, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def loaded(*arguments: str, folder: Path) -> tuple[int, set[str]]:
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        capture_output=True,
        check=True,
        text=True,
    )
    status, modules = json.loads(done.stdout.splitlines()[-1])
    return status, set(modules)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)  # set where the tests run in a hook
    Repo.init(tmp_path)
    return tmp_path


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("check", "--help")])
def test_the_help_loads_nothing_slow(arguments: tuple[str, ...], tmp_path: Path) -> None:
    status, modules = loaded(*arguments, folder=tmp_path)
    assert status == 0
    assert not modules & SLOW


def test_the_hook_loads_nothing_slow_where_nothing_is_staged(repository: Path) -> None:
    (repository / "job.sql").write_text("CREATE TABLE a AS SELECT 1 AS x")
    status, modules = loaded("check", folder=repository)
    assert status == 0
    assert not modules & SLOW


def test_the_hook_loads_nothing_slow_where_nothing_staged_matters(repository: Path) -> None:
    (repository / "notes.txt").write_text("hello")
    (repository / "tests").mkdir()
    (repository / "tests" / "a.sql").write_text("SELECT 1")
    (repository / "guardian.yml").write_text("exclude: ['tests/**', guardian.yml]")
    repo = Repo(repository)
    repo.git.add("notes.txt", "tests")
    status, modules = loaded("check", folder=repository)
    assert status == 0
    assert not modules & SLOW
