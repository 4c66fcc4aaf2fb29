"""What starts often starts fast: it loads none of the libraries that are slow to import."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from git import Repo

from guardian.config import FILES, INCLUDE
from guardian.start import ENDINGS

ROOT = Path(__file__).parents[1]
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


# --- nothing at all is loaded where nothing staged can matter -------------------------------------

STARTED = """
import sys
from guardian.start import main
try:
    main()
except SystemExit as ended:
    print(ended.code or 0, "click" in sys.modules)
else:
    print(0, "click" in sys.modules, bool({"subprocess", "typing", "pathlib"} & set(sys.modules)))
"""


def started(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-S", "-c", STARTED, *arguments]
    paths = {"PYTHONPATH": ":".join(path for path in [str(ROOT), *sys.path] if path)}
    done = subprocess.run(  # noqa: S603  # our own program
        command, cwd=folder, capture_output=True, check=True, text=True, env={**os.environ, **paths}
    )
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("arguments", [(), ("-q",), ("--no-cache", "-v", "--fail-on", "low", "-q")])
def test_the_hook_ends_at_once_where_nothing_staged_counts(
    repository: Path, arguments: tuple[str, ...]
) -> None:
    assert started(repository, "check", *arguments) == "0 False False"
    (repository / "notes.txt").write_text("hello")
    (repository / "guardian.yml").write_text("fail_on: low")
    (repository / "deep").mkdir()
    Repo(repository).git.add("notes.txt")
    assert started(repository / "deep", "check", *arguments) == "0 False False"


@pytest.mark.parametrize("name", ["job.SQL", "etl/job.py", "guardian.yml", "a b.csv"])
def test_what_may_count_is_looked_at(repository: Path, name: str) -> None:
    (repository / name).parent.mkdir(exist_ok=True)
    (repository / name).write_text("")
    Repo(repository).git.add(name)
    assert started(repository, "check") == "0 True"


def test_who_chooses_other_files_is_asked(repository: Path) -> None:
    (repository / "guardian.yml").write_text("include: ['*.txt']")
    (repository / "notes.txt").write_text("hello")
    Repo(repository).git.add("notes.txt")
    assert started(repository, "check") == "0 True"


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--no-such"),
        ("check", "--fail-on"),
        ("check", "low"),
        ("check", "-C", "/"),
        ("scann",),
    ],
)
def test_wrong_usage_is_told_all_the_same(repository: Path, arguments: tuple[str, ...]) -> None:
    assert started(repository, *arguments) == "2 True"


def test_outside_a_repository(tmp_path: Path) -> None:
    assert started(tmp_path, "check") == "2 True"


def test_the_endings_are_those_of_all_that_is_analysed() -> None:
    assert all(pattern.endswith(ENDINGS) for pattern in (*INCLUDE, *FILES))
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert all(re.search(hook["files"], f"etl/job{ending}") for ending in ENDINGS)
    assert not re.search(hook["files"], "README.md")
