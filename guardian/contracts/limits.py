"""Written values against the values, ranges, lengths and patterns that a contract promises."""

import re
import warnings
from collections.abc import Iterator, Sequence

from guardian.contracts.values import constants, literal, longest, number
from guardian.model.contract import Bound, Clause, Interval
from guardian.model.expression import NULL, Expression, is_const, name_of

# A branch that gives a constant may be one that no row takes.
OF_A_BRANCH = 0.95
_TURNED = 0.8
_LONGER = 0.7
MOST_PATTERN = 200
MOST_TEXT = 100
# Parts of a pattern that make matching slow on hostile text: groups that repeat, references.
_COSTLY = re.compile(r"\)[*+?{]|\\\d|\(\?(?!:)")
_CHOICE = re.compile(r"(?<![\\(])[*+?]|\{\d*,\d*\}")
MOST_CHOICES = 3
MOST_ALTERNATIVES = 10


def outside(
    clauses: Sequence[Clause], value: Expression, base: Expression | None
) -> Iterator[tuple[Clause, str, float]]:
    """Yield each clause of a column that a value breaks, what is written, and how sure that is.

    `base` is what was written before, None where that is not known.
    """
    known = [constant for constant in constants(value) if constant is not NULL]
    for clause in clauses:
        for constant in known:
            if refused(clause, constant):
                yield clause, literal(constant) or "", OF_A_BRANCH
        if isinstance(clause.value, Interval) and clause.kind == "range":
            yield from _turned(clause, clause.value, value, base)
        if isinstance(clause.value, Interval) and clause.kind == "length":
            yield from _of_length(clause, clause.value, value, base)


def refused(clause: Clause, constant: Expression) -> bool:
    """Return whether a clause does not allow a constant; False where that cannot be told."""
    text = literal(constant)
    if text is None:
        return False
    match clause.kind, clause.value:
        case "values", tuple(allowed):
            return not _listed(constant, text, allowed)
        case "range", Interval() as within:
            return _beyond(constant, text, within)
        case "length", Interval() as within:
            return is_const(constant, "string") and not _within(float(len(text)), within)
        case "pattern", str(pattern):
            return is_const(constant, "string") and matches(pattern, text) is False
        case _:
            return False


def _listed(constant: Expression, text: str, allowed: tuple[str, ...]) -> bool:
    if is_const(constant, "boolean"):
        return text.lower() in {item.lower() for item in allowed}
    if is_const(constant, "number"):
        wanted = number(text)
        return any(number(item) == wanted for item in allowed if number(item) is not None)
    return text in allowed


def _beyond(constant: Expression, text: str, within: Interval) -> bool:
    """Return whether a number, or a date in text, lies outside an interval."""
    low, high = within.low, within.high
    if is_const(constant, "number"):
        found = number(text)
        return found is not None and not _within(float(found), within)
    ends = [end for end in (low, high) if end is not None]
    dated = all(isinstance(end, str) and len(end) == len(text) for end in ends)
    return bool(ends) and dated and text[:1].isdigit() and not _within(text, within)


def _within(value: Bound, within: Interval) -> bool:
    for end, is_open, sign in (
        (within.low, within.low_open, 1),
        (within.high, within.high_open, -1),
    ):
        if end is None or isinstance(end, str) is not isinstance(value, str):
            continue
        beyond = (value < end) if sign == 1 else (value > end)  # type: ignore[operator]  # alike
        if beyond or (is_open and value == end):
            return False
    return True


def _turned(
    clause: Clause, within: Interval, value: Expression, base: Expression | None
) -> Iterator[tuple[Clause, str, float]]:
    """Yield the clause of a value without a sign that is negated now."""
    if base is None or not isinstance(within.low, float) or within.low < 0:
        return
    if (name_of(value) == "neg" and value.args[0] is base) or _times_negative(value, base):
        yield clause, "the negative of what it was", _TURNED


def _times_negative(value: Expression, base: Expression) -> bool:
    if name_of(value) != "mul" or base not in value.args or len(value.args) != 2:
        return False
    factor = next((arg for arg in value.args if arg is not base), base)
    found = number(factor.value[1]) if is_const(factor, "number") else None
    return found is not None and found < 0


def _of_length(
    clause: Clause, within: Interval, value: Expression, base: Expression | None
) -> Iterator[tuple[Clause, str, float]]:
    if is_const(value):
        return
    most = longest(value)
    if isinstance(within.low, float) and most is not None and most < within.low:
        yield clause, f"at most {most} characters", OF_A_BRANCH
    if isinstance(within.high, float) and base is not None:
        before = longest(base)
        if before is not None and before <= within.high and (most is None or most > within.high):
            now = "of any length" if most is None else f"up to {most} characters"
            yield clause, f"{now}, not up to {before}", _LONGER


def matches(pattern: str, text: str) -> bool | None:
    """Return whether a text has a pattern in it; None where that cannot be asked safely.

    Strangers write both: what can take long is not asked.
    """
    if len(pattern) > MOST_PATTERN or len(text) > MOST_TEXT or _COSTLY.search(pattern):
        return None
    if len(_CHOICE.findall(pattern)) > MOST_CHOICES or pattern.count("|") > MOST_ALTERNATIVES:
        return None
    try:
        with warnings.catch_warnings(action="ignore"):
            return re.search(pattern, text) is not None
    except (re.error, OverflowError, RecursionError):
        return None
