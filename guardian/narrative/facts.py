"""A report as numbered facts: all that a model is told of it, and all that it may speak of.

Names, numbers, places and the rules' own words. Never code: what stands before and after a change
is told only where it is a name or a type, since an expression is the author's own text.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from guardian import escape, verdict
from guardian.model.changes import Change, Impact, Report, Severity
from guardian.narrative.words import says_something

MOST_CHANGES = 10
MOST_NAMED = 6
MOST_STEPS = 6
MOST_CHARACTERS = 100  # of a name
WITHHELD = "(withheld)"

# What stands before and after these is a name or a type; of all others it is an expression.
_NAMED_SIDES = frozenset({"column-renamed", "column-type-changed", "input-added", "input-removed"})
# The clauses that a change of rows is in: `LEFT JOIN, WHERE`.
_CLAUSES = re.compile(r"[A-Z, ]{1,60}")
_PLAIN = re.compile(rf"[\w .\-/{{}}:#$&()+',=*]{{1,{MOST_CHARACTERS}}}")
_DIGITS = re.compile(r"\d+")


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fact: the verdict, one change with who feels it, or what could not be read.

    `what`, `why` and `todo` are the rule's words. `place` is `file:line`, `cause` the place of the
    edit if that is elsewhere. `steps` are the way from the change to one who feels it. `counts` say
    how many there are of each noun, also of those that are not listed.
    """

    id: str
    kind: Literal["verdict", "change", "unread"]
    severity: Severity | None = None
    rule: str = ""
    dataset: str = ""
    column: str = ""
    before: str = ""
    after: str = ""
    clauses: str = ""
    what: str = ""
    why: str = ""
    todo: str = ""
    uncertain: bool = False
    place: str = ""
    cause: str = ""
    dashboards: tuple[str, ...] = ()
    kpis: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    counts: Mapping[str, int] = {}


def facts(report: Report) -> tuple[Fact, ...]:
    """Return what a model is told of `report`: the verdict first, then the worst changes.

    What is accepted is left out, with the reasons that its authors gave. Of equal reports the facts
    are equal.
    """
    changes = verdict.counting(report)
    told = [_verdict(report, changes)]
    told += [_change(change, f"f{2 + n}") for n, change in enumerate(changes[:MOST_CHANGES])]
    if report.coverage.failed:
        unread = {"files": len(report.coverage.failed)}
        told.append(Fact(id=f"f{1 + len(told)}", kind="unread", counts=unread))
    return tuple(told)


def document(told: Sequence[Fact]) -> str:
    """Return facts as the JSON that a model reads, with equal bytes for equal facts."""
    return msgspec.json.format(msgspec.json.encode(told, order="sorted"), indent=1).decode()


def names(fact: Fact) -> frozenset[str]:
    """Return every name that `fact` tells, in full."""
    single = (fact.rule, fact.dataset, fact.column, fact.before, fact.after, fact.place, fact.cause)
    files = (place.rpartition(":")[0] for place in (fact.place, fact.cause))
    listed = (fact.dashboards, fact.kpis, fact.datasets, fact.columns, fact.jobs, fact.steps)
    both = f"{fact.dataset}.{fact.column}" if fact.dataset and fact.column else ""
    found = {*single, *files, both, *(name for group in listed for name in group)}
    return frozenset(name for name in found if name and WITHHELD not in name)


def numbers(fact: Fact) -> frozenset[int]:
    """Return the numbers of `fact`: what it counts, those of its words, those of its types."""
    words = " ".join(_outside(text) for text in (fact.what, fact.why, fact.todo))
    types = f"{fact.before} {fact.after}" if fact.rule == "column-type-changed" else ""
    spelled = {int(digits[:9]) for digits in _DIGITS.findall(f"{words} {types}")}
    return frozenset(spelled | set(fact.counts.values()))


def lines(fact: Fact) -> frozenset[int]:
    """Return the line numbers of `fact`."""
    ends = (place.rpartition(":")[2] for place in (fact.place, fact.cause))
    return frozenset(int(end) for end in ends if end.isdecimal())


def own_words(fact: Fact) -> str:
    """Return the words of `fact` that are the rule's, without the names in them."""
    return " ".join(_outside(text) for text in (fact.what, fact.why, fact.todo, fact.clauses))


# --- how each is made ---------------------------------------------------------------------------


def _verdict(report: Report, changes: Sequence[Change]) -> Fact:
    counts = {"changes": len(changes), "changed datasets": len({one.dataset for one in changes})}
    for change in changes:
        counts[change.severity] = counts.get(change.severity, 0) + 1
    return Fact(
        id="f1", kind="verdict", severity=report.severity, counts=counts | _counts(report.impact)
    )


def _change(change: Change, name: str) -> Fact:
    impact = change.impact
    sides = (change.before, change.after) if change.rule in _NAMED_SIDES else (None, None)
    columns = [f"{ref.dataset}.{ref.column}" for ref in impact.columns]
    plain = Fact(
        id=name,
        kind="change",
        severity=change.severity,
        rule=change.rule,
        dataset=_name(change.dataset),
        column=_name(change.column),
        before=_name(sides[0]),
        after=_name(sides[1]),
        clauses=_clauses(change),
        uncertain=change.confidence < verdict.CERTAIN,
        place=_name(verdict.place(change)),
        cause=_name(verdict.spot(change.cause)) if change.cause else "",
        dashboards=_names(impact.dashboards),
        kpis=_names(impact.kpis),
        datasets=_names(impact.datasets),
        columns=_names(columns),
        jobs=_names(impact.jobs),
        steps=_steps(impact),
        counts=_counts(impact),
    )
    known = names(plain) | set(
        _names((*impact.datasets, *impact.jobs), len(impact.jobs) + len(impact.datasets))
    )
    return msgspec.structs.replace(
        plain,
        what=_without_code(change.message, known),
        why=_without_code(change.because, known),
        todo=_without_code(change.fix, known),
    )


def _counts(impact: Impact) -> dict[str, int]:
    groups: Mapping[str, Sequence[object]] = {
        "dashboards": impact.dashboards, "kpis": impact.kpis, "datasets": impact.datasets,
        "columns": impact.columns, "jobs": impact.jobs,
    }  # fmt: skip
    return {noun: len(group) for noun, group in groups.items() if group}


def _steps(impact: Impact) -> tuple[str, ...]:
    path = verdict.proof(impact)
    stations = verdict.stations(path, impact) if path else []
    return _names((station.name for station in stations), MOST_STEPS)


def _names(found: Iterable[str], most: int = MOST_NAMED) -> tuple[str, ...]:
    return tuple(_name(name) for _, name in zip(range(most), found, strict=False))


def _name(text: str | None) -> str:
    """Return a name as it is, or that it is withheld: it could be read as more than a name."""
    if not text:
        return ""
    plain = _PLAIN.fullmatch(text) and escape.clean(text) == text.strip()
    return WITHHELD if not plain or says_something(text) else text


def _clauses(change: Change) -> str:
    told = change.rule == "rows-changed" and _CLAUSES.fullmatch(change.detail)
    return change.detail if told else ""


def _without_code(text: str, known: frozenset[str] | set[str]) -> str:
    """Return a rule's words; of what was filled in, names that are `known`, and no code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return ""
    shown = [
        part if number % 2 == 0 else (f"`{part}`" if part in known else "…")
        for number, part in enumerate(parts)
    ]
    return escape.clean("".join(shown), 400)


def _outside(text: str) -> str:
    return " ".join(text.split("`")[::2])
