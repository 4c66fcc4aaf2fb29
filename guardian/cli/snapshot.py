"""`guardian snapshot`: what is known of the data of this repository and of others."""

from typing import TYPE_CHECKING, Any

import click

from guardian.cli.options import cached, common, example, opened, tell
from guardian.errors import ConfigError

if TYPE_CHECKING:
    from guardian.model.snapshot import Snapshot
    from guardian.sources.configuration import Options


@click.group(epilog=example("guardian snapshot push"))
def snapshot() -> None:
    """Share what is known of this repository's data."""


@snapshot.command(epilog=example("guardian snapshot build --output part.json"))
@common
@cached
def build(**common: Any) -> int:
    """Print this repository's part, as its files stand."""
    from guardian.model.snapshot import Snapshot
    from guardian.stores import encoded
    from guardian.workspace import Workspace

    console, options = opened(common)
    workspace = Workspace.of_folder(options, None)
    with console.waiting("Reading the code"):
        part = workspace.snapshot_part()
    tell(console, workspace.notes)
    console.emit(encoded(Snapshot(parts=(part,))).decode())
    return 0


@snapshot.command(epilog=example("guardian snapshot push  # on the main branch, after a merge"))
@common
@cached
def push(**common: Any) -> int:
    """Store this repository's part.

    The parts of other repositories stay as they are.
    """
    from guardian.workspace import Workspace

    console, options = opened(common)
    workspace = Workspace.of_folder(options, None)
    with console.waiting("Reading the code"):
        part = workspace.snapshot_part()
    tell(console, workspace.notes)
    location = workspace.push(part)
    console.say(f"stored `{part.repository}` in {location}")
    return 0


@snapshot.command(epilog=example("guardian snapshot pull --output snapshot.json"))
@common
def pull(**common: Any) -> int:
    """Print the whole stored snapshot."""
    from guardian.stores import encoded

    console, options = opened(common)
    console.emit(encoded(_stored(options)).decode())
    return 0


@snapshot.command(epilog=example("guardian snapshot show"))
@common
def show(**common: Any) -> int:
    """List who is in the stored snapshot."""
    console, options = opened(common)
    for part in _stored(options).parts:
        lineage = part.lineage
        counts = {
            "jobs": len(lineage.jobs), "datasets": len(lineage.datasets),
            "edges": len(lineage.edges), "dashboards and KPIs": len(part.exposures),
        }  # fmt: skip
        told = ", ".join(f"{count:,} {noun}" for noun, count in counts.items())
        console.emit(f"{part.repository} at {(part.commit or 'no commit')[:12]}: {told}")
    return 0


def _stored(options: "Options") -> "Snapshot":
    from guardian.workspace import Workspace

    workspace = Workspace.of_folder(options, None)
    stored = workspace.snapshot()
    if stored is None:
        raise ConfigError(
            "no snapshot is stored yet",
            where=workspace.snapshot_location(),
            fix="store one with `guardian snapshot push`",
        )
    return stored
