"""`guardian completion`: what a shell needs to complete our commands."""

from typing import Any

import click

from guardian.cli.options import NAME, common, example, opened
from guardian.errors import ConfigError


@click.command(epilog=example('eval "$(guardian completion bash)"'))
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@common
@click.pass_context
def completion(context: click.Context, /, shell: str, **common: Any) -> int:
    """Print the completion script for a shell."""
    from click.shell_completion import get_completion_class

    console, _ = opened(common)
    kind = get_completion_class(shell)
    if kind is None:
        raise ConfigError(f"no completion for `{shell}`")
    console.emit(kind(context.find_root().command, {}, NAME, "_GUARDIAN_COMPLETE").source())
    return 0
