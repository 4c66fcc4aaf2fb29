"""How long GitHub is waited for: so many seconds in a whole run, and what a refusal asks for."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime

SECONDS = 60.0  # that GitHub may cost one run in all, asking and waiting
MOST_TRIES = 5  # of one request
LONGEST_ANSWER = 15.0  # seconds that one answer may take
_LEAST_ANSWER = 1.0
_UNKNOWN_LIMIT = 60.0  # GitHub asks for a minute where a rate limit names no time


class Budget:
    """The seconds that GitHub may cost one run; the time between two questions is free."""

    def __init__(
        self,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        """Start with `seconds` by `clock`; `sleep` waits that long."""
        self.left = seconds
        self._clock = clock
        self._sleep = sleep

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Take the time that the block costs."""
        start = self._clock()
        try:
            yield
        finally:
            self.left -= self._clock() - start

    def wait(self, seconds: float) -> bool:
        """Wait for `seconds` and return True; where they are not left, give up at once: False."""
        if seconds >= self.left:
            self.left = 0
            return False
        (self._sleep or time.sleep)(seconds)
        self.left -= seconds
        return True

    def answer(self) -> float:
        """Return the seconds that the next answer may take; 0 where nothing is left."""
        return min(LONGEST_ANSWER, self.left) if self.left >= _LEAST_ANSWER else 0


def backoff(tries: int) -> float:
    """Return the seconds to wait where nobody says how long: 1, 2, 4, 8."""
    return 2.0 ** (tries - 1)


def wait_before_retry(
    status: int, headers: Mapping[str, str], message: str, tries: int
) -> float | None:
    """Return the seconds to wait before the same request again; None where it will not help.

    `headers` have lower-case names, `tries` counts the attempts made so far. GitHub says how long
    where it limits a client (Best practices for using the REST API).
    """
    if status >= 500:
        return max(backoff(tries), _asked_for(headers) or 0)
    if status == 429 or (status == 403 and _is_limit(headers, message)):
        known = (_asked_for(headers), _until_reset(headers), _UNKNOWN_LIMIT)
        return next(seconds for seconds in known if seconds is not None)
    return None


def _is_limit(headers: Mapping[str, str], message: str) -> bool:
    said = "rate limit" in message.lower() or headers.get("x-ratelimit-remaining") == "0"
    return said or "retry-after" in headers


def _asked_for(headers: Mapping[str, str]) -> float | None:
    asked = headers.get("retry-after", "")
    return float(asked) if asked.isascii() and asked.isdigit() else None


def _until_reset(headers: Mapping[str, str]) -> float | None:
    """Return the seconds until the limit is lifted, by GitHub's own clock."""
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") != "0" or not (reset.isascii() and reset.isdigit()):
        return None
    try:
        now = parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):
        return None
    return max(1.0, float(reset) + 1 - now)
