"""Code run side by side: thread and process pools, threads, joblib, asyncio. In order here."""

from dataclasses import dataclass, field

from guardian.languages.python.machine import Machine
from guardian.languages.python.values import MISSING, Builtin, Call, Handler, Unknown, Value
from guardian.languages.python.values import text_entries as named

STARRED = frozenset({"starmap", "starmap_async"})
MAPS = frozenset({"map", "imap", "imap_unordered", "map_async"}) | STARRED
HANDED = frozenset({"apply", "apply_async"})


@dataclass(frozen=True, eq=False)
class Future:
    """What was computed."""

    value: Value

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the result."""
        if name == "add_done_callback":
            call.machine.apply(call.value(0), self)
            return None
        return self.value if name in {"result", "get", "compute"} else Unknown(name, weak=True)


class Pool:
    """An executor or a pool of workers."""

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Run what is handed in."""
        if name == "__enter__":
            return self
        function = call.value(0)
        if name == "submit":
            inner = call.shifted()
            return Future(call.machine.call(function, inner))
        if name in HANDED:
            args = call.machine.iterate(call.value(1, "args", ())) or []
            given = named(call.value(2, "kwds", {}))
            made = call.machine.call(function, Call(call.machine, args, given, call.node))
            return Future(made) if name.endswith("async") else made
        if name in MAPS:
            return self._mapped(name, function, call)
        return (
            None if name in {"shutdown", "close", "join", "__exit__"} else Unknown(name, weak=True)
        )

    def _mapped(self, name: str, function: Value, call: Call) -> Value:
        if name in STARRED:
            rows = call.machine.iterate(call.value(1))
            columns = [call.machine.iterate(row) or [row] for row in rows or [Unknown()]]
            made = [call.machine.apply(function, *row) for row in columns]
        else:
            made = (
                call.machine.iterate(
                    call.machine.call(
                        call.machine.builtin("map"), Call(call.machine, call.args, {})
                    )
                )
                or []
            )
        return Future(made) if name.endswith("async") else made


@dataclass(eq=False)
class Thread:
    """A thread or a process; it runs when it is started."""

    target: Value
    args: list[Value] = field(default_factory=list)
    kwargs: dict[str, Value] = field(default_factory=dict)

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Run it."""
        if name in {"start", "run"} and self.target is not None:
            call.machine.call(self.target, Call(call.machine, self.args, self.kwargs, call.node))
        return None


def _thread(call: Call) -> Value:
    args = call.machine.iterate(call.kwargs.get("args", ())) or []
    return Thread(call.value(1, "target"), args, named(call.kwargs.get("kwargs", {})))


def _completed(call: Call) -> Value:
    return call.machine.iterate(call.value(0)) or Unknown()


def _waited(call: Call) -> Value:
    return (_completed(call), [])


def _parallel(_: Call) -> Value:
    return Builtin("Parallel", lambda call: call.machine.iterate(call.value(0)) or [])


def _delayed(call: Call) -> Value:
    return call.value(0)


def _first(call: Call) -> Value:
    return call.value(0)


CALLS: dict[str, Handler] = {
    "concurrent.futures.ThreadPoolExecutor": lambda _: Pool(),
    "concurrent.futures.ProcessPoolExecutor": lambda _: Pool(),
    "concurrent.futures.thread.ThreadPoolExecutor": lambda _: Pool(),
    "multiprocessing.Pool": lambda _: Pool(), "multiprocessing.pool.Pool": lambda _: Pool(),
    "multiprocessing.pool.ThreadPool": lambda _: Pool(),
    "multiprocessing.dummy.Pool": lambda _: Pool(),
    "concurrent.futures.as_completed": _completed, "concurrent.futures.wait": _waited,
    "threading.Thread": _thread, "multiprocessing.Process": _thread,
    "pyspark.InheritableThread": _thread, "pyspark.util.InheritableThread": _thread,
    "pyspark.inheritable_thread_target": _first,
    "joblib.Parallel": _parallel, "joblib.delayed": _delayed,
    "asyncio.run": _first, "asyncio.create_task": _first, "asyncio.wait_for": _first,
    "asyncio.ensure_future": _first, "asyncio.shield": _first,
    "asyncio.gather": lambda call: list(call.args),
    "asyncio.to_thread": lambda call: call.machine.call(call.value(0), call.shifted()),
}  # fmt: skip
