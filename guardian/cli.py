"""The commands: options, then workspace, pipeline, render, exit status.

Exit status: 0 nothing at or above `fail_on`; 1 something is; 2 wrong usage, bad configuration, or a
repository that cannot be read. Every import that costs time stands in the command that needs it.
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from guardian import __version__
from guardian.console import Console, formats
from guardian.errors import ConfigError, GuardianError

if TYPE_CHECKING:
    from guardian.config import FailOn
    from guardian.model.snapshot import Snapshot
    from guardian.rules import RulePack
    from guardian.sources.configuration import Options

Command = TypeVar("Command", bound=Callable[..., Any])
NAME = "guardian"
ISSUES = "https://github.com/change-guardian/change-guardian/issues"
_SEVERITIES = ("low", "medium", "high", "critical", "never")


class FormatName(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.2 on only
    """The name of an output format; what there is, is looked up when it is needed."""

    name = "format"

    def __init__(self, *, documents: bool = False) -> None:
        """Know all formats of reports, or those of lineage `documents` only."""
        self._documents = documents

    def get_metavar(self, *_: object, **__: object) -> str:  # type: ignore[explicit-override]  # needs 3.12
        """Return the names as the help shows them."""
        return f"[{'|'.join(self._names())}]"

    def convert(  # type: ignore[explicit-override]  # needs 3.12
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return `value` if it names a format."""
        if value not in self._names():
            self.fail(f"{value!r} is not one of {', '.join(self._names())}.", param, ctx)
        return str(value)

    def _names(self) -> list[str]:
        return [one.name for one in formats() if one.scan or not self._documents]


def common(command: Command) -> Command:
    """Return `command` with the options that every command takes."""
    for option in reversed(
        (
            click.option(
                "-C", "directory", metavar="DIR", default=".", type=click.Path(path_type=Path),
                help="Run as if started in DIR.",
            ),
            click.option("--config", metavar="FILE", help="Configuration [default: guardian.yml]."),
            click.option("--output", "-o", metavar="FILE", help="Write the result to FILE."),
            click.option("--quiet", "-q", is_flag=True, help="Say nothing but the result."),
            click.option("--verbose", "-v", is_flag=True, help="Say more; show tracebacks."),
        )
    ):  # fmt: skip
        command = option(command)
    return command


cached = click.option(
    "--cache/--no-cache", default=True, help="Keep and use what was read of unchanged files."
)
contained = click.option(
    "--contained", is_flag=True, help="Render dbt templates in a limited process of their own."
)
failing = click.option(
    "--fail-on", type=click.Choice(_SEVERITIES), help="Severity at which the exit status is 1."
)


