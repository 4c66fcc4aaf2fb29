"""`guardian scan`: the lineage of the code as it stands."""

from pathlib import Path
from typing import Any

import click

from guardian.cli.options import FormatName, cached, common, contained, example, opened, tell
from guardian.errors import ConfigError


@click.command(epilog=example("guardian scan --format json --output lineage.json"))
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--format", "-f", "format_name", type=FormatName("scan"), help="How to print it.")
@common
@cached
@contained
def scan(path: Path | None, format_name: str | None, **common: Any) -> int:
    """Show the lineage of the code as it stands.

    PATH is a folder, in git or not [default: the repository around the current one].
    """
    from guardian.workspace import Workspace

    console, options = opened(common)
    workspace = Workspace.of_folder(options, path)
    with console.waiting("Reading the code"):
        lineage = workspace.scan()
    tell(console, workspace.notes)
    chosen = console.format(format_name or (None if console.terminal() else "json"))
    if chosen.scan is None:
        raise ConfigError(f"`{chosen.name}` cannot print a lineage document", fix="--format json")
    console.emit(chosen.scan(lineage, console.page()))
    return 0
