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
    wording,
)

if TYPE_CHECKING:
    from guardian.config import FailOn


@click.command(epilog=example("guardian report --base main --format markdown"))
@click.option("--base", metavar="REV", help="Before [default: where HEAD left the main branch].")
@click.option("--head", metavar="REV", help="After [default: the working tree].")
@click.option("--format", "-f", "format_name", type=FormatName(), help="How to print it.")
@click.option("--fixes", is_flag=True, help="Look for the edits that keep the readers, too.")
@common
@cached
@contained
@failing
@wording
@click.option(
    "--show-prompt", is_flag=True, help="Print what that model would get, and ask nobody."
)
def report(
    base: str | None,
    head: str | None,
    format_name: str | None,
    fail_on: "FailOn | None",
    *,
    show_prompt: bool,
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
    if show_prompt:
        from guardian import llm

        console.emit(llm.shown(found, workspace.config.llm))
        return 0
    with console.waiting("Waiting for the model's words"):
        found = workspace.worded(found)
    tell(console, workspace.notes)
    console.emit(chosen.render(found, workspace.page(console.page())))
    return int(blocks(workspace.config, found.severity))
