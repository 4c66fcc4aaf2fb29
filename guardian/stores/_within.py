"""A call that may take only so long, whatever it waits for; and many calls at once."""

import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from guardian.errors import ServiceError

Asked = TypeVar("Asked")
Given = TypeVar("Given")
AT_ONCE = 16


def within(seconds: float, where: str, work: Callable[[], Given]) -> Given:
    """Return what `work` returns, or raises, within `seconds`; later it is left behind.

    A socket's own time limit starts anew with each byte that trickles in, hence a thread. It is a
    daemon: the process does not wait for it at its end.

    Raises:
        ServiceError: it took longer.
    """
    done: queue.SimpleQueue[tuple[Given | None, BaseException | None]] = queue.SimpleQueue()

    def worked() -> None:
        try:
            done.put((work(), None))
        except BaseException as error:  # noqa: BLE001  # raised where it is waited for
            done.put((None, error))

    threading.Thread(target=worked, daemon=True).start()
    try:
        given, error = done.get(timeout=seconds)
    except queue.Empty:
        raise ServiceError(
            f"the store did not answer within {seconds:.0f} seconds", where=where
        ) from None
    if error is not None:
        raise error
    return given  # type: ignore[return-value]  # None only where `work` gave it


def each(work: Callable[[Asked], Given], asked: Sequence[Asked]) -> list[Given]:
    """Return what `work` gives for each of `asked`, in their order, several at once.

    The threads are daemons, too: one that waits for an answer keeps nobody from leaving.
    """
    todo: queue.SimpleQueue[tuple[int, Asked]] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Given | None, BaseException | None]] = queue.SimpleQueue()
    for item in enumerate(asked):
        todo.put(item)

    def worked() -> None:
        with suppress(queue.Empty):
            while True:
                number, one = todo.get_nowait()
                try:
                    done.put((number, work(one), None))
                except BaseException as error:  # noqa: BLE001  # raised where it is waited for
                    done.put((number, None, error))

    for _ in range(min(AT_ONCE, len(asked))):
        threading.Thread(target=worked, daemon=True).start()
    found: dict[int, Given] = {}
    for _ in asked:
        number, given, error = done.get()
        if error is not None:
            raise error
        found[number] = given  # type: ignore[assignment]  # None only where `work` gave it
    return [found[number] for number in range(len(asked))]
