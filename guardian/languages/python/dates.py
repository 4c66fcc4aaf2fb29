"""Dates and spans of time that the code writes out; those of the run are symbols."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from guardian.languages.python.machine import Machine
from guardian.languages.python.values import (
    MISSING,
    OPEN,
    Call,
    Handler,
    Text,
    Unknown,
    Value,
    as_text,
)

PARTS = frozenset({"year", "month", "day", "hour", "minute", "second", "microsecond"})
SPANS = frozenset({"days", "seconds", "microseconds"})
TEXTS = frozenset({"isoformat", "ctime", "__str__"})
NUMBERS = frozenset({"weekday", "isoweekday", "toordinal", "timestamp", "total_seconds"})
SIGNS: Mapping[str, str] = {
    "+": "__add__", "-": "__sub__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__",
    "==": "__eq__", "!=": "__ne__", "*": "__mul__", "//": "__floordiv__", "/": "__truediv__",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Moment:
    """A date, a time or a span that is known."""

    value: datetime.date | datetime.timedelta

    @property
    def constant_text(self) -> str:
        """Return what tells it from others."""
        return str(self.value)

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return a part."""
        del machine
        if name in PARTS | SPANS and hasattr(self.value, name):
            return getattr(self.value, name)
        return MISSING

    def operate(self, sign: str, other: Value, machine: Machine, *, reflected: bool) -> Value:
        """Return a sum, a difference or a comparison."""
        del machine
        right = other.value if isinstance(other, Moment) else other
        pair = (right, self.value) if reflected else (self.value, right)
        method = getattr(pair[0], SIGNS.get(sign, ""), None)
        try:
            made = NotImplemented if method is None else method(pair[1])
        except (TypeError, ValueError, OverflowError, ArithmeticError):
            return Unknown()
        if made is NotImplemented:
            return Unknown()
        return Moment(made) if isinstance(made, datetime.date | datetime.timedelta) else made

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method gives."""
        if name in {"strftime", "__format__"} and isinstance(self.value, datetime.date):
            form = call.value(0)
            known = isinstance(form, str) and OPEN not in form and len(form) < 100
            return as_text(self.value.strftime(str(form)), form) if known else Unknown()
        if name in TEXTS | NUMBERS and not call.args and not call.kwargs:
            method = getattr(self.value, name, None)
            return Unknown() if method is None else method()
        if name == "replace" and isinstance(self.value, datetime.date):
            numbers = {key: item for key, item in call.kwargs.items() if isinstance(item, int)}
            return Moment(self.value.replace(**numbers)) if not call.args else Unknown()
        if name in {"date", "astimezone", "now"}:
            date = isinstance(self.value, datetime.datetime) and name == "date"
            return Moment(self.value.date()) if date else self  # type: ignore[union-attr]  # a datetime
        return Unknown(name, weak=True)

    def shown(self, spec: str) -> str:
        """Return it as `str()` and f-strings print it."""
        return format(self.value, spec) if spec and len(spec) < 100 else str(self.value)


def _made(kind: type[datetime.date] | type[datetime.timedelta]) -> Handler:
    def answer(call: Call) -> Value:
        numbers = (int, float) if kind is datetime.timedelta else (int,)
        given = {key: item for key, item in call.kwargs.items() if key != "tzinfo"}
        if not all(isinstance(item, numbers) for item in (*call.args, *given.values())):
            return Unknown(kind.__name__, weak=True)
        return Moment(kind(*call.args, **given))  # type: ignore[arg-type]  # numbers only

    return answer


def _parsed(call: Call) -> Value:
    text, form = call.value(0), call.value(1)
    known = all(isinstance(item, str) and not isinstance(item, Text) for item in (text, form))
    try:
        return Moment(datetime.datetime.strptime(str(text), str(form))) if known else _named(text)  # noqa: DTZ007 - as the code has it
    except ValueError:
        return Unknown()


def _iso(kind: type[datetime.date]) -> Handler:
    def answer(call: Call) -> Value:
        text = call.value(0)
        if not isinstance(text, str) or isinstance(text, Text):
            return _named(text)
        return Moment(kind.fromisoformat(text))

    return answer


def _named(value: Value) -> Value:
    return Unknown(value.name, weak=True) if isinstance(value, Unknown) else Unknown(weak=True)


def _now(_: Call) -> Value:
    return Unknown("now", weak=True)


CALLS: dict[str, Handler] = {
    "datetime.datetime": _made(datetime.datetime), "datetime.date": _made(datetime.date),
    "datetime.timedelta": _made(datetime.timedelta),
    "datetime.datetime.strptime": _parsed,
    "datetime.datetime.fromisoformat": _iso(datetime.datetime),
    "datetime.date.fromisoformat": _iso(datetime.date),
    **dict.fromkeys(
        ("datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow",
         "datetime.date.today", "time.time", "time.strftime", "pendulum.now", "pendulum.today"),
        _now,
    ),
}  # fmt: skip
