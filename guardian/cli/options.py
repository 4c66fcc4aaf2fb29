"""What the commands share: their options, where they print, and what was chosen."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from guardian.console import Console, formats

if TYPE_CHECKING:
    from guardian.config import FailOn
    from guardian.rules import RulePack
    from guardian.sources.configuration import Options

NAME = "guardian"
Command = TypeVar("Command", bound=Callable[..., Any])
_SEVERITIES = ("low", "medium", "high", "critical", "never")


class FormatName(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.2 on only
    """The name of an output format; what there is, is looked up when it is needed."""

    name = "format"

    def __init__(self, document: Literal["report", "scan", "replay"] = "report") -> None:
        """Know the formats that can print such a document."""
        self._document = document

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
        known = formats()
        if self._document == "report":
            return [one.name for one in known]
        return [one.name for one in known if getattr(one, self._document) is not None]


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
wording = click.option(
    "--llm",
    metavar="PROVIDER",
    help="Model that words the summary: bedrock, openai, anthropic [default: none].",
)
failing = click.option(
    "--fail-on", type=click.Choice(_SEVERITIES), help="Severity at which the exit status is 1."
)


def example(*lines: str) -> str:
    """Return the last paragraph of a command's help."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def opened(common: dict[str, Any], fail_on: "FailOn | None" = None) -> "tuple[Console, Options]":
    """Return where to print, and what was chosen, from the options that every command takes."""
    from guardian.sources.configuration import Options

    console = Console(output=common["output"], quiet=common["quiet"], verbose=common["verbose"])
    options = Options(
        directory=common["directory"],
        config=common["config"],
        fail_on=fail_on,
        cache=common.get("cache", True),
        contained=common.get("contained", False),
        llm=common.get("llm"),
        fixes=common.get("fixes", False),
    )
    return console, options


def rule_pack(options: "Options") -> "RulePack":
    """Return the rules that count here."""
    from guardian.workspace import Workspace

    return Workspace.of_folder(options, None).rules()


def tell(console: Console, notes: Sequence[str]) -> None:
    """Say what the user should know beside the result."""
    for note in notes:
        console.say(note)
