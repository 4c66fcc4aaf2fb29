"""`guardian fix`: the edits that keep the readers of what was renamed or removed."""

from typing import TYPE_CHECKING, Any

import click

from guardian.cli.options import cached, common, contained, example, opened, tell

if TYPE_CHECKING:
    from guardian.console import Console
    from guardian.fixes import Proposal
    from guardian.workspace import Workspace

FORMATS = ("rich", "patch", "json")


@click.command(epilog=example("guardian fix --base main", "guardian fix --write"))
@click.option("--base", metavar="REV", help="Before [default: where HEAD left the main branch].")
@click.option("--head", metavar="REV", help="After [default: the working tree].")
@click.option("--write", "writing", is_flag=True, help="Edit the files of the working tree.")
@click.option("--check", "checking", is_flag=True, help="Exit with 1 where a reader is broken.")
@click.option("--format", "-f", "format_name", type=click.Choice(FORMATS), help="How to print it.")
@common
@cached
@contained
def fix(
    base: str | None,
    head: str | None,
    format_name: str | None,
    *,
    writing: bool,
    checking: bool,
    **common: Any,
) -> int:
    """Propose the edit of each reader of what was renamed or removed.

    As a patch that `git apply` takes. An edit is shown only where it is proven: with it, the file
    is read again and makes what it made before. Other readers are named, as work for a person.

    Exit status: 0; 1 where a reader is broken and --check is given, or where --write leaves one.
    """
    from guardian.workspace import Workspace

    console, options = opened(common)
    if writing and checking:
        raise click.UsageError("--write and --check exclude each other.")
    workspace = Workspace.of_repository(options)
    with console.waiting("Looking for fixes"):
        proposal = workspace.fixes(base, head)
    tell(console, workspace.notes)
    if writing:
        return _written(console, workspace, proposal)
    _print(console, proposal, format_name)
    found = proposal.fixes
    return int(checking and bool(found.fixes or found.by_hand))


def _print(console: "Console", proposal: "Proposal", format_name: str | None) -> None:
    from guardian.render import fixes

    match format_name or ("rich" if console.terminal() else "patch"):
        case "json":
            console.emit(fixes.document(proposal.fixes))
        case "patch":
            console.emit(fixes.patch(proposal.fixes))
            for line in fixes.by_hand(proposal.fixes):
                console.say(line)
        case _:
            console.emit(fixes.page(proposal.fixes, console.page()))


def _written(console: "Console", workspace: "Workspace", proposal: "Proposal") -> int:
    """Write the edits, and say of each file what became of it."""
    from guardian.render import fixes

    done = workspace.write(proposal)
    for path, why in done.items():
        console.say(fixes.outcome(path, why))
    for line in fixes.by_hand(proposal.fixes):
        console.say(line)
    if not done and not proposal.fixes.by_hand:
        console.say("Nothing to fix.")
    return int(any(done.values()) or bool(proposal.fixes.by_hand))
