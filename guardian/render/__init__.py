"""From a document to text: what a `Format` is, and what a page can show.

A format is a value in a module of this folder; `registry.offered` finds it. It is a pure function
of the document and the page: no disk, no network, no clock, and equal input gives equal text.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from guardian.model.changes import Report, Severity
from guardian.model.lineage import Lineage
from guardian.model.replay import Replay

if TYPE_CHECKING:
    from guardian.rules import RulePack

LEAST_WIDTH, MOST_WIDTH = 60, 120
# Bytes: GitHub refuses a comment of 65,536 characters, and a step's summary of 1 MiB.
COMMENT, JOB_SUMMARY = 65_000, 1_000_000


class Page(msgspec.Struct, frozen=True):
    """What the text is shown on: its width in characters, and whether it has colours.

    And what a format may have to say beside the report: which severities are `failing` the run,
    the `rules` it was judged by (the built-in ones where None), and where the repository is hosted,
    as an `address` on the web; empty where that is not known; whether all is told (`verbose`).
    A text of more than `room` bytes is not taken; what does not fit can be read at the address
    `summary`, if there is one.
    """

    width: int = 100
    color: bool = False
    failing: frozenset[Severity] = frozenset({"high", "critical"})
    rules: "RulePack | None" = None
    address: str = ""
    verbose: bool = False
    room: int = COMMENT
    summary: str = ""


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """A way to print a report.

    `scan` prints a lineage document, `replay` what merges would have been told; None where it
    cannot.
    """

    name: str
    extension: str
    render: Callable[[Report, Page], str]
    scan: Callable[[Lineage, Page], str] | None = None
    replay: Callable[[Replay, Page], str] | None = None


def page(environment: Mapping[str, str], *, terminal: bool, width: int) -> Page:
    """Return the page that standard output is: colours on a terminal only, never with `NO_COLOR`.

    `FORCE_COLOR` asks for colours where there is no terminal, as CI logs can show them.
    """
    wanted = terminal or bool(environment.get("FORCE_COLOR"))
    refused = bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
    return Page(max(LEAST_WIDTH, min(width, MOST_WIDTH)), color=wanted and not refused)
