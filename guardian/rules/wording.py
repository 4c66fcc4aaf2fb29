"""The words of a rule with the facts of a change filled in; and those facts, for conditions."""

import re
from collections.abc import Callable, Mapping, Sequence

from guardian import escape
from guardian.model.changes import Change, Impact
from guardian.model.types import direction
from guardian.rules.conditions import Facts

NAMED = 3
MOST_CHARACTERS = 120

_FIELD = re.compile(r"\{([^{}\s]*)\}")


def facts(change: Change, *, contracted: bool) -> Facts:
    """Return what a condition may ask about `change`, under the names of `conditions.FACTS`."""
    impact = change.impact
    return {
        "impact.columns": tuple(f"{ref.dataset}.{ref.column}" for ref in impact.columns),
        "impact.datasets": impact.datasets,
        "impact.jobs": impact.jobs,
        "impact.dashboards": impact.dashboards,
        "impact.kpis": impact.kpis,
        "impact.promises": promised(impact),
        "confidence": change.confidence,
        "witness": change.evidence is not None and change.evidence.witness is not None,
        "tries": change.evidence.tries if change.evidence is not None else 0,
        "contracted": contracted,
        "rule": change.rule,
        "dataset": change.dataset,
        "column": change.column or "",
        "before": change.before or "",
        "after": change.after or "",
        "detail": change.detail,
        "direction": _direction(change),
        "job": change.job,
        "file": change.location.file,
    }


def _direction(change: Change) -> str:
    if change.rule not in {"column-type-changed", "contract-type-changed"}:
        return ""
    return direction(change.before or "", change.after or "")


def filled(text: str, change: Change) -> str:
    """Return `text` with its fields filled in from `change`; what is missing gets a plain word."""
    return _FIELD.sub(lambda field: _FIELDS[field[1]](change), text)


def unknown_field(text: str) -> str | None:
    """Return the first field of `text` that nothing can fill, None where all can be."""
    return next((field for field in _FIELD.findall(text) if field not in _FIELDS), None)


def listed(names: Sequence[str], nothing: str) -> str:
    """Return `names` as a phrase: each in backticks, at most three; `nothing` where none."""
    quoted = [f"`{_short(name)}`" for name in names]
    return _phrase(quoted) if quoted else nothing


def promised(impact: Impact) -> tuple[str, ...]:
    """Return the promises that a change breaks, each with its column: `d.x: not null; …`."""
    return tuple(f"{one.dataset}.{one.column}: {one.text}" for one in impact.promises)


def consumers(impact: Impact) -> str:
    """Return the dashboards and KPIs of `impact` as a phrase: dashboard `A` and KPI `B`."""
    quoted = [f"dashboard `{_short(name)}`" for name in impact.dashboards]
    quoted += [f"KPI `{_short(name)}`" for name in impact.kpis]
    return _phrase(quoted) if quoted else "no known dashboard or KPI"


def _phrase(parts: Sequence[str]) -> str:
    if len(parts) > NAMED:
        return f"{', '.join(parts[:NAMED])} and {len(parts) - NAMED} more"
    return " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)


def _short(text: str) -> str:
    return escape.value(text, MOST_CHARACTERS)


_FIELDS: Mapping[str, Callable[[Change], str]] = {
    "dataset": lambda change: _short(change.dataset),
    "column": lambda change: _short(change.column or "the whole dataset"),
    "before": lambda change: _short(change.before or "nothing"),
    "after": lambda change: _short(change.after or "nothing"),
    "detail": lambda change: _short(change.detail or "no detail"),
    "rule": lambda change: _short(change.rule),
    "job": lambda change: _short(change.job),
    "file": lambda change: _short(change.location.file),
    "line": lambda change: str(change.location.line),
    "impact.columns": lambda change: listed(
        [f"{ref.dataset}.{ref.column}" for ref in change.impact.columns], "no known column"
    ),
    "impact.datasets": lambda change: listed(change.impact.datasets, "no known dataset"),
    "impact.jobs": lambda change: listed(change.impact.jobs, "no known job"),
    "impact.dashboards": lambda change: listed(change.impact.dashboards, "no known dashboard"),
    "impact.kpis": lambda change: listed(change.impact.kpis, "no known KPI"),
    "impact.promises": lambda change: listed(promised(change.impact), "no known promise"),
    "consumers": lambda change: consumers(change.impact),
}


def readable(text: str) -> str:
    """Return `text` as it reads where no change is at hand: each field in plain words."""
    return _FIELD.sub(lambda field: _GENERAL.get(field[1], field[1]), text)


_GENERAL: Mapping[str, str] = {
    "impact.columns": "the columns downstream",
    "impact.datasets": "the datasets downstream",
    "impact.jobs": "the job that reads it",
    "impact.dashboards": "the dashboard",
    "impact.kpis": "the KPI",
    "impact.promises": "what its readers are promised",
    "consumers": "the dashboard or KPI",
}
