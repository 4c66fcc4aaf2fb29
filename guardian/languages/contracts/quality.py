"""Rules about the data, as the contract standard has them: metrics with thresholds, SQL, engines'.

A rule of the standard's library that leaves no exception is the plain clause that it amounts to.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from guardian.languages.contracts.scalars import (
    bound,
    canonical,
    listed,
    mappings,
    spaced,
    text,
)
from guardian.languages.safe_yaml import LinedDict
from guardian.model.contract import Bound, Check, Clause, Interval

_COUNTS = frozenset({
    "nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount",
})  # fmt: skip
# Arguments whose order says nothing.
_SETS = frozenset({"validValues", "missingValues", "properties"})


def clauses(entry: LinedDict, column: str | None, names: Mapping[str, str]) -> Iterator[Clause]:
    """Yield the clauses of the rules of a table, or of a column; `names` are those of columns.

    A rule of type `text` is said to people.
    """
    for rule in mappings(entry.get("quality")):
        known = tuple(_meant(rule, column, names))
        if known:
            yield from known
        elif text(rule.get("type")).lower() != "text":
            yield _check(rule, column)


def allowed(column: str | None, values: Iterable[Any], at: int) -> Clause:
    """Return the clause that a column holds no other value than these; NULL is not one of them."""
    texts = tuple(sorted({text(value) for value in values if value is not None}))
    return Clause(kind="values", column=column, value=texts, line=at)


def _meant(rule: LinedDict, column: str | None, names: Mapping[str, str]) -> Iterator[Clause]:
    """Yield the plain clauses that a rule of the standard's library amounts to."""
    metric, arguments = _metric(rule), rule.get("arguments")
    arguments = arguments if isinstance(arguments, Mapping) else {}
    if metric not in _COUNTS or not _none_at_all(rule):
        return
    given = set(arguments)
    if metric == "duplicateValues" and given == {"properties"}:
        yield from _unique_together(listed(arguments["properties"]), names, rule.line)
    if column is None:
        return
    missing = given == {"missingValues"} and _as_list(arguments["missingValues"]) == [None]
    if metric == "nullValues" or (metric == "missingValues" and missing):
        yield Clause(kind="required", column=column, line=rule.line)
    elif metric == "duplicateValues" and not given:
        yield Clause(kind="unique", column=column, line=rule.line)
    elif metric == "invalidValues" and given and given <= {"validValues", "pattern"}:
        if "validValues" in given:
            yield allowed(column, _as_list(arguments["validValues"]), rule.line)
        if "pattern" in given:
            pattern = text(arguments["pattern"])
            yield Clause(kind="pattern", column=column, value=pattern, line=rule.line)


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _unique_together(spelled: list[str], names: Mapping[str, str], at: int) -> Iterator[Clause]:
    columns = tuple(sorted({names.get(name, name) for name in spelled}))
    if len(columns) == 1:
        yield Clause(kind="unique", column=columns[0], line=at)
    elif columns:
        yield Clause(kind="unique-key", name=", ".join(columns), value=columns, line=at)


def _metric(rule: LinedDict) -> str:
    return text(rule.get("metric") or rule.get("rule"))


def _unit(rule: LinedDict) -> str:
    unit = text(rule.get("unit")).lower()
    return "" if unit == "rows" else unit


def _none_at_all(rule: LinedDict) -> bool:
    """Return whether a rule lets a metric that counts be 0 alone."""
    within, outside = threshold(rule)
    if within is None or outside is not None or _unit(rule) not in {"", "percent"}:
        return False
    return counted(within, whole=not _unit(rule)) == Interval(high=0.0)


def _check(rule: LinedDict, column: str | None) -> Clause:
    kind = text(rule.get("type")).lower()
    metric = _metric(rule) or (
        "sql" if "query" in rule else text(rule.get("engine")) or kind or "rule"
    )
    implementation = rule.get("implementation")
    query = spaced(rule.get("query")) or (
        spaced(implementation) if isinstance(implementation, str) else canonical(implementation)
    )
    within, outside = threshold(rule)
    if metric in _COUNTS:
        within, outside = _of_counts(within, outside, whole=not _unit(rule))
    arguments = _arguments(rule.get("arguments"))
    value = Check(
        metric=metric,
        arguments=arguments,
        query=query,
        within=within,
        outside=outside,
        unit=_unit(rule),
        severity=text(rule.get("severity")).lower(),
    )
    named = text(rule.get("id")) or text(rule.get("name"))
    named = named or " ".join(part for part in (metric, arguments, query) if part)
    return Clause(kind="quality", column=column, name=named, value=value, line=rule.line)


