"""`guardian report`: what changed between two revisions, and what it breaks."""

from typing import TYPE_CHECKING, Any

import click

from guardian.cli.options import (
    FormatName,
    cached,
    common,
    contained,
    example,
    failing,
    opened,
    tell,
)

if TYPE_CHECKING:
    from guardian.config import FailOn


@click.command(epilog=example("guardian report --base main --format markdown"))
@click.option("--base", metavar="REV", help="Before [default: where HEAD left the main branch].")
@click.option("--head", metavar="REV", help="After [default: the working tree].")
@click.option("--format", "-f", "format_name", type=FormatName(), help="How to print it.")
@common
@cached
@contained
@failing
def report(
    base: str | None,
    head: str | None,
    format_name: str | None,
    fail_on: "FailOn | None",
    **common: Any,
) -> int:
    """Show what changed, and what it breaks."""
    from guardian.config import blocks
    from guardian.workspace import Workspace

    console, options = opened(common, fail_on)
    chosen = console.format(format_name)
    workspace = Workspace.of_repository(options)
    with console.waiting("Comparing"):
        found = workspace.report(base, head)
    tell(console, workspace.notes)
    console.emit(chosen.render(found, console.page()))
    return int(blocks(workspace.config, found.severity))
