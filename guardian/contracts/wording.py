"""A clause in a few words, as a report tells it."""

from collections.abc import Callable, Mapping

from guardian.model.contract import Check, Clause, ClauseKind, Interval, TypeName

MOST_NAMED = 12


def said(clause: Clause) -> str:
    """Return what a clause promises, without the name of its column."""
    words = _WORDS.get(clause.kind)
    if words is not None:
        return words(clause)
    return f"{clause.kind}: {clause.value if clause.value is not True else clause.name}"


def _written(clause: Clause) -> str:
    return str(clause.value)


def _named(clause: Clause) -> str:
    return f"{clause.name}: {clause.value}" if clause.name else str(clause.value)


def _key(clause: Clause) -> str:
    return f"{clause.kind.replace('-', ' ')}: {_listed(clause.value)}"


def _between(clause: Clause) -> str:
    if not isinstance(clause.value, Interval):
        return "items unique"
    word = "" if clause.kind == "range" else f"{clause.name or clause.kind} "
    return f"{word}{interval(clause.value)}"


def _rule(clause: Clause) -> str:
    return _check(clause.value) if isinstance(clause.value, Check) else clause.name


def _typed(clause: Clause) -> str:
    value = clause.value
    return value.physical or value.logical if isinstance(value, TypeName) else str(value)


_WORDS: Mapping[ClauseKind, Callable[[Clause], str]] = {
    "column": _written, "dataset": _written, "identity": _written, "status": _written,
    "type": _typed, "primary-key": _key, "unique-key": _key, "partition": _key,
    "role": _named, "location": _named, "quality": _rule,
    "range": _between, "length": _between, "items": _between,
    "required": lambda _: "not null",
    "unique": lambda _: "unique",
    "deprecated": lambda _: "deprecated",
    "critical": lambda _: "a critical data element",
    "compatibility": lambda clause: f"compatibility {clause.value}",
    "order": lambda clause: _listed(clause.value),
    "values": lambda clause: f"one of {_listed(clause.value)}",
    "pattern": lambda clause: f"like {clause.value}",
    "format": lambda clause: f"{clause.name or 'format'} {clause.value}",
    "multiple": lambda clause: f"a multiple of {_number(clause.value)}",
    "reference": lambda clause: f"refers to {clause.value}",
    "service-level": lambda clause: f"{clause.name}: {_level(clause.value)}",
}  # fmt: skip


def interval(between: Interval) -> str:
    """Return an interval in words: `from 0 to 100`, `above 0`, `5 or more`, `1`."""
    low, high = between.low, between.high
    if low is not None and low == high:
        return _number(low)
    if high is None and low is not None and not between.low_open:
        return f"{_number(low)} or more"
    if low is None and high is not None and not between.high_open:
        return f"{_number(high)} or less"
    parts = []
    if low is not None:
        parts.append(f"{'above' if between.low_open else 'from'} {_number(low)}")
    if high is not None:
        parts.append(f"{'below' if between.high_open else 'to'} {_number(high)}")
    return " ".join(parts) or "anything"


def _listed(value: object) -> str:
    names = value if isinstance(value, tuple) else (str(value),)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _check(value: Check) -> str:
    asked = " ".join(part for part in (value.metric, value.arguments, value.query) if part)
    unit = f" {value.unit}" if value.unit else ""
    within = f" must be {interval(value.within)}{unit}" if value.within is not None else ""
    outside = f" must not be {interval(value.outside)}{unit}" if value.outside is not None else ""
    severity = f" ({value.severity})" if value.severity else ""
    return f"{asked}{within}{outside}{severity}"


_UNITS = ((31_557_600, "year"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def _level(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    for seconds, unit in _UNITS:
        if value >= seconds and value % seconds == 0:
            count = value / seconds
            return f"{_number(count)} {unit}{'' if count == 1 else 's'}"
    return _number(value)


def _number(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return f"{int(value)}"
    return str(value)
