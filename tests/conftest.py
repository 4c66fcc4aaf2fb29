"""What all tests share: where the cases are, and how their expectations are rewritten."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.github import prism
from tests.github.server import serving
from tests.github.state import GitHub

CASES = Path(__file__).parent / "cases"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--update-goldens`."""
    parser.addoption(
        "--update-goldens", action="store_true", help="rewrite the expectations of all cases"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to rewrite expectations where nobody would see it."""
    if config.getoption("--update-goldens") and os.environ.get("CI"):
        raise pytest.UsageError("--update-goldens does not run in CI")


class Golden:
    """Compares a document with the expectation beside a case, or rewrites the expectation."""

    def __init__(self, *, update: bool) -> None:
        """Rewrite where `update`."""
        self.update = update

    def check(self, path: Path, found: object) -> None:
        """Fail with the difference and the command that accepts it."""
        text = json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        if self.update:
            path.write_text(text, encoding="utf-8")
            return
        assert path.is_file(), f"no {path.name} yet: pytest --update-goldens"
        expected = json.loads(path.read_text(encoding="utf-8"))
        assert json.loads(text) == expected, (
            f"{path} differs; if it should: pytest --update-goldens"
        )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Return what compares with expectations."""
    return Golden(update=bool(request.config.getoption("--update-goldens")))


@pytest.fixture(scope="session")
def served() -> Iterator[GitHub]:
    """Serve a GitHub, behind GitHub's own description where Prism is there to judge by it."""
    github = GitHub()
    with serving(github) as upstream:
        if not prism.installed():
            yield github
            return
        with prism.judging(upstream) as address:
            github.address = address
            yield github


@pytest.fixture
def plain() -> Iterator[GitHub]:
    """Return a GitHub that answers as a test says, without a judge."""
    github = GitHub()
    with serving(github):
        yield github
