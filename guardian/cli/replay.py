"""`guardian replay`: what the last merges would have been told."""

from typing import TYPE_CHECKING, Any

import click

from guardian.cli.options import FormatName, cached, common, contained, example, opened, tell

if TYPE_CHECKING:
    from datetime import datetime

    from guardian.model.replay import Merge

_LAST = 20
_MOST = 1_000


@click.command(epilog=example("guardian replay --last 20", "guardian replay -f markdown -o out.md"))
@click.option(
    "--last", metavar="N", type=click.IntRange(1, _MOST),
    help=f"How many merges [default: {_LAST}; with --since, all of them].",
)  # fmt: skip
@click.option("--branch", metavar="REV", help="What they came into [default: the main branch].")
@click.option(
    "--since", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="Those since a day."
)
@click.option(
    "--paths", metavar="PATTERN", multiple=True, help="Those that touch these, as git reads them."
)
@click.option(
    "--format", "-f", "format_name", type=FormatName("replay"), help="How to print it."
)  # fmt: skip
@common
@cached
@contained
def replay(
    last: int | None,
    branch: str | None,
    since: "datetime | None",
    paths: tuple[str, ...],
    format_name: str | None,
    **common: Any,
) -> int:
    """Show what the last merges would have been told.

    A report on each of them, with today's configuration, in one table: merge commits where most of
    what came in is one, else every commit of the branch's own line. Nothing is checked out.
    """
    from msgspec.structs import replace

    from guardian.errors import ConfigError
    from guardian.sources.history import Asked
    from guardian.workspace import Workspace

    console, options = opened(common)
    chosen = console.format(format_name)
    if chosen.replay is None:
        raise ConfigError(f"`{chosen.name}` cannot print a replay", fix="--format markdown")
    workspace = Workspace.of_repository(options)
    day = since.date() if since else None
    wanted = last or (_MOST if since else _LAST)
    asked = Asked(branch=branch, last=wanted, since=day, paths=paths)
    with console.waiting("Looking for merges") as now:

        def begun(number: int, of: int, merge: "Merge") -> None:
            now(f"Replaying {number} of {of}, {merge.number or merge.commit[:8]}")

        found = workspace.replay(asked, begun)
    tell(console, workspace.notes)
    page = replace(console.page(), verbose=console.verbose)
    console.emit(chosen.replay(found, page))
    return 0
