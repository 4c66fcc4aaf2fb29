"""`guardian init`: a first guardian.yml."""

from typing import Any

import click

from guardian.cli.options import common, example, opened


@click.command(epilog=example("guardian init"))
@click.option("--force", is_flag=True, help="Write over the one that is there.")
@common
def init(force: bool, **common: Any) -> int:  # noqa: FBT001  # click passes options by name
    """Write a guardian.yml with what is found here."""
    from guardian.workspace import Workspace

    console, options = opened(common)
    written = Workspace.of_folder(options, None).write_configuration(force=force)
    console.say(f"wrote {written}")
    return 0
