"""`guardian rules` and `guardian explain`: what is judged, and why."""

from typing import TYPE_CHECKING, Any

import click

from guardian.cli.options import common, example, opened, rule_pack, tell
from guardian.console import Console

if TYPE_CHECKING:
    from guardian.sources.configuration import Options


@click.command(epilog=example("guardian rules"))
@click.option("--accepted", is_flag=True, help="List the accepted risks instead.")
@common
def rules(accepted: bool, **common: Any) -> int:  # noqa: FBT001  # click passes options by name
    """List all rules and their severity."""
    from guardian.rules.pages import table

    console, options = opened(common)
    if accepted:
        return _accepted_risks(console, options)
    console.emit(console.marked_up("\n".join(table(rule_pack(options)))))
    return 0


@click.command(epilog=example("guardian explain column-removed"))
@click.argument("rule", shell_complete=lambda *typed: _rule_names(typed[-1]))
@common
def explain(rule: str, **common: Any) -> int:
    """Explain a rule, and how to change safely.

    RULE is what the report names, such as column-removed.
    """
    from guardian.rules import explain as explained

    console, options = opened(common)
    console.emit(console.marked_up(explained(rule, rule_pack(options))))
    return 0


def _accepted_risks(console: Console, options: "Options") -> int:
    """Print what `guardian.yml` and the code accept, each with whether it still holds."""
    from guardian.acceptances import listed
    from guardian.workspace import Workspace, today

    workspace = Workspace.of_folder(options, None)
    risks = workspace.acceptances()
    tell(console, workspace.notes)
    console.emit("\n".join(listed(risks, today())) or "No risk is accepted.")
    return 0


def _rule_names(typed: str) -> list[str]:
    from guardian import rules

    return [name for name in rules.load().rules if name.startswith(typed)]
