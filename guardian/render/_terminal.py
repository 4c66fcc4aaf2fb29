"""How the terminal's pages are laid out; apart from `terminal.py` as rich is slow to import."""

import re
from collections.abc import Sequence
from html import unescape
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from guardian import escape, verdict
from guardian.model.changes import Change, Impact, Narrative, Report, Revision, Severity
from guardian.model.lineage import Diagnostic, Lineage
from guardian.render import Page, difference, example

MOST_WARNINGS = 8
MOST_TOLD = 12
MOST_NAMED = 4
MOST_ROWS = 40
_INDENT = 2
_LABEL = 10
_NUMBERS = 22  # characters of a table's columns that hold numbers
_WORTH_REPEATING = 60  # characters; to look it up above costs a reader more

STYLES: dict[Severity, str] = {
    "none": "bold green",
    "low": "bold blue",
    "medium": "bold yellow",
    "high": "bold red",
    "critical": "bold white on red",
}
CODE, DIM, _GONE, _NEW = "bold", "bright_black", "red", "green"
_FILLED = re.compile(r"[ ]+((?:\x1b\[[0-9;]*m)*)$")  # blanks to the end of a line, colours behind


def render(report: Report, page: Page) -> str:
    """Return `report` as coloured text; one line where nothing changes, and the verdict last."""
    console = opened(page)
    changes, told = verdict.counting(report), dict[str, str]()
    groups = verdict.gathered(changes)
    for change, alike in groups[:MOST_TOLD]:
        _print_change(console, change, alike, told)
    _print_briefly(console, groups[MOST_TOLD:])
    _print_accepted(console, verdict.accepted_changes(report))
    _print_warnings(console, report.warnings)
    _print_words(console, report.narrative)
    lines = marked(verdict.sentence(report))
    lines.stylize(STYLES[report.severity], 0, lines.plain.find(":") + 1)
    read = verdict.coverage(report.coverage)
    lines.append(f" {read[0].upper()}{read[1:]}." if read else "", DIM)
    console.print(lines)
    if report.changes:
        rule = (changes or report.changes)[0].rule
        compared = f"{_called(report.base)} → {_called(report.head, commit=True)}"
        more = f"More on a rule: guardian explain {escape.clean(rule, 60)}"
        brief = "; all of each change: --format json" if len(groups) > MOST_TOLD else ""
        console.print(Text(f"{compared}. {more}{brief}", DIM))
    return written(console)


