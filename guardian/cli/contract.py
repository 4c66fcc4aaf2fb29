"""`guardian contract`: data contracts checked, compared, held against the code, and written."""

from pathlib import Path
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
from guardian.errors import ConfigError

if TYPE_CHECKING:
    from guardian.config import FailOn
    from guardian.contracting import Compared
    from guardian.model.contract import Compatibility, Format

_MODES = ("CONSUMER", "PRODUCER", "FULL", "NONE")
_FORMS = ("odcs", "dbt", "json")


@click.group(epilog=example("guardian contract init silver.orders", "guardian contract check"))
def contract() -> None:
    """Check, compare and write data contracts."""


@contract.command(epilog=example("guardian contract lint"))
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False))
@common
@cached
@contained
def lint(files: tuple[str, ...], **common: Any) -> int:
    """Tell what is wrong with contracts, by the Open Data Contract Standard and by the code.

    FILES are contracts [default: all of the repository]. The exit status is 1 where one is wrong;
    remarks do not count.
    """
    from guardian import contracting
    from guardian.workspace import Workspace

    console, options = opened(common)
    workspace = Workspace.of_folder(options, None)
    with console.waiting("Reading the contracts"):
        found, count = contracting.linted(workspace, files)
    tell(console, workspace.notes)
    lines = (
        f"{item.file}:{item.line}: {'error' if item.error else 'note'}: {item.message}"
        for item in found
    )
    if found:
        console.emit("\n".join(lines))
    elif count:
        console.say(f"nothing is wrong with {count} contract{'' if count == 1 else 's'}")
    else:
        console.say("there is no contract here: `guardian contract init TABLE` writes a first one")
    return int(any(item.error for item in found))


@contract.command(epilog=example("guardian contract diff --base main"))
@click.argument("old", required=False, type=click.Path(dir_okay=False))
@click.argument("new", required=False, type=click.Path(dir_okay=False))
@click.option("--base", metavar="REV", help="Before [default: where HEAD left the main branch].")
@click.option("--head", metavar="REV", help="After [default: the working tree].")
@click.option("--mode", type=click.Choice(_MODES), help="Who must not be broken.")
@click.option("--transitive", is_flag=True, help="Compare with every released version.")
@click.option("--tag", default="v*", show_default=True, help="What released versions are called.")
@common
@cached
@contained
def diff(
    old: str | None,
    new: str | None,
    base: str | None,
    head: str | None,
    mode: "Compatibility | None",
    *,
    transitive: bool,
    tag: str,
    **common: Any,
) -> int:
    """Show what contracts promise otherwise, clause by clause, and in which direction.

    OLD and NEW are two files; without them, two revisions are compared. The exit status is 1 where
    a step breaks those that the mode protects. With two files, -v tells what else their words say.
    """
    from guardian import contracting
    from guardian.workspace import Workspace

    console, options = opened(common)
    if (old is None) != (new is None):
        raise ConfigError("one file alone is no comparison", fix="name OLD and NEW, or none")
    if old is not None and new is not None:
        if console.verbose:
            for words in contracting.words_between(old, new):
                console.say(f"{words.place}: {words.before or ''} → {words.after or ''}")
        return _shown(console, [("", contracting.between_files(old, new))], mode or "CONSUMER")
    workspace = Workspace.of_repository(options)
    mode = mode or workspace.config.contracts.compatibility
    with console.waiting("Comparing"):
        if transitive:
            found = list(contracting.since_releases(workspace, head, tag))
        else:
            found = [("", contracting.between_revisions(workspace, base, head))]
    return _shown(console, found, mode)


def _shown(console: Any, found: "list[tuple[str, list[Compared]]]", mode: "Compatibility") -> int:
    """Print steps under the contract and the release that they are about."""
    from guardian.contracting import breaks, told

    lines: list[str] = []
    broken = False
    for release, compared in found:
        for one in compared:
            if not one.steps:
                continue
            breaking = breaks(one, mode)
            broken = broken or bool(breaking)
            since = f" since {release}" if release else ""
            lines.append(f"{one.dataset}{since}")
            for step in one.steps:
                side = one.head if step.head is not None else one.base
                file = side.at.file if side is not None else ""
                mark = "!" if step in breaking else " "
                place = f"{file}:{step.clause.line}"
                lines.append(f"{mark} {step.direction:<12}  {told(step)}  ({place})")
    if lines:
        console.emit("\n".join(lines))
    else:
        console.say("the contracts promise the same")
    return int(broken)


@contract.command(epilog=example("guardian contract check --fail-on medium"))
@click.option("--format", "-f", "format_name", type=FormatName(), help="How to print it.")
@common
@cached
@contained
@failing
def check(format_name: str | None, fail_on: "FailOn | None", **common: Any) -> int:
    """Hold the code as it stands against all contracts: what it breaks, new or not."""
    from guardian.config import blocks
    from guardian.workspace import Workspace

    console, options = opened(common, fail_on)
    chosen = console.format(format_name)
    workspace = Workspace.of_folder(options, None)
    with console.waiting("Reading the code"):
        found = workspace.contract_report()
    tell(console, workspace.notes)
    if found.changes or found.warnings or format_name:
        console.emit(chosen.render(found, workspace.page(console.page())))
    else:
        console.say("no contract is broken, as far as the code tells")
    if console.verbose:
        for item in workspace.contract_unknowns():
            console.say(f"{item.file}:{item.line}: not told by the code: {item.message}")
    return int(blocks(workspace.config, found.severity))


@contract.command(epilog=example("guardian contract init silver.orders"))
@click.argument("table")
@click.option("--force", is_flag=True, help="Write over the one that is there.")
@common
@cached
@contained
def init(table: str, *, force: bool, **common: Any) -> int:
    """Write a first contract of TABLE from what the code tells, with evidence for every clause.

    It goes to contracts/TABLE.odcs.yaml, or to --output (- is standard output).
    """
    from guardian import contracting
    from guardian.workspace import Workspace

    console, options = opened(common)
    workspace = Workspace.of_folder(options, None)
    with console.waiting("Reading the code"):
        draft, text = contracting.first(workspace, table)
    tell(console, workspace.notes)
    if common["output"]:
        console.emit(text)
    else:
        console.say(f"wrote {_written(workspace.root, draft.contract.dataset, text, force=force)}")
    tell(console, [f"still open: {note}" for note in draft.open])
    return 0


def _written(root: Path, dataset: str, text: str, *, force: bool) -> str:
    """Write a contract to its place, and return its path."""
    from guardian.sources.writing import write_new

    plain = "".join(mark if mark.isalnum() or mark in "._-" else "_" for mark in dataset)
    name = f"contracts/{plain.strip('._') or 'table'}.odcs.yaml"
    write_new(root, name, text, force=force)
    return name


@contract.command(epilog=example("guardian contract export silver.orders --format dbt"))
@click.argument("table")
@click.option("--format", "-f", "form", type=click.Choice(_FORMS), default="odcs", help="The form.")
@common
@cached
@contained
def export(table: str, form: "Format", **common: Any) -> int:
    """Print the contract of TABLE in another form: ODCS, dbt's schema file, or simple JSON."""
    from guardian import contracting
    from guardian.workspace import Workspace

    console, options = opened(common)
    workspace = Workspace.of_folder(options, None)
    with console.waiting("Reading the contracts"):
        text = contracting.exported(workspace, table, form)
    tell(console, workspace.notes)
    console.emit(text)
    return 0
