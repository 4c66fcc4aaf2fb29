"""The report on a terminal, like a compiler's: place, severity, what, who feels it, what to do."""

from guardian.model.changes import Report
from guardian.model.lineage import Lineage
from guardian.model.replay import Replay
from guardian.render import Format, Page


def render(report: Report, page: Page) -> str:
    """Return `report` as coloured text; one line where nothing changes, and the verdict last."""
    from guardian.render import _terminal  # noqa: PLC0415 - loads rich, which is slow

    return _terminal.render(report, page)


def scan(lineage: Lineage, page: Page) -> str:
    """Return a summary of the lineage document: its datasets and what makes them, its warnings."""
    from guardian.render import _terminal  # noqa: PLC0415 - loads rich, which is slow

    return _terminal.scan(lineage, page)


def replay(merges: Replay, page: Page) -> str:
    """Return a table of what each merge would have been told; with `verbose`, each finding, too."""
    from guardian.render import _merges  # noqa: PLC0415 - loads rich, which is slow

    return _merges.render(merges, page)


RICH = Format(name="rich", extension="txt", render=render, scan=scan, replay=replay)