def scan(lineage: Lineage, page: Page) -> str:
    """Return a summary of the lineage document: its datasets and what makes them, its warnings."""
    console = opened(page)
    if lineage.datasets:
        console.print(_datasets(lineage, (page.width - _NUMBERS) // 2))
    _print_warnings(console, lineage.warnings)
    counts = [
        verdict.counted(len(lineage.datasets), "dataset"),
        verdict.counted(len(lineage.jobs), "job"),
        verdict.counted(len(lineage.edges), "column edge"),
        verdict.counted(len(lineage.warnings), "warning"),
    ]
    read = verdict.coverage(lineage.coverage)
    end = Text(", ".join(counts) + ".", "bold")
    end.append(f" {read[0].upper()}{read[1:]}." if read else "", DIM)
    console.print(end)
    return written(console)


def _called(side: Revision, *, commit: bool = False) -> str:
    return escape.clean(verdict.revision(side, commit=commit), 60)


# --- the page -------------------------------------------------------------------------------------


def opened(page: Page) -> Console:
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


def written(console: Console) -> str:
    text: str = console.file.getvalue()  # type: ignore[attr-defined]  # the StringIO from above
    return "\n".join(_FILLED.sub(r"\1", line) for line in text.rstrip("\n").split("\n")) + "\n"


# --- one change -----------------------------------------------------------------------------------


def _print_change(
    console: Console, change: Change, alike: Sequence[Change], told: dict[str, str]
) -> None:
    """Print one change, and the names of those `alike`.

    `told` are the notes of those before, which are not repeated.
    """
    console.print(_heading(change), soft_wrap=True)
    console.print(Padding(marked(verdict.message(change, alike)), (0, 0, 0, _INDENT)))
    for sign, text in difference.lines(change, 3 * console.width, alike):
        style = _GONE if sign == "-" else _NEW
        console.print(Padding(_hanging(f"{sign} ", Text(text, style), style), (0, 0, 0, 4)))
    room = console.width - _INDENT - _LABEL
    for label, words in _notes(change, alike, room):
        again = len(words) > _WORTH_REPEATING and told.get(label) == words.plain
        shown = Text("as above", DIM) if again else words
        told[label] = words.plain
        console.print(Padding(_hanging(label.ljust(_LABEL), shown, DIM), (0, 0, 0, _INDENT)))
    console.print()


def _print_words(console: Console, narrative: Narrative) -> None:
    """Print what a model says of the report, where one was asked and may be believed."""
    if narrative.source == "template":
        return
    text = narrative.markdown.split("\n\n")[1]
    console.print(marked(escape.clean(unescape(text))))
    author = escape.clean(f"{narrative.source} {narrative.model}", 120)
    console.print(Text(f"Worded by {author} from the facts above, checked against them.", DIM))
    console.print()


def _print_briefly(console: Console, groups: Sequence[tuple[Change, Sequence[Change]]]) -> None:
    """Print the changes that are left, two lines each."""
    for change, alike in groups:
        console.print(_heading(change), soft_wrap=True)
        console.print(Padding(marked(verdict.message(change, alike)), (0, 0, 0, _INDENT)))
    if groups:
        console.print()


def _print_accepted(console: Console, changes: Sequence[Change]) -> None:
    """Print what somebody has accepted: each change with the reason, until when, and by whom."""
    for change in changes[:MOST_TOLD]:
        if change.accepted is None:
            continue
        heading = Text("accepted ", STYLES["none"])
        console.print(heading.append_text(_heading(change)), soft_wrap=True)
        console.print(Padding(marked(change.message), (0, 0, 0, _INDENT)))
        said = Text(f"{escape.clean(change.accepted.reason, 400)}; ")
        said.append_text(marked(verdict.acceptance(change.accepted)))
        console.print(Padding(said, (0, 0, 0, _INDENT)))
    if len(changes) > MOST_TOLD:
        more = verdict.counted(len(changes) - MOST_TOLD, "more accepted change")
        console.print(Text(f"{more}: --format json has them all", DIM))
    if changes:
        console.print()


def _heading(change: Change) -> Text:
    head = Text()
    head.append(change.severity, STYLES[change.severity])
    head.append(f" {escape.clean(change.rule)} ", "bold")
    head.append(f" {escape.clean(verdict.place(change))}", "cyan")
    head.append(f"  {escape.clean(change.fingerprint)}" if change.fingerprint else "", DIM)
    return head


def _notes(change: Change, alike: Sequence[Change], room: int) -> list[tuple[str, Text]]:
    """Return what is said below the code in lines of `room` characters, each with its label."""
    notes = [("made by", marked(verdict.because_of(change, alike)))]
    notes.append(("why", marked(verdict.advice(change.because, change, alike))))
    impact = verdict.united(change, alike)
    notes.append(("felt by", _felt(change, impact)))
    notes.append(("through", _way(impact, room)))
    if change.confidence < verdict.CERTAIN:
        notes.append(("certain", Text(f"{change.confidence:.0%}; {verdict.doubt(change)}")))
    notes.append(("made-up", marked(example.sentence(change))))
    if verdict.remark(change):
        notes.append(("example", Text(escape.clean(change.detail, 400))))
    notes.append(("fix", marked(verdict.advice(change.fix, change, alike))))
    return [(label, words) for label, words in notes if words]


def _felt(change: Change, impact: Impact) -> Text:
    groups = verdict.felt_by(impact, columns=change.column is not None)
    return Text("; ").join(_named(f"{label} ".lstrip(), names) for label, names in groups)


def _named(label: str, names: Sequence[str]) -> Text:

    text = Text(label)
    shown = [Text(escape.clean(name, 200), CODE) for name in names[:MOST_NAMED]]
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
    line = Text(" → ", DIM).join(steps)
    return line if len(line) <= room else Text("\n→ ", DIM).join(steps)


def _hanging(label: str, words: Text, style: str) -> RenderableType:
    """Return `words` behind `label`, wrapped under themselves and not under the label."""
    grid = Table.grid(padding=0)
    grid.add_column(width=len(label), no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(label, style), words)
    return grid


def marked(message: str) -> Text:
    """Return one of our own messages; what stands in backticks is set off instead."""
    text = Text(overflow="fold")
    for number, part in enumerate(escape.clean(message).split("`")):
        text.append(part, CODE if number % 2 else "")
    return text


# --- warnings and the scan ------------------------------------------------------------------------


def _print_warnings(console: Console, warnings: Sequence[Diagnostic]) -> None:

    for warning in warnings[:MOST_WARNINGS]:
        line = Text("warning", "yellow")
        line.append(f"  {escape.clean(warning.file)}:{warning.line}", "cyan")
        line.append("  ")
        line.append_text(marked(escape.clean(warning.message, 300)))
        console.print(line)
    if len(warnings) > MOST_WARNINGS:
        more = verdict.counted(len(warnings) - MOST_WARNINGS, "more warning")
        console.print(Text(f"{more}: --format json has them all", DIM))
    if warnings:
        console.print()


def _datasets(lineage: Lineage, room: int) -> RenderableType:
    """Return the datasets, with what makes each in `room` characters."""
    writers: dict[str, list[str]] = {}
    readers: dict[str, int] = {}
    for job in lineage.jobs:
        for name in job.writes:
            writers.setdefault(name, []).append(job.id)
        for name in job.reads:
            readers[name] = readers.get(name, 0) + 1
    table = Table(box=None, padding=(0, 2, 0, 0), header_style=DIM)
    table.add_column("dataset", overflow="fold")
    table.add_column("columns", justify="right")
    table.add_column("readers", justify="right")
    table.add_column("made by", no_wrap=True)
    # what the code here makes comes first: it is what a reader of the summary looks for
    ordered = sorted(lineage.datasets, key=lambda each: (each.name not in writers, each.name))
    for each in ordered[:MOST_ROWS]:
        columns = f"{len(each.columns)}{'' if each.complete else '+'}"
        made = Text("elsewhere", DIM)
        if each.name in writers:
            made = Text(_makers(writers[each.name], room), "cyan")
        shown = Text(escape.clean(each.name, 120), CODE)
        table.add_row(shown, columns, str(readers.get(each.name, 0)), made)
    left_out = len(ordered) - MOST_ROWS
    more = verdict.counted(left_out, "more dataset")
    note = Text(f"{more}: --format json has them all\n" if left_out > 0 else "", DIM)
    return Group(table, note)


def _makers(jobs: Sequence[str], room: int) -> str:
    """Return the jobs that write a dataset in `room` characters; of a long path, its end."""
    more = f" and {len(jobs) - 1:,} more" if len(jobs) > 1 else ""
    first = escape.clean(jobs[0])
    left = room - len(more)
    return f"{first if len(first) <= left else escape.ELLIPSIS + first[1 - left :]}{more}"
