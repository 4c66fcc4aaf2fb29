"""Python source rewritten in a limited child process: LibCST can end the one that it is in."""

import threading
from types import TracebackType

import msgspec

from guardian.engines.contained import AnsweredError, Contained, LimitBrokenError, Limits
from guardian.rewriting import QUESTION, Place, Question, places

LIMITS = Limits(seconds=10.0, memory=1024**3, answer=16 * 1024**2)
MOST_BROKEN = 3


class ContainedRewriting:
    """Answers `guardian.rewriting` in a child; where that meets a limit, with no places."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        """Start no child yet: the first Python file does."""
        self._limits = limits
        self._child: Contained | None = None
        self._broken: set[str] = set()
        self._known: dict[Question, tuple[Place, ...]] = {}
        self._lock = threading.Lock()

    def __call__(self, question: Question) -> tuple[Place, ...]:
        """Return the places asked for; none where the text is no Python, or met a limit."""
        with self._lock:
            if question not in self._known:
                self._known[question] = self._asked(question)
            return self._known[question]

    def _asked(self, question: Question) -> tuple[Place, ...]:
        if question.text in self._broken or len(self._broken) >= MOST_BROKEN:
            return ()
        if self._child is None:
            self._child = Contained(QUESTION, limits=self._limits)
        try:
            return places(self._child.ask(msgspec.to_builtins(question)))
        except LimitBrokenError:
            self._broken.add(question.text)
        except (AnsweredError, msgspec.ValidationError):
            pass
        return ()

    def __enter__(self) -> "ContainedRewriting":
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the child."""
        if self._child is not None:
            self._child.close()
