"""One page that opens anywhere: no script, nothing from elsewhere, all that the report knows.

What is shown is put together here as plain text; the template escapes all of it.
"""

from collections.abc import Iterable, Sequence

import msgspec

from guardian import rules, template, verdict
from guardian.model.changes import SEVERITIES, Change, Impact, InputRows, Report, Values, Witness
from guardian.model.fix import Fix
from guardian.render import Format, Page, difference, links
from guardian.render.identity import identified
from guardian.rules import Rule
from guardian.rules.wording import readable

MOST_FINDINGS = 3_000
OPEN_FINDINGS = 8
MOST_NAMES, MOST_COLUMNS = 12, 40
MOST_DATASETS = 2_000
MOST_WARNINGS = 500
MOST_EDITS, MOST_LINES = 100, 400
MOST_ROWS, MOST_CELLS = 10, 24
MOST_CHARACTERS = 4_000


class _Part(msgspec.Struct, frozen=True):
    """A piece of one of our messages; what stood in backticks is `code`."""

    text: str
    code: bool


class _Table(msgspec.Struct, frozen=True):
    """Rows of example data; where it `compares`, each with its side, `before` or `after`."""

    title: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str | None]]]
    more: int = 0
    compares: bool = False


def render(report: Report, page: Page) -> str:
    """Return `report` as one HTML page; past 3,000 findings the worst ones, and the count."""
    changes = verdict.counting(report)
    accepted = verdict.accepted_changes(report)
    pack = page.rules or rules.load()
    known = list(identified([*changes, *accepted]))
    shown = known[:MOST_FINDINGS]
    explained = _explained([change for _, change in shown], pack)
    numbers = {rule: number for number, (rule, _) in enumerate(explained)}
    views = [
        {**_finding(known_by, change, numbers), "address": _address(change, report, page)}
        for known_by, change in shown
    ]
    return template.filled(
        "report.html.j2",
        {
            "severity": report.severity,
            "title": _plain(verdict.sentence(report)),
            "headline": marked(verdict.sentence(report)),
            "base": verdict.revision(report.base),
            "head": verdict.revision(report.head, commit=True),
            "coverage": verdict.coverage(report.coverage),
            "counts": _counts(changes),
            "findings": [view for view in views if not view["accepted"]],
            "accepted": [view for view in views if view["accepted"]],
            "left_out": len(known) - len(shown),
            "open": OPEN_FINDINGS,
            "downstream": _downstream(report.impact),
            "edits": [_edit(fix) for fix in report.fixes[:MOST_EDITS]],
            "more_edits": max(0, len(report.fixes) - MOST_EDITS),
            "by_hand": [
                {"at": f"{reader.file}:{reader.line}", "words": marked(reader.why)}
                for reader in report.by_hand[:MOST_WARNINGS]
            ],
            "warnings": [
                {"at": f"{warning.file}:{warning.line}", "words": marked(warning.message)}
                for warning in report.warnings[:MOST_WARNINGS]
            ],
            "more_warnings": max(0, len(report.warnings) - MOST_WARNINGS),
            "rules": [_rule(name, rule) for name, rule in explained],
        },
    )


def marked(message: str) -> list[_Part]:
    """Return one of our own messages in its parts; where a backtick is alone, all of it is text."""
    parts = message.split("`")
    if len(parts) % 2 == 0:
        return [_Part(message, code=False)]
    return [_Part(part, code=bool(number % 2)) for number, part in enumerate(parts) if part]


def _plain(message: str) -> str:
    return message.replace("`", "")


def _counts(changes: Iterable[Change]) -> list[tuple[str, int]]:
    found = [change.severity for change in changes]
    return [(level, found.count(level)) for level in reversed(SEVERITIES) if level in found]


# --- one finding ----------------------------------------------------------------------------------


