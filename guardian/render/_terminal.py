"""How the terminal's pages are laid out; apart from `terminal.py` as rich is slow to import."""

from collections.abc import Sequence
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from guardian import escape, verdict
from guardian.model.changes import Change, Impact, Report, Revision, Severity
from guardian.model.lineage import Diagnostic, Lineage
from guardian.render import Page, difference, example

MOST_WARNINGS = 8
MOST_TOLD = 12
MOST_NAMED = 4
MOST_ROWS = 40
_INDENT = 2
_LABEL = 10
_WORTH_REPEATING = 60  # characters; to look it up above costs a reader more

_STYLES: dict[Severity, str] = {
    "none": "bold green",
    "low": "bold blue",
    "medium": "bold yellow",
    "high": "bold red",
    "critical": "bold white on red",
}
_CODE, _DIM, _GONE, _NEW = "bold", "bright_black", "red", "green"


def render(report: Report, page: Page) -> str:
    """Return `report` as coloured text; one line where nothing changes, and the verdict last."""
    console = _console(page)
    changes, told = verdict.counting(report), dict[str, str]()
    groups = verdict.gathered(changes)
    for change, alike in groups[:MOST_TOLD]:
        _print_change(console, change, alike, told)
    _print_briefly(console, [change for change, _ in groups[MOST_TOLD:]])
    _print_accepted(console, verdict.accepted_changes(report))
    _print_warnings(console, report.warnings)
    lines = _marked(verdict.sentence(report))
    lines.stylize(_STYLES[report.severity], 0, lines.plain.find(":") + 1)
    read = verdict.coverage(report.coverage)
    lines.append(f" {read[0].upper()}{read[1:]}." if read else "", _DIM)
    console.print(lines)
    if report.changes:
        rule = (changes or report.changes)[0].rule
        compared = f"{_called(report.base)} → {_called(report.head, commit=True)}"
        more = f"More on a rule: guardian explain {escape.clean(rule, 60)}"
        brief = "; all of each change: --format json" if len(groups) > MOST_TOLD else ""
        console.print(Text(f"{compared}. {more}{brief}", _DIM))
    return _written(console)


def scan(lineage: Lineage, page: Page) -> str:
    """Return a summary of the lineage document: its datasets and what makes them, its warnings."""
    console = _console(page)
    if lineage.datasets:
        console.print(_datasets(lineage))
    _print_warnings(console, lineage.warnings)
    counts = [
        verdict.counted(len(lineage.datasets), "dataset"),
        verdict.counted(len(lineage.jobs), "job"),
        verdict.counted(len(lineage.edges), "column edge"),
        verdict.counted(len(lineage.warnings), "warning"),
    ]
    read = verdict.coverage(lineage.coverage)
    end = Text(", ".join(counts) + ".", "bold")
    end.append(f" {read[0].upper()}{read[1:]}." if read else "", _DIM)
    console.print(end)
    return _written(console)


def _called(side: Revision, *, commit: bool = False) -> str:
    return escape.clean(verdict.revision(side, commit=commit), 60)


# --- the page -------------------------------------------------------------------------------------


def _console(page: Page) -> Console:
    """Return a console that writes to memory, told everything that it would else ask the world."""
    return Console(
        file=StringIO(),
        width=page.width,
        force_terminal=page.color,
        no_color=not page.color,
        color_system="standard" if page.color else None,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )


def _written(console: Console) -> str:
    text: str = console.file.getvalue()  # type: ignore[attr-defined]  # the StringIO from above
    return "\n".join(line.rstrip() for line in text.rstrip("\n").split("\n")) + "\n"


# --- one change -----------------------------------------------------------------------------------


def _print_change(
    console: Console, change: Change, alike: Sequence[Change], told: dict[str, str]
) -> None:
    """Print one change, and the names of those `alike`.

    `told` are the notes of those before, which are not repeated.
    """
    console.print(_heading(change), soft_wrap=True)
    console.print(Padding(_marked(change.message), (0, 0, 0, _INDENT)))
    for sign, text in difference.lines(change, 3 * console.width):
        style = _GONE if sign == "-" else _NEW
        console.print(Padding(_hanging(f"{sign} ", Text(text, style), style), (0, 0, 0, 4)))
    room = console.width - _INDENT - _LABEL
    for label, words in _notes(change, alike, room):
        again = len(words) > _WORTH_REPEATING and told.get(label) == words.plain
        shown = Text("as above", _DIM) if again else words
        told[label] = words.plain
        console.print(Padding(_hanging(label.ljust(_LABEL), shown, _DIM), (0, 0, 0, _INDENT)))
    console.print()


def _print_briefly(console: Console, changes: Sequence[Change]) -> None:
    """Print the changes that are left, two lines each."""
    for change in changes:
        console.print(_heading(change), soft_wrap=True)
        console.print(Padding(_marked(change.message), (0, 0, 0, _INDENT)))
    if changes:
        console.print()


def _print_accepted(console: Console, changes: Sequence[Change]) -> None:
    """Print what somebody has accepted: each change with the reason, until when, and by whom."""
    for change in changes[:MOST_TOLD]:
        if change.accepted is None:
            continue
        heading = Text("accepted ", _STYLES["none"])
        console.print(heading.append_text(_heading(change)), soft_wrap=True)
        console.print(Padding(_marked(change.message), (0, 0, 0, _INDENT)))
        said = Text(f"{escape.clean(change.accepted.reason, 400)}; ")
        said.append_text(_marked(verdict.acceptance(change.accepted)))
        console.print(Padding(said, (0, 0, 0, _INDENT)))
    if len(changes) > MOST_TOLD:
        more = verdict.counted(len(changes) - MOST_TOLD, "more accepted change")
        console.print(Text(f"{more}: --format json has them all", _DIM))
    if changes:
        console.print()


