"""`guardian init`: a first guardian.yml, and the workflow for pull requests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from guardian import __version__
from guardian.cli.options import common, example, opened

_REPOSITORY = "https://github.com/change-guardian/change-guardian"
_HOOK = f"{{repo: {_REPOSITORY}, rev: v{__version__}, hooks: [{{id: guardian}}]}}"


@click.command(epilog=example("guardian init --github"))
@click.option("--github", is_flag=True, help="Write the workflow for pull requests instead.")
@click.option("--force", is_flag=True, help="Write over the one that is there.")
@common
def init(github: bool, force: bool, **common: Any) -> int:  # noqa: FBT001  # click passes options by name
    """Write a guardian.yml with what is found here.

    Or, with --github, .github/workflows/guardian.yml, which reports on each pull request.
    """
    from guardian.workspace import WORKFLOW, Workspace

    console, options = opened(common)
    workspace = Workspace.of_folder(options, None)
    if github:
        written = workspace.write_workflow(force=force)
    else:
        written = workspace.write_configuration(force=force)
    console.say(f"wrote {_shown(written)}")
    there = github or (workspace.root / WORKFLOW).exists()
    console.say("\n".join(("Next:", *_next(str(WORKFLOW), there=there))))
    return 0


def _next(workflow: str, *, there: bool) -> Iterator[str]:
    """Yield what to do next: look back, the pull requests, the commits."""
    yield "  guardian replay --last 20: what it would have said of your last merges"
    if there:
        yield f"  commit {workflow}: it comments on each pull request from then on"
    else:
        yield f"  guardian init --github: writes {workflow}, which comments on pull requests"
    yield f"  below `repos:` of .pre-commit-config.yaml, for each commit:\n    - {_HOOK}"


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
