"""How far a template may go, so that a hostile one ends with a sentence."""

import time
from collections.abc import Callable

MAX_STEPS = 400_000
MAX_TEXT = 4_000_000
MAX_DEPTH = 60
MAX_SECONDS = 8.0
MAX_TEMPLATE = 1_000_000


class LimitError(Exception):
    """A template went further than it may; `line` is where, 0 where that is not known."""

    def __init__(self, message: str, line: int = 0) -> None:
        """Say which limit, and at which line."""
        super().__init__(message)
        self.line = line


class Budget:
    """What one rendering may still use: steps (calls, rounds of loops), seconds, text, depth."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start a rendering."""
        self._clock = clock
        self._end = clock() + MAX_SECONDS
        self._steps = 0
        self._made = 0
        self.depth = 0

    def step(self) -> None:
        """Count one call or one round of a loop.

        Raises:
            LimitError: after too many of them, or too long a time.
        """
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise LimitError(f"rendering took more than {MAX_STEPS} steps")
        if self._steps & 63 == 0 and self._clock() > self._end:
            raise LimitError(f"rendering took more than {MAX_SECONDS:g} seconds")

    def text(self, size: int) -> None:
        """Count text of `size` characters that is about to be made.

        Raises:
            LimitError: where one text, or all of them together, would be too large.
        """
        self._made += size
        if size > MAX_TEXT or self._made > 20 * MAX_TEXT:
            raise LimitError(f"rendering made a text of more than {MAX_TEXT} characters")

    def enter(self) -> None:
        """Count a call that is being entered; `depth` is lowered by who calls.

        Raises:
            LimitError: where calls are nested too deeply.
        """
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise LimitError(f"macros call each other more than {MAX_DEPTH} deep")
