"""Files lowered in a limited child process: what dbt templates of strangers are rendered in."""

import threading
from collections.abc import Mapping
from types import TracebackType

import msgspec

from guardian.engines.contained import AnsweredError, Contained, LimitBrokenError, Limits
from guardian.languages import Sources
from guardian.languages.dbt import worker
from guardian.model.lineage import Diagnostic
from guardian.model.plan import Lowered

# Each costs a new child and up to `Limits.seconds`; who writes one such file may write a thousand.
MOST_BROKEN = 5


class ContainedLowering:
    """Lowers files of one revision by path, in a child that sees nothing but their texts.

    A file that breaks a limit ends its child and becomes a failed `Lowered` with a diagnostic; the
    next file gets a new child. After `MOST_BROKEN` of them no further file is tried.
    """

    def __init__(self, sources: Sources, *, limits: Limits | None = None) -> None:
        """Start no child yet: the first file does, and is what the texts are gathered for."""
        self._sources = sources
        self._limits = limits
        self._child: Contained | None = None
        self._broken = 0
        self._lock = threading.Lock()

    def __call__(self, path: str, texts: Mapping[str, str] | None = None) -> Lowered:
        """Return the file at `path` lowered, `failed` where that met a limit.

        With `texts`, as if these, by path, stood in place of what the revision has.
        """
        with self._lock:
            if self._broken >= MOST_BROKEN:
                return _failed(path, f"not read: {MOST_BROKEN} other files went past a limit")
            if self._child is None:
                opening = worker.opening(self._sources)
                self._child = Contained(worker.OPEN, opening, limits=self._limits)
            try:
                return worker.answered(self._child.ask([path, dict(texts)] if texts else path))
            except LimitBrokenError as error:
                self._broken += 1
                return _failed(path, f"not read within its limits: {error}")
            except (AnsweredError, msgspec.ValidationError) as error:
                return _failed(path, f"not understood ({error}); please report this file")

    def close(self) -> None:
        """End the child."""
        with self._lock:
            if self._child is not None:
                self._child.close()
                self._child = None

    def __enter__(self) -> "ContainedLowering":
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the child."""
        self.close()


def _failed(path: str, message: str) -> Lowered:
    warning = Diagnostic(path, 1, message[:500])
    return Lowered(path=path, language="dbt", warnings=(warning,), failed=True)
