"""What GitHub's runner reads: files of `name<<delimiter` records, and the log.

Both are text in which a name of somebody's choosing could end a record early, so both are made
here; workflow commands are made in `guardian.render.annotations`.
"""

from pathlib import Path

OUTPUT_LIMIT = 900_000  # characters; GitHub refuses a job's outputs past 1 MB


def quoted(text: str, token: str) -> str:
    """Return `text` for the log, in such a way that no line of it is taken for a command.

    `token` must be random: it is what ends the quotation.
    """
    return f"::stop-commands::{token}\n{text.rstrip()}\n::{token}::\n"


def output(name: str, value: str, token: str) -> str:
    """Return the record that sets the output `name`; `token` must be random."""
    return f"{name}<<{token}\n{value}\n{token}\n"


def append(path: str, text: str) -> None:
    """Add `text` to a file of the runner, which other steps may have written to."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(text)
