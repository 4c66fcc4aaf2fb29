"""`guardian check`: what is staged, as the pre-commit hook judges it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from guardian.cli.options import cached, common, contained, example, failing, opened, tell

if TYPE_CHECKING:
    from guardian.config import FailOn
    from guardian.sources.configuration import Options


@click.command(epilog=example("guardian check  # as the pre-commit hook runs it"))
@common
@cached
@contained
@failing
def check(fail_on: "FailOn | None", **common: Any) -> int:
    """Judge what is staged: the pre-commit hook.

    It prints nothing where nothing matters.
    """
    from guardian.sources.staged import staged_paths

    root, staged = staged_paths(common["directory"])
    if not staged:
        return 0
    console, options = opened(common, fail_on)
    if not _matters(staged, root, options):
        return 0
    from guardian.config import blocks
    from guardian.workspace import Workspace

    workspace = Workspace.of_repository(options)
    with console.waiting("Checking what is staged"):
        found = workspace.staged_report()
    if found.severity != "none":
        tell(console, workspace.notes)
        chosen = console.format("rich" if console.output is None else None)
        console.emit(chosen.render(found, console.page()))
    return int(blocks(workspace.config, found.severity))


def _matters(staged: Sequence[str], root: Path, options: "Options") -> bool:
    """Return whether a staged path can alter a result."""
    from guardian.config import FILES
    from guardian.sources.configuration import configuration, on_disk
    from guardian.sources.files import Selection

    selection = Selection(configuration(on_disk(root), options))
    return any(path in FILES or selection.counts(path) for path in staged)
