"""What the commands print, and where: results on standard output, all else on standard error."""

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from guardian.errors import ConfigError

if TYPE_CHECKING:
    from guardian.render import Format, Page

QUICK_SECONDS = 1.0
_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class Console(msgspec.Struct, frozen=True, kw_only=True):
    """Where one run prints: a file or standard output; how much it says beside that."""

    output: str | None = None
    quiet: bool = False
    verbose: bool = False

    def emit(self, text: str) -> None:
        """Print a result.

        Raises:
            ConfigError: the file cannot be written.
        """
        if self.output is None or self.output == "-":
            click.echo(text, nl=not text.endswith("\n"))
            return
        try:
            Path(self.output).write_text(text, encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"cannot be written: {error.strerror}", where=self.output) from error

    def say(self, message: str) -> None:
        """Print a remark on standard error, unless silence is asked for."""
        if not self.quiet:
            click.echo(message, err=True)

    def format(self, name: str | None) -> "Format":
        """Return the format called `name`; None means the one that suits where the text goes.

        Raises:
            ConfigError: there is no such format.
        """
        known = {one.name: one for one in formats()}
        if name is None:
            default = "rich" if self.terminal() else "markdown"
            name = _suited(self.output or "", known.values()) or default
        if name not in known:
            raise ConfigError(f"unknown format `{name}`", fix=f"there is: {', '.join(known)}")
        return known[name]

    def page(self) -> "Page":
        """Return what the text is shown on."""
        from guardian.render import page

        width = shutil.get_terminal_size((100, 24)).columns
        return page(os.environ, terminal=self.terminal(), width=width)

    def marked_up(self, markdown: str) -> str:
        """Return a page of Markdown as it is shown: laid out on a terminal, else as it is."""
        page = self.page()
        if not self.terminal():
            return markdown
        from rich.console import Console as Terminal
        from rich.markdown import Markdown

        terminal = Terminal(width=page.width, force_terminal=page.color, no_color=not page.color)
        with terminal.capture() as captured:
            terminal.print(Markdown(markdown))
        return captured.get()

    def terminal(self) -> bool:
        """Return whether the result is read on a terminal."""
        return self.output in {None, "-"} and sys.stdout.isatty()

    @contextmanager
    def waiting(self, what: str) -> Iterator[Callable[[str], None]]:
        """Show on a terminal that work goes on, once it has taken more than a second.

        What is given to the function that it yields is shown from then on.
        """
        shown = [what]
        if self.quiet or not sys.stderr.isatty():
            yield shown.append
            return
        done = threading.Event()
        thread = threading.Thread(target=_turn, args=(shown, done), daemon=True)
        thread.start()
        try:
            yield shown.append
        finally:
            done.set()
            thread.join()


def _suited(file: str, known: "Iterable[Format]") -> str | None:
    """Return the format that the ending of `file` names: `.sarif`, and `.sarif.json` as well."""
    for one in sorted(known, key=lambda one: one.extension == "json"):
        if file.endswith((f".{one.extension}", f".{one.extension}.json")):
            return one.name
    return None


def formats() -> "tuple[Format, ...]":
    """Return the formats that reports can be printed in, by name."""
    from guardian.registry import offered
    from guardian.render import Format

    return tuple(sorted(offered("guardian.render", Format), key=lambda one: one.name))


def _turn(shown: Sequence[str], done: threading.Event) -> None:
    start = time.monotonic()
    if done.wait(QUICK_SECONDS):
        return
    frame, longest = 0, 0
    while not done.wait(0.1):
        seconds = time.monotonic() - start
        line = f"{_FRAMES[frame % len(_FRAMES)]} {shown[-1]} ({seconds:.0f} s) "
        longest = max(longest, len(line))
        sys.stderr.write(f"\r{line:<{longest}}")
        sys.stderr.flush()
        frame += 1
    sys.stderr.write(f"\r{' ' * longest}\r")
    sys.stderr.flush()
