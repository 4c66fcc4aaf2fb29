"""sqlglot's pure-Python build and its compiled one give the same documents."""

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import msgspec
import pytest

CASES = Path(__file__).parent / "cases"
ROOT = CASES.parent.parent
PROGRAM = """
import sys
from bench import pure
if sys.argv[1] == "pure":
    pure.install()
import msgspec
from guardian import scan
assert pure.compiled() == (sys.argv[1] == "compiled")
documents = {folder: scan(folder) for folder in sys.argv[2:]}
sys.stdout.buffer.write(msgspec.json.encode(documents))
"""


def documents(build: str, folders: list[str]) -> dict[str, object]:
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", PROGRAM, build, *folders], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    found = msgspec.json.decode(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.skipif(
    "sqlglotc" not in packages_distributions().get("sqlglot", ()),
    reason="the compiled build is not installed: pip install 'change-guardian[fast]'",
)
def test_both_builds_give_the_same_documents() -> None:
    folders = sorted(str(path) for kind in ("repo", "head") for path in CASES.glob(f"**/{kind}"))
    sample = folders[::2]
    assert len(sample) > 50
    compiled, pure = documents("compiled", sample), documents("pure", sample)
    different = [folder for folder in sample if compiled[folder] != pure[folder]]
    assert not different
