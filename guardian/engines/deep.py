"""A thread with a stack deep enough for what strangers nest."""

import gc
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

from guardian.errors import ConfigError

Result = TypeVar("Result")
_STACK_BYTES = (512 << 20, 128 << 20, 32 << 20)
_FRAMES = 50_000


def deep(work: Callable[[], Result]) -> Result:
    """Return what `work` returns, run where deeply nested code does not exhaust the stack."""
    outcome: list[Result] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:  # noqa: BLE001  # carried to the caller's thread, all of it
            failure.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size()
    collecting = gc.get_threshold()
    sys.setrecursionlimit(max(limit, _FRAMES))
    # Plans and expressions stay until the end: looking through them for garbage costs a fifth.
    gc.set_threshold(200_000, 50, 50)
    try:
        thread = _started(run)
    finally:
        threading.stack_size(size)
    try:
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        gc.set_threshold(*collecting)
    if failure:
        raise failure[0]
    return outcome[0]


def _started(run: Callable[[], None]) -> threading.Thread:
    """Return a running thread with the largest stack that the system grants."""
    for size in _STACK_BYTES:
        try:
            threading.stack_size(size)
            thread = threading.Thread(target=run, daemon=True)
            thread.start()
        except (RuntimeError, ValueError):
            continue  # a memory limit (ulimit, container) forbids it
        return thread
    raise ConfigError("no memory for the analysis", fix="allow the process at least 64 MB")
