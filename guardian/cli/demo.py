"""`guardian demo`: a report on a made-up lakehouse."""

from pathlib import Path
from typing import Any

import click

from guardian.cli.options import common, example, opened


@click.command(epilog=example("guardian demo --keep /tmp/lakehouse"))
@click.option("--keep", metavar="DIR", type=click.Path(path_type=Path), help="Build it in DIR.")
@common
def demo(keep: Path | None, **common: Any) -> int:
    """Report on a branch of a made-up lakehouse."""
    from guardian import demo as lakehouse
    from guardian.sources.configuration import Options
    from guardian.workspace import Workspace

    console, _ = opened(common)
    with console.waiting("Building the demo"):
        directory = lakehouse.run(keep)
        found = Workspace.of_repository(Options(directory=directory)).report("main", None)
    console.emit(console.format(None).render(found, console.page()))
    console.say(lakehouse.next_steps(directory))
    return 0