def example(*lines: str) -> str:
    """Return the last paragraph of a command's help."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


@click.group(
    name=NAME,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=example("guardian demo", "guardian report --base main"),
)
@click.version_option(__version__, prog_name=NAME, message="%(prog)s %(version)s")
def cli() -> None:
    """Tell what a change to ETL code breaks, before it merges."""


@cli.command(epilog=example("guardian scan --format json --output lineage.json"))
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format", "-f", "format_name", type=FormatName(documents=True), help="How to print it."
)
@common
@cached
@contained
def scan(path: Path | None, format_name: str | None, **common: Any) -> int:
    """Show the lineage of the code as it stands.

    PATH is a folder, in git or not [default: the repository around the current one].
    """
    from guardian.workspace import Workspace

    console, options = _opened(common)
    workspace = Workspace.of_folder(options, path)
    with console.waiting("Reading the code"):
        lineage = workspace.scan()
    _tell(console, workspace.notes)
    chosen = console.format(format_name or (None if console.terminal() else "json"))
    if chosen.scan is None:
        raise ConfigError(f"`{chosen.name}` cannot print a lineage document", fix="--format json")
    console.emit(chosen.scan(lineage, console.page()))
    return 0


@cli.command(epilog=example("guardian report --base main --format markdown"))
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

    console, options = _opened(common, fail_on)
    chosen = console.format(format_name)
    workspace = Workspace.of_repository(options)
    with console.waiting("Comparing"):
        found = workspace.report(base, head)
    _tell(console, workspace.notes)
    console.emit(chosen.render(found, console.page()))
    return int(blocks(workspace.config, found.severity))


@cli.command(epilog=example("guardian check  # as the pre-commit hook runs it"))
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
    console, options = _opened(common, fail_on)
    if not _matters(staged, root, options):
        return 0
    from guardian.config import blocks
    from guardian.workspace import Workspace

    workspace = Workspace.of_repository(options)
    with console.waiting("Checking what is staged"):
        found = workspace.staged_report()
    if found.severity != "none":
        _tell(console, workspace.notes)
        chosen = console.format("rich" if console.output is None else None)
        console.emit(chosen.render(found, console.page()))
    return int(blocks(workspace.config, found.severity))


@cli.group(epilog=example("guardian snapshot push"))
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

    console, options = _opened(common)
    workspace = Workspace.of_folder(options, None)
    with console.waiting("Reading the code"):
        part = workspace.snapshot_part()
    _tell(console, workspace.notes)
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

    console, options = _opened(common)
    workspace = Workspace.of_folder(options, None)
    with console.waiting("Reading the code"):
        part = workspace.snapshot_part()
    _tell(console, workspace.notes)
    location = workspace.push(part)
    console.say(f"stored `{part.repository}` in {location}")
    return 0


@snapshot.command(epilog=example("guardian snapshot pull --output snapshot.json"))
@common
def pull(**common: Any) -> int:
    """Print the whole stored snapshot."""
    from guardian.stores import encoded

    console, options = _opened(common)
    console.emit(encoded(_stored(options)).decode())
    return 0


@snapshot.command(epilog=example("guardian snapshot show"))
@common
def show(**common: Any) -> int:
    """List who is in the stored snapshot."""
    console, options = _opened(common)
    for part in _stored(options).parts:
        lineage = part.lineage
        counts = {
            "jobs": len(lineage.jobs), "datasets": len(lineage.datasets),
            "edges": len(lineage.edges), "dashboards and KPIs": len(part.exposures),
        }  # fmt: skip
        told = ", ".join(f"{count:,} {noun}" for noun, count in counts.items())
        console.emit(f"{part.repository} at {(part.commit or 'no commit')[:12]}: {told}")
    return 0


@cli.command(epilog=example("guardian action  # in a workflow, where GitHub sets the environment"))
@common
def action(**common: Any) -> int:
    """Judge a pull request in GitHub Actions.

    It keeps one comment up to date, marks lines, and sets outputs.
    """
    from guardian import action as github_action

    _opened(common)
    return github_action.run(os.environ, sys.stdout)


@cli.command(epilog=example("guardian rules"))
@click.option("--accepted", is_flag=True, help="List the accepted risks instead.")
@common
def rules(accepted: bool, **common: Any) -> int:  # noqa: FBT001  # click passes options by name
    """List all rules and their severity."""
    from guardian.rules.pages import table

    console, options = _opened(common)
    if accepted:
        return _accepted_risks(console, options)
    console.emit(console.marked_up("\n".join(table(_pack(options)))))
    return 0


@cli.command(epilog=example("guardian explain column-removed"))
@click.argument("rule", shell_complete=lambda *typed: _rule_names(typed[-1]))
@common
def explain(rule: str, **common: Any) -> int:
    """Explain a rule, and how to change safely.

    RULE is what the report names, such as column-removed.
    """
    from guardian.rules import explain as explained

    console, options = _opened(common)
    console.emit(console.marked_up(explained(rule, _pack(options))))
    return 0


@cli.command(epilog=example("guardian demo --keep /tmp/lakehouse"))
@click.option("--keep", metavar="DIR", type=click.Path(path_type=Path), help="Build it in DIR.")
@common
def demo(keep: Path | None, **common: Any) -> int:
    """Report on a branch of a made-up lakehouse."""
    from guardian import demo as lakehouse
    from guardian.sources.configuration import Options
    from guardian.workspace import Workspace

    console, _ = _opened(common)
    with console.waiting("Building the demo"):
        directory = lakehouse.run(keep)
        found = Workspace.of_repository(Options(directory=directory)).report("main", None)
    console.emit(console.format(None).render(found, console.page()))
    console.say(lakehouse.next_steps(directory))
    return 0


@cli.command(epilog=example("guardian init"))
@click.option("--force", is_flag=True, help="Write over the one that is there.")
@common
def init(force: bool, **common: Any) -> int:  # noqa: FBT001  # click passes options by name
    """Write a guardian.yml with what is found here."""
    from guardian.workspace import Workspace

    console, options = _opened(common)
    written = Workspace.of_folder(options, None).write_configuration(force=force)
    console.say(f"wrote {written}")
    return 0


@cli.command(epilog=example('eval "$(guardian completion bash)"'))
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@common
def completion(shell: str, **common: Any) -> int:
    """Print the completion script for a shell."""
    from click.shell_completion import get_completion_class

    console, _ = _opened(common)
    kind = get_completion_class(shell)
    if kind is None:
        raise ConfigError(f"no completion for `{shell}`")
    console.emit(kind(cli, {}, NAME, "_GUARDIAN_COMPLETE").source())
    return 0


def main() -> None:
    """Run the command line, and end the process with its exit status."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Return the exit status of one command; nothing is ever raised."""
    verbose = not {"-v", "--verbose"}.isdisjoint(arguments)
    try:
        return int(cli.main(list(arguments), prog_name=NAME, standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except GuardianError as error:
        click.echo(f"{NAME}: {error}", err=True)
        return 2
    except Exception as error:  # noqa: BLE001  # the last line of the program: it never just dies
        _apologise(error, verbose=verbose)
        return 2


# --- what the commands share ---------------------------------------------------------------------


def _opened(common: dict[str, Any], fail_on: "FailOn | None" = None) -> "tuple[Console, Options]":
    """Return where to print, and what was chosen, from the options that every command takes."""
    from guardian.sources.configuration import Options

    console = Console(output=common["output"], quiet=common["quiet"], verbose=common["verbose"])
    options = Options(
        directory=common["directory"],
        config=common["config"],
        fail_on=fail_on,
        cache=common.get("cache", True),
        contained=common.get("contained", False),
    )
    return console, options


def _matters(staged: Sequence[str], root: Path, options: "Options") -> bool:
    """Return whether a staged path can alter a result."""
    from guardian.config import FILES
    from guardian.sources.configuration import configuration, on_disk
    from guardian.sources.files import Selection

    selection = Selection(configuration(on_disk(root), options))
    return any(path in FILES or selection.counts(path) for path in staged)


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


def _pack(options: "Options") -> "RulePack":
    from guardian.workspace import Workspace

    return Workspace.of_folder(options, None).rules()


def _accepted_risks(console: Console, options: "Options") -> int:
    """Print what `guardian.yml` and the code accept, each with whether it still holds."""
    from guardian.acceptances import listed
    from guardian.workspace import Workspace, today

    workspace = Workspace.of_folder(options, None)
    risks = workspace.acceptances()
    _tell(console, workspace.notes)
    console.emit("\n".join(listed(risks, today())) or "No risk is accepted.")
    return 0


def _rule_names(typed: str) -> list[str]:
    from guardian import rules

    return [name for name in rules.load().rules if name.startswith(typed)]


def _tell(console: Console, notes: Sequence[str]) -> None:
    for note in notes:
        console.say(note)


def _apologise(error: Exception, *, verbose: bool) -> None:
    if verbose:
        import traceback

        click.echo("".join(traceback.format_exception(error)), err=True)
    said = str(error).partition("\n")[0][:200]
    click.echo(
        f"{NAME}: this should not have happened: {type(error).__name__}: {said}\n"
        f"Please report it at {ISSUES}"
        + ("" if verbose else " with what the same command says under `-v`"),
        err=True,
    )