def _finding(known_by: str, change: Change, numbers: dict[str, int]) -> dict[str, object]:
    path = verdict.proof(change.impact)
    felt = verdict.felt_by(change.impact, columns=change.column is not None)
    return {
        "known_by": known_by,
        "severity": change.severity,
        "rule": change.rule,
        "about": numbers.get(change.rule),
        "at": verdict.place(change),
        "message": marked(change.message or f"`{change.dataset}` changes"),
        "because": marked(change.because),
        "cause": verdict.spot(change.cause) if change.cause else "",
        "lines": difference.lines(change, MOST_CHARACTERS),
        "reach": verdict.reach(change.impact),
        "felt": [
            (label, names[:MOST_NAMES], max(0, len(names) - MOST_NAMES)) for label, names in felt
        ],
        "way": verdict.stations(path, change.impact) if path else [],
        "sure": f"{change.confidence:.0%}" if change.confidence < verdict.CERTAIN else "",
        "tables": _tables(change.evidence.witness)
        if change.evidence and change.evidence.witness
        else [],
        "tries": change.evidence.tries
        if change.evidence and change.evidence.witness is None
        else 0,
        "remark": verdict.remark(change),
        "fix": marked(change.fix),
        "accepted": change.accepted
        and {
            "reason": change.accepted.reason,
            "words": marked(verdict.acceptance(change.accepted)),
        },
    }


def _address(change: Change, report: Report, page: Page) -> str:
    """Return where the line is on the web; a dataset that is gone has its place in the base."""
    side = report.base if change.rule == "dataset-removed" else report.head
    return links.blob(change.location, side.commit, page)


def _tables(witness: Witness) -> list[_Table]:
    """Return the example: what goes in, then what only one of the revisions gives."""
    found = [_input(item) for item in witness.inputs]
    if witness.parameters:
        rows = [("", parameter) for parameter in witness.parameters]
        found.append(_Table("At run time", ("parameter", "value"), rows))
    sides = [("before", _cells(row)) for row in witness.before]
    sides += [("after", _cells(row)) for row in witness.after]
    counts = f"{witness.rows_before:,} before, {witness.rows_after:,} after"
    title = f"What comes out otherwise; rows in all: {counts}"
    found.append(_Table(title, _heads(witness.columns), sides, compares=True))
    return found


def _input(item: InputRows) -> _Table:
    rows = [("", _cells(row)) for row in item.rows[:MOST_ROWS]]
    more = max(0, len(item.rows) - MOST_ROWS)
    title = item.dataset if rows else f"{item.dataset}: no row"
    return _Table(title, _heads(item.columns) if rows else (), rows, more)


def _heads(columns: Sequence[str]) -> list[str]:
    more = ["…"] if len(columns) > MOST_CELLS else []
    return [*columns[:MOST_CELLS], *more]


def _cells(row: Values) -> list[str | None]:
    more = [""] if len(row) > MOST_CELLS else []
    return [*row[:MOST_CELLS], *more]


# --- the rest -------------------------------------------------------------------------------------


def _downstream(impact: Impact) -> dict[str, object]:
    columns: dict[str, list[str]] = {dataset: [] for dataset in impact.datasets}
    for ref in impact.columns:
        columns.setdefault(ref.dataset, []).append(ref.column or "")
    listed = [
        (dataset, list(filter(None, names[:MOST_COLUMNS])), max(0, len(names) - MOST_COLUMNS))
        for dataset, names in columns.items()
    ]
    return {
        "felt": verdict.reach(impact),
        "dashboards": impact.dashboards,
        "kpis": impact.kpis,
        "datasets": listed[:MOST_DATASETS],
        "more": max(0, len(listed) - MOST_DATASETS),
    }


def _edit(fix: Fix) -> dict[str, object]:
    """Return a proposed edit; each line of its patch is `new`, `gone` or neither."""
    lines = [
        ({"+": "new", "-": "gone"}.get(line[:1], ""), line)
        for line in fix.patch.splitlines()
        if not line.startswith(("+++", "---"))
    ]
    return {
        "file": fix.file,
        "restores": marked(fix.restores),
        "lines": lines[:MOST_LINES],
        "more": max(0, len(lines) - MOST_LINES),
    }


def _explained(changes: Iterable[Change], pack: rules.RulePack) -> list[tuple[str, Rule]]:
    names = dict.fromkeys(change.rule for change in changes)
    return [(name, pack.rules[name]) for name in names if name in pack.rules]


def _rule(name: str, rule: Rule) -> dict[str, object]:
    return {
        "name": name,
        "title": rule.title,
        "because": marked(readable(rule.because)),
        "safely": [marked(readable(step)) for step in rule.safely],
        "example": rule.example,
    }


HTML = Format(name="html", extension="html", render=render)
