"""A call that may take only so long, whatever it waits for."""

import queue
import threading
from collections.abc import Callable

from guardian.narrative.asking import NoAnswerError


def within(seconds: float, work: Callable[[], str]) -> str:
    """Return what `work` returns, or raises, within `seconds`; later it is left behind.

    A socket's own time limit starts anew with each byte that trickles in, hence a thread. It is a
    daemon: the process does not wait for it at its end.

    Raises:
        NoAnswerError: it took longer.
    """
    done: queue.SimpleQueue[str | Exception] = queue.SimpleQueue()

    def worked() -> None:
        try:
            done.put(work())
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            done.put(error)

    threading.Thread(target=worked, daemon=True).start()
    try:
        outcome = done.get(timeout=seconds)
    except queue.Empty:
        raise NoAnswerError(f"no answer within {seconds:.0f} seconds") from None
    if isinstance(outcome, NoAnswerError):
        raise outcome
    if isinstance(outcome, Exception):  # no library's trouble may cost a report
        raise NoAnswerError(f"{type(outcome).__name__}: {outcome}"[:200]) from outcome
    return outcome
