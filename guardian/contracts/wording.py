"""A clause in a few words, as a report tells it."""

from guardian.model.contract import Check, Clause, Interval, TypeName

MOST_NAMED = 12


def said(clause: Clause) -> str:
    """Return what a clause promises, without the name of its column."""
    value = clause.value
    match clause.kind:
        case "column":
            return str(value)
        case "type":
            return _type(value) if isinstance(value, TypeName) else str(value)
        case "required":
            return "not null"
        case "unique" | "deprecated":
            return clause.kind
        case "primary-key" | "unique-key" | "partition":
            return f"{clause.kind.replace('-', ' ')}: {_listed(value)}"
        case "values":
            return f"one of {_listed(value)}"
        case "range" | "length" | "items":
            word = "" if clause.kind == "range" else f"{clause.kind} "
            return f"{word}{interval(value)}" if isinstance(value, Interval) else "items unique"
        case "quality":
            return _check(value) if isinstance(value, Check) else clause.name
        case "service-level":
            return f"{clause.name}: {_level(value)}"
        case "multiple":
            return f"a multiple of {_number(value)}"
        case "reference":
            return f"refers to {value}"
        case _:
            return f"{clause.kind}: {value if value is not True else clause.name}"


def interval(between: Interval) -> str:
    """Return an interval in words: `from 0 to 100`, `above 0`, `1`."""
    low, high = between.low, between.high
    if low is not None and low == high:
        return _number(low)
    parts = []
    if low is not None:
        parts.append(f"{'above' if between.low_open else 'from'} {_number(low)}")
    if high is not None:
        parts.append(f"{'below' if between.high_open else 'to'} {_number(high)}")
    return " ".join(parts) or "anything"


def _type(value: TypeName) -> str:
    return value.physical or value.logical


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