def _of_counts(
    within: Interval | None, outside: Interval | None, *, whole: bool
) -> tuple[Interval | None, Interval | None]:
    """Return thresholds as they tell numbers apart that are counted: not 0 is more than 0."""
    found = counted(within, whole=whole) if within is not None else None
    if outside is None or not _is_numeric(outside):
        return found, outside
    low, high = outside.low, outside.high
    if found is None and isinstance(low, float) and isinstance(high, float) and low <= 0 <= high:
        return counted(Interval(low=high, low_open=True), whole=whole), None
    return found, outside


def _arguments(value: object) -> str:
    """Return arguments as JSON; what is a set is sorted."""
    if not isinstance(value, Mapping):
        return canonical(value)
    return canonical({
        key: sorted(item, key=canonical) if key in _SETS and isinstance(item, list) else item
        for key, item in value.items()
    })  # fmt: skip


# --- thresholds ----------------------------------------------------------------------------------


def threshold(rule: Mapping[Any, Any]) -> tuple[Interval | None, Interval | None]:
    """Return what a rule's metric must lie within, and what it must stay outside of.

    Several operators of a rule hold together. `mustBeBetween` takes its ends in.
    """
    found: Interval | None
    within: Interval | None = None
    for operator, (low, low_open, high, high_open) in _WITHIN.items():
        if rule.get(operator) is not None:
            one = _amount(rule[operator])
            found = Interval(
                low=one if low else None, high=one if high else None,
                low_open=low_open, high_open=high_open,
            )  # fmt: skip
            within = found if within is None else both(within, found)
    if (found := _between(rule.get("mustBeBetween"))) is not None:
        within = found if within is None else both(within, found)
    outside = _between(rule.get("mustNotBeBetween"))
    if rule.get("mustNotBe") is not None:
        one = _amount(rule["mustNotBe"])
        outside = Interval(low=one, high=one)
    return within, outside


_WITHIN: Mapping[str, tuple[bool, bool, bool, bool]] = {
    "mustBe": (True, False, True, False),
    "mustBeGreaterThan": (True, True, False, False),
    "mustBeGreaterOrEqualTo": (True, False, False, False),
    "mustBeGreaterThanOrEqualTo": (True, False, False, False),
    "mustBeLessThan": (False, False, True, True),
    "mustBeLessOrEqualTo": (False, False, True, False),
    "mustBeLessThanOrEqualTo": (False, False, True, False),
}


def _amount(value: object) -> Bound | None:
    return bound(value) if not isinstance(value, list | dict) else canonical(value)


def _between(value: object) -> Interval | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    return Interval(low=_amount(value[0]), high=_amount(value[1]))


def both(one: Interval, other: Interval) -> Interval:
    """Return what lies within two intervals; where their bounds cannot be compared, the first's."""
    low = _tighter((one.low, one.low_open), (other.low, other.low_open), upper=False)
    high = _tighter((one.high, one.high_open), (other.high, other.high_open), upper=True)
    return Interval(low=low[0], low_open=low[1], high=high[0], high_open=high[1])


def _tighter(
    one: tuple[Bound | None, bool], other: tuple[Bound | None, bool], *, upper: bool
) -> tuple[Bound | None, bool]:
    (first, first_open), (second, second_open) = one, other
    if first is None or second is None:
        return other if first is None else one
    if first == second:
        return first, first_open or second_open
    if isinstance(first, float) and isinstance(second, float):
        return one if (first < second) is upper else other
    if isinstance(first, str) and isinstance(second, str):
        return one if (first < second) is upper else other
    return one


def counted(between: Interval, *, whole: bool) -> Interval:
    """Return what an interval leaves of the numbers that a metric can be: none is below zero.

    With `whole` they are whole numbers, so that `above 0` and `from 1` are the same.
    """
    if not _is_numeric(between):
        return between
    found = integral(between) if whole else between
    if isinstance(found.low, float) and (found.low < 0 or (found.low == 0 and not found.low_open)):
        found = msgspec.structs.replace(found, low=None, low_open=False)
    return found


def integral(between: Interval) -> Interval:
    """Return the interval with closed ends that holds the same whole numbers."""
    if not _is_numeric(between):
        return between
    low, high = between.low, between.high
    if isinstance(low, float):
        low = math.floor(low) + 1.0 if between.low_open else float(math.ceil(low))
    if isinstance(high, float):
        high = math.ceil(high) - 1.0 if between.high_open else float(math.floor(high))
    return Interval(low=low, high=high)


def _is_numeric(between: Interval) -> bool:
    return not isinstance(between.low, str) and not isinstance(between.high, str)
