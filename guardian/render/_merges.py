"""How the terminal shows what merges would have been told; apart as rich is slow to import."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from guardian import escape, verdict
from guardian.model.changes import Impact
from guardian.model.replay import Replay, Replayed
from guardian.render import Page
from guardian.render._terminal import CODE, DIM, STYLES, marked, opened, written
from guardian.render.replay import called, findings, place, remark, summary

_LONGEST_TITLE = 200
_WIDE = 110  # characters that a table needs which tells all who feel it


def render(replay: Replay, page: Page) -> str:
    """Return a table, the newest merge first, and the summary last."""
    console = opened(page)
    if replay.merges:
        console.print(_table(replay, wide=page.width >= _WIDE))
        console.print()
    for one in replay.merges if page.verbose else ():
        _print_findings(console, one)
    end = Text(summary(replay), "bold")
    console.print(end.append_text(marked(f" {remark(replay)}".rstrip())))
    if not page.verbose and any(one.findings for one in replay.merges):
        console.print(Text("Each finding on a line: -v. As a page: --format markdown.", DIM))
    return written(console)


def _table(replay: Replay, *, wide: bool) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style=DIM, expand=True)
    table.add_column("date", no_wrap=True)
    table.add_column("merge", no_wrap=True)
    table.add_column("title", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("severity", no_wrap=True)
    table.add_column("found", justify="right", no_wrap=True)
    table.add_column("felt by", no_wrap=True)
    table.add_column("secs", justify="right", no_wrap=True)
    for one in replay.merges:
        table.add_row(
            Text(f"{one.merge.date}", DIM),
            Text(escape.clean(called(one.merge)), CODE),
            _title(one),
            _severity(one),
            findings(one),
            verdict.reach(one.impact) if wide else _reach(one.impact),
            Text(f"{one.seconds:.1f}", DIM),
        )
    return table


def _reach(impact: Impact) -> str:
    """Return who feels it in a few characters: `3 dashboards +87`, the rest as a number alone."""
    groups = verdict.felt_by(impact)
    if not groups:
        return ""
    label, names = groups[0]
    rest = sum(len(others) for _, others in groups[1:])
    first = f"{len(names):,} {label or ('dataset' if len(names) == 1 else 'datasets')}"
    return f"{first} +{rest:,}" if rest else first


def _title(one: Replayed) -> Text:
    title = Text(escape.clean(one.merge.title, _LONGEST_TITLE))
    if one.note:
        title.append(f"\n{escape.clean(one.note, _LONGEST_TITLE)}", "yellow")
    return title


def _severity(one: Replayed) -> Text:
    if one.severity is None:
        return Text("?", "yellow")
    return Text(one.severity, STYLES[one.severity]) if one.findings else Text("silent", DIM)


def _print_findings(console: Console, one: Replayed) -> None:
    if not one.findings:
        return
    head = Text(f"{escape.clean(called(one.merge))} ", CODE)
    head.append(escape.clean(one.merge.title, _LONGEST_TITLE))
    console.print(head, no_wrap=True, overflow="ellipsis")
    for found in one.findings:
        line = Text("  ")
        line.append(f"{found.severity:<8}", STYLES[found.severity])
        line.append(f" {escape.clean(found.rule)}", "bold")
        line.append(f" {escape.clean(place(found))} ", "cyan")
        line.append_text(marked(found.message))
        console.print(line, soft_wrap=True)
    console.print()
