"""A GitHub for each test, every call to it judged."""

import pytest

from tests.github import prism
from tests.github.state import GitHub


@pytest.fixture
def hub(served: GitHub) -> GitHub:
    """Return a GitHub with an open pull request and nothing said, every call to it judged."""
    if not prism.installed():
        pytest.skip(prism.MISSING)
    served.reset()
    return served
