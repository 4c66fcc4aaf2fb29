"""`modules.datetime`, `modules.re`, … as templates may use them: no clock, no endless pattern."""

import datetime
import itertools
import re
from collections.abc import Iterable
from typing import Any

from typing_extensions import override

from guardian.languages.dbt.limits import LimitError

MAX_PATTERN = 200
MAX_SUBJECT = 5_000
MAX_PRODUCT = 10_000
_NESTED = re.compile(r"[*+}][^()]*\)\s*[*+{]|\([^()]*\|[^()]*\)\s*[*+{]")


class Moment(datetime.datetime):
    """A point in time, the same at each run: `now()`, so that equal code gives equal SQL."""

    @classmethod
    @override
    def now(cls, tz: Any = None) -> "Moment":  # the signature of the class it stands for
        """Return the moment."""
        return MOMENT

    @classmethod
    @override
    def utcnow(cls) -> "Moment":
        """Return the moment."""
        return MOMENT

    @classmethod
    @override
    def today(cls) -> "Moment":
        """Return the moment."""
        return MOMENT

    @override
    def astimezone(self, tz: Any = None) -> "Moment":  # the signature of the class it stands for
        """Return the moment itself, in any zone."""
        return self


MOMENT = Moment(2024, 1, 1, tzinfo=None)  # dbt's own is without a zone in comparisons


class Day(datetime.date):
    """A date whose `today()` is the same at each run."""

    @classmethod
    @override
    def today(cls) -> "Day":
        """Return the day of the moment."""
        return cls(MOMENT.year, MOMENT.month, MOMENT.day)


class _Datetime:
    timedelta, time, timezone = datetime.timedelta, datetime.time, datetime.timezone
    datetime, date = Moment, Day


class _Zone:
    """A time zone by name; it moves nothing, see `Moment`."""

    def __init__(self, name: str) -> None:
        self.zone = name

    def localize(self, moment: Any) -> Any:
        """Return the moment itself."""
        return moment

    @override
    def __str__(self) -> str:
        return self.zone


class _Zones:
    utc = UTC = _Zone("UTC")

    def timezone(self, name: Any) -> _Zone:
        """Return the zone of that name."""
        return _Zone(str(name))


class _Patterns:
    """The functions of `re`, for patterns and texts of a size that no pattern can make endless."""

    IGNORECASE = I = re.IGNORECASE  # noqa: E741  # the names of the module it stands for
    MULTILINE = M = re.MULTILINE
    DOTALL = S = re.DOTALL

    def compile(self, pattern: Any, flags: Any = 0) -> "_Pattern":
        """Return the pattern, its functions as methods."""
        return _Pattern(pattern, flags)

    def match(self, pattern: Any, string: Any, flags: Any = 0) -> Any:
        """Return the match at the start of `string`."""
        return _checked(pattern, string, flags).match(str(string))

    def search(self, pattern: Any, string: Any, flags: Any = 0) -> Any:
        """Return the first match in `string`."""
        return _checked(pattern, string, flags).search(str(string))

    def fullmatch(self, pattern: Any, string: Any, flags: Any = 0) -> Any:
        """Return the match of all of `string`."""
        return _checked(pattern, string, flags).fullmatch(str(string))

    def findall(self, pattern: Any, string: Any, flags: Any = 0) -> list[Any]:
        """Return all matches in `string`."""
        return _checked(pattern, string, flags).findall(str(string))

    def split(self, pattern: Any, string: Any, maxsplit: Any = 0, flags: Any = 0) -> list[Any]:
        """Return the pieces of `string` between matches."""
        return _checked(pattern, string, flags).split(str(string), maxsplit=int(maxsplit))

    def sub(self, pattern: Any, repl: Any, string: Any, count: Any = 0, flags: Any = 0) -> str:
        """Return `string` with its matches replaced."""
        if len(str(repl)) > MAX_PATTERN:
            raise LimitError(f"`re.sub` is given more than {MAX_PATTERN} characters to put in")
        return _checked(pattern, string, flags).sub(str(repl), str(string), count=int(count))

    def escape(self, text: Any) -> str:
        """Return `text` as a pattern that matches it."""
        return re.escape(str(text))


class _Pattern:
    def __init__(self, pattern: Any, flags: Any) -> None:
        self.pattern, self._flags, self._re = str(pattern), flags, _Patterns()

    def match(self, string: Any) -> Any:
        return self._re.match(self.pattern, string, self._flags)

    def search(self, string: Any) -> Any:
        return self._re.search(self.pattern, string, self._flags)

    def findall(self, string: Any) -> list[Any]:
        return self._re.findall(self.pattern, string, self._flags)

    def sub(self, repl: Any, string: Any) -> str:
        return self._re.sub(self.pattern, repl, string, 0, self._flags)


def _checked(pattern: Any, string: Any, flags: Any) -> re.Pattern[str]:
    text = str(pattern.pattern if isinstance(pattern, _Pattern) else pattern)
    if len(text) > MAX_PATTERN or _NESTED.search(text):
        raise LimitError("a regular expression is too long, or repeats a repetition")
    if len(str(string)) > MAX_SUBJECT:
        raise LimitError(f"a regular expression is applied to more than {MAX_SUBJECT} characters")
    return re.compile(text, int(flags))


class _Itertools:
    """The functions of `itertools` that end."""

    def product(self, *values: Iterable[Any]) -> list[Any]:
        """Return all combinations, so long as they are few."""
        return _few(itertools.product(*[list(v)[:MAX_PRODUCT] for v in values]))

    def chain(self, *values: Iterable[Any]) -> list[Any]:
        """Return the values one behind the other."""
        return _few(itertools.chain(*values))

    def combinations(self, values: Iterable[Any], size: Any) -> list[Any]:
        """Return all selections of `size`, so long as they are few."""
        return _few(itertools.combinations(list(values)[:100], min(int(size), 100)))

    def zip_longest(self, *values: Iterable[Any]) -> list[Any]:
        """Return the values side by side."""
        return _few(itertools.zip_longest(*values))


def _few(values: Iterable[Any]) -> list[Any]:
    found = list(itertools.islice(values, MAX_PRODUCT + 1))
    if len(found) > MAX_PRODUCT:
        raise LimitError(f"`itertools` made more than {MAX_PRODUCT} values")
    return found


class Modules:
    """`modules`."""

    def __init__(self) -> None:
        """Offer the modules that dbt offers."""
        self.datetime, self.re, self.pytz, self.itertools = (
            _Datetime(),
            _Patterns(),
            _Zones(),
            _Itertools(),
        )
