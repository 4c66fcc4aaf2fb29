"""The commands: options, then workspace, pipeline, render, exit status. A file for each of them.

Exit status: 0 nothing at or above `fail_on`; 1 something is; 2 wrong usage, bad configuration, or a
repository that cannot be read. Every import that costs time stands in the command that needs it.
"""

import sys
from collections.abc import Sequence

import click

from guardian import __version__
from guardian.cli.action import action
from guardian.cli.check import check
from guardian.cli.completion import completion
from guardian.cli.contract import contract
from guardian.cli.demo import demo
from guardian.cli.fix import fix
from guardian.cli.ingest import ingest
from guardian.cli.init import init
from guardian.cli.lineage import lineage, path
from guardian.cli.options import NAME, example
from guardian.cli.replay import replay
from guardian.cli.report import report
from guardian.cli.rules import explain, rules
from guardian.cli.scan import scan
from guardian.cli.snapshot import snapshot
from guardian.errors import GuardianError

ISSUES = "https://github.com/change-guardian/change-guardian/issues"


@click.group(
    name=NAME,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=example("guardian demo", "guardian report --base main"),
)
@click.version_option(__version__, prog_name=NAME, message="%(prog)s %(version)s")
def cli() -> None:
    """Tell what a change to ETL code breaks, before it merges."""


for _command in (
    scan, lineage, path, report, fix, replay, check, contract, snapshot, ingest, action,
    rules, explain, demo, init, completion,
):  # fmt: skip
    cli.add_command(_command)


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