def _heading(change: Change) -> Text:
    head = Text()
    head.append(change.severity, _STYLES[change.severity])
    head.append(f" {escape.clean(change.rule)} ", "bold")
    head.append(f" {escape.clean(verdict.place(change))}", "cyan")
    head.append(f"  {escape.clean(change.fingerprint)}" if change.fingerprint else "", _DIM)
    return head


def _notes(change: Change, alike: Sequence[Change], room: int) -> list[tuple[str, Text]]:
    """Return what is said below the code in lines of `room` characters, each with its label."""
    notes = [("made by", _marked(verdict.because_of(change, alike)))]
    notes.append(("why", _marked(change.because)))
    felt = _felt(change)
    if felt:
        notes.append(("felt by", felt))
    way = _way(change.impact, room)
    if way:
        notes.append(("through", way))
    if change.confidence < verdict.CERTAIN:
        sure = f"{change.confidence:.0%}; it may be a rewrite that gives the same result"
        notes.append(("certain", Text(sure)))
    notes.append(("made-up", _marked(example.sentence(change))))
    if verdict.remark(change):
        notes.append(("example", Text(escape.clean(change.detail, 400))))
    notes.append(("fix", _marked(change.fix)))
    return [(label, words) for label, words in notes if words]


def _felt(change: Change) -> Text:
    groups = verdict.felt_by(change.impact, columns=change.column is not None)
    return Text("; ").join(_named(f"{label} ".lstrip(), names) for label, names in groups)


def _named(label: str, names: Sequence[str]) -> Text:

    text = Text(label)
    shown = [Text(escape.clean(name, 100), _CODE) for name in names[:MOST_NAMED]]
    text.append_text(Text(", ").join(shown))
    if len(names) > MOST_NAMED:
        text.append(f" and {len(names) - MOST_NAMED:,} more")
    return text


def _way(impact: Impact, room: int) -> Text:
    """Return the path that says most; a step to a line where it does not fit on one."""
    path = verdict.proof(impact)
    steps = []
    for station in verdict.stations(path, impact) if path else ():
        step = Text(f"{station.kind}{escape.clean(station.name, 100)}")
        step.append(f" ({escape.clean(station.place)})" if station.place else "", "cyan")
        steps.append(step)
    line = Text(" → ", _DIM).join(steps)
    return line if len(line) <= room else Text("\n→ ", _DIM).join(steps)


def _hanging(label: str, words: Text, style: str) -> RenderableType:
    """Return `words` behind `label`, wrapped under themselves and not under the label."""
    grid = Table.grid(padding=0)
    grid.add_column(width=len(label), no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(label, style), words)
    return grid


def _marked(message: str) -> Text:
    """Return one of our own messages; what stands in backticks is set off instead."""
    text = Text(overflow="fold")
    for number, part in enumerate(escape.clean(message).split("`")):
        text.append(part, _CODE if number % 2 else "")
    return text


# --- warnings and the scan ------------------------------------------------------------------------


def _print_warnings(console: Console, warnings: Sequence[Diagnostic]) -> None:

    for warning in warnings[:MOST_WARNINGS]:
        line = Text("warning", "yellow")
        line.append(f"  {escape.clean(warning.file)}:{warning.line}", "cyan")
        line.append("  ")
        line.append_text(_marked(escape.clean(warning.message, 300)))
        console.print(line)
    if len(warnings) > MOST_WARNINGS:
        more = verdict.counted(len(warnings) - MOST_WARNINGS, "more warning")
        console.print(Text(f"{more}: --format json has them all", _DIM))
    if warnings:
        console.print()


def _datasets(lineage: Lineage) -> RenderableType:

    writers: dict[str, list[str]] = {}
    readers: dict[str, int] = {}
    for job in lineage.jobs:
        for name in job.writes:
            writers.setdefault(name, []).append(job.id)
        for name in job.reads:
            readers[name] = readers.get(name, 0) + 1
    table = Table(box=None, padding=(0, 2, 0, 0), header_style=_DIM)
    table.add_column("dataset", overflow="fold")
    table.add_column("columns", justify="right")
    table.add_column("readers", justify="right")
    table.add_column("made by", overflow="fold")
    # what the code here makes comes first: it is what a reader of the summary looks for
    ordered = sorted(lineage.datasets, key=lambda each: (each.name not in writers, each.name))
    for each in ordered[:MOST_ROWS]:
        columns = f"{len(each.columns)}{'' if each.complete else '+'}"
        made = _named("", writers[each.name]) if each.name in writers else Text("elsewhere", _DIM)
        made.stylize("cyan" if each.name in writers else _DIM)
        shown = Text(escape.clean(each.name, 120), _CODE)
        table.add_row(shown, columns, str(readers.get(each.name, 0)), made)
    left_out = len(ordered) - MOST_ROWS
    more = verdict.counted(left_out, "more dataset")
    note = Text(f"{more}: --format json has them all\n" if left_out > 0 else "", _DIM)
    return Group(table, note)
