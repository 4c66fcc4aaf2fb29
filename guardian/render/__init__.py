"""From a document to text: what a `Format` is, and what a page can show.

A format is a value in a module of this folder; `registry.offered` finds it. It is a pure function
of the document and the page: no disk, no network, no clock, and equal input gives equal text.
"""

from collections.abc import Callable, Mapping

import msgspec

from guardian.model.changes import Report
from guardian.model.lineage import Lineage

LEAST_WIDTH, MOST_WIDTH = 60, 120


class Page(msgspec.Struct, frozen=True):
    """What the text is shown on: its width in characters, and whether it has colours."""

    width: int = 100
    color: bool = False


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """A way to print a report; `scan` prints a lineage document, None where it cannot."""

    name: str
    extension: str
    render: Callable[[Report, Page], str]
    scan: Callable[[Lineage, Page], str] | None = None


def page(environment: Mapping[str, str], *, terminal: bool, width: int) -> Page:
    """Return the page that standard output is: colours on a terminal only, never with `NO_COLOR`.

    `FORCE_COLOR` asks for colours where there is no terminal, as CI logs can show them.
    """
    wanted = terminal or bool(environment.get("FORCE_COLOR"))
    refused = bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
    return Page(max(LEAST_WIDTH, min(width, MOST_WIDTH)), color=wanted and not refused)
