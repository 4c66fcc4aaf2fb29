"""`guardian snapshot`: what is known of the data of this repository and of others."""

from typing import TYPE_CHECKING, Any

import click

from guardian.cli.options import cached, common, example, opened, tell
from guardian.console import Console
from guardian.errors import ConfigError
from guardian.escape import clean

if TYPE_CHECKING:
    from guardian.model.snapshot import SnapshotPart
    from guardian.sources.configuration import Options
    from guardian.stores import Stored
    from guardian.workspace import Workspace

MOST_CHARACTERS = 400


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
    from guardian.model.snapshot import Snapshot
    from guardian.stores import encoded

    console, options = opened(common)
    workspace = _workspace(options)
    stored = _stored(workspace, console)
    console.emit(encoded(Snapshot(parts=stored.parts)).decode())
    return 0


@snapshot.command(epilog=example("guardian snapshot show"))
@common
def show(**common: Any) -> int:
    """List who is in the stored snapshot."""
    console, options = opened(common)
    workspace = _workspace(options)
    for part in _stored(workspace, console).parts:
        lineage = part.lineage
        counts = {
            "jobs": len(lineage.jobs), "datasets": len(lineage.datasets),
            "edges": len(lineage.edges), "dashboards and KPIs": len(part.exposures),
        }  # fmt: skip
        told = ", ".join(f"{count:,} {noun}" for noun, count in counts.items())
        console.emit(f"{part.repository} at {(part.commit or 'no commit')[:12]}: {told}")
    return 0


@snapshot.command(epilog=example("guardian snapshot versions", "guardian snapshot diff 62ac8481"))
@click.option("--repository", metavar="NAME", help="Another repository's part.")
@common
def versions(repository: str | None, **common: Any) -> int:
    """List the versions that are kept of a part, the newest first; `*` marks what counts."""
    console, options = opened(common)
    workspace = _workspace(options)
    store, place = workspace.store()
    repository = repository or workspace.name()
    current = store.heads(place).get(repository)
    for one in store.versions(place, repository):
        mark = "*" if one.name == current else " "
        console.emit(f"{mark} {one.name}  {one.since:%Y-%m-%d %H:%M}  {one.bytes:,} bytes")
    return 0


@snapshot.command(
    epilog=example("guardian snapshot diff", "guardian snapshot diff 62ac8481 --exit-code")
)
@click.argument("before", metavar="[VERSION]", required=False)
@click.argument("after", metavar="[VERSION]", required=False)
@click.option("--repository", metavar="NAME", help="Another repository's part.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if anything differs.")
@click.option("--format", "-f", "shape", type=click.Choice(("text", "json")), default="text")
@common
@cached
def diff(
    before: str | None,
    after: str | None,
    repository: str | None,
    exit_code: bool,  # noqa: FBT001  # click passes options by name
    shape: str,
    **common: Any,
) -> int:
    """Show what differs between two versions of a part.

    Without a second version, the code as it stands is the other side; without any, it is compared
    with what is stored. The first characters of a version are enough.
    """
    from guardian.lineage.part_difference import part_difference
    from guardian.render.json import render

    console, options = opened(common)
    workspace = _workspace(options)
    name = repository or workspace.name()
    with console.waiting("Reading"):
        old = _version(workspace, name, before)
        if after is None and name == workspace.name():
            new = workspace.snapshot_part()
        else:
            new = _version(workspace, name, after)
    tell(console, workspace.notes)
    found = part_difference(old, new)
    if shape == "json":
        console.emit(render(found, console.page()))
    else:
        lines = [(item, "+") for item in found.added] + [(item, "-") for item in found.removed]
        for item, sign in sorted(lines):
            console.emit(f"{sign} {item.kind} {clean(item.name, MOST_CHARACTERS)}")
        if not lines:
            console.say(f"nothing differs in `{name}`")
    return 1 if exit_code and (found.added or found.removed) else 0


@snapshot.command(epilog=example("guardian snapshot gc --keep 3 --older-than 30  # tells only"))
@click.option(
    "--keep",
    "newest",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="Versions of each repository that stay beside the one that counts.",
)
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(min=0),
    default=30,
    show_default=True,
    help="Days for which every version stays.",
)
@click.option("--remove", is_flag=True, help="Remove them; without it, they are told only.")
@common
def gc(newest: int, days: int, remove: bool, **common: Any) -> int:  # noqa: FBT001
    """Remove versions of parts that count no more."""
    from guardian.stores import Keep
    from guardian.verdict import counted

    console, options = opened(common)
    store, place = _workspace(options).store()
    gone = store.sweep(place, Keep(newest=newest, days=days, removing=remove))
    for one in gone:
        console.emit(f"{one.repository} {one.name}  {one.since:%Y-%m-%d}  {one.bytes:,} bytes")
    total = f"{counted(len(gone), 'version')}, {sum(one.bytes for one in gone):,} bytes"
    if not gone:
        console.say("there is nothing to remove")
    elif remove:
        console.say(f"removed {total}")
    else:
        console.say(f"would remove {total}; `--remove` does it")
    return 0


def _workspace(options: "Options") -> "Workspace":
    from guardian.workspace import Workspace

    return Workspace.of_folder(options, None)


def _stored(workspace: "Workspace", console: Console) -> "Stored":
    stored = workspace.stored()
    if stored is None:
        raise _nothing(workspace)
    tell(console, [f"{note.file}: {note.message}" for note in stored.notes])
    return stored


def _nothing(workspace: "Workspace") -> ConfigError:
    return ConfigError(
        "no snapshot is stored yet",
        where=workspace.store()[1].location,
        fix="store one with `guardian snapshot push`",
    )


def _version(workspace: "Workspace", repository: str, wanted: str | None) -> "SnapshotPart":
    """Return the version of a part whose name begins so; the one that counts where None."""
    store, place = workspace.store()
    if wanted is None:
        current = store.heads(place).get(repository)
        if current is None:
            raise _nothing(workspace)
        return store.part(place, repository, current)
    known = [one.name for one in store.versions(place, repository)]
    found = [name for name in known if name.startswith(wanted)]
    if len(found) != 1:
        what = "several versions begin" if found else "no version begins"
        raise ConfigError(
            f"{what} with `{wanted}`", where=place.location, fix="see `guardian snapshot versions`"
        )
    return store.part(place, repository, found[0])
