"""A made-up lakehouse with a pull request, on a GitHub of our own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from git import Repo

from guardian import demo
from tests.action.runner import PERSON, Runner
from tests.github.state import GitHub


@pytest.fixture(scope="session")
def lakehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo's repository, without the two seconds that each report looks for examples."""
    folder = demo.run(tmp_path_factory.mktemp("demo") / "lakehouse")
    repo = Repo(folder)
    repo.git.checkout("main")
    with (folder / "guardian.yml").open("a", encoding="utf-8") as file:
        file.write("witness: {seconds: 0}\n")
    repo.index.add(["guardian.yml"])
    repo.index.commit("No examples", author=PERSON, committer=PERSON)
    name, email = f"user.name={PERSON.name}", f"user.email={PERSON.email}"
    repo.git.execute(["git", "-c", name, "-c", email, "rebase", "--quiet", "main", demo.BRANCH])
    return folder


@pytest.fixture
def runner(
    tmp_path: Path, lakehouse: Path, served: GitHub, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Runner]:
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setenv("GUARDIAN_CACHE", str(lakehouse.parent / "cache"))
    repository = Path(shutil.copytree(lakehouse, tmp_path / "lakehouse"))
    served.reset()
    address = served.address
    yield Runner(tmp_path, repository, served)
    served.address = address
