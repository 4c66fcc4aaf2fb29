"""`guardian action`: what a workflow of GitHub Actions runs."""

import os
import sys
from typing import Any

import click

from guardian.cli.options import common, example, opened


@click.command(
    epilog=example("guardian action  # in a workflow, where GitHub sets the environment")
)
@common
def action(**common: Any) -> int:
    """Judge a pull request in GitHub Actions.

    It keeps one comment up to date, marks lines, and sets outputs.
    """
    from guardian import action as github_action

    opened(common)
    return github_action.run(os.environ, sys.stdout)
