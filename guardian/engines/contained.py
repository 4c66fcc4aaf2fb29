"""Pure functions called in limited child processes, where hostile input can do no harm.

A child has an empty environment, no file but its own code, no socket, bounded memory, and one
question at a time with bounded seconds. One that breaks a limit is ended, the question fails with a
sentence that names the limit, and the next question gets a new child. Questions and answers are
JSON.
"""

import importlib
import json
import os
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Protocol

import msgspec

_LENGTH = struct.Struct(">Q")
_START = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from guardian.engines.contained import serve; serve()"
)
_FORBIDDEN = (
    "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen",
    "os.system", "os.exec",
    "os.posix_spawn", "os.fork", "os.forkpty", "os.spawn", "ctypes.dlopen", "ftplib.connect",
    "os.remove", "os.rename",
)  # fmt: skip
# Python, what is installed for it, ourselves: what an import may open.
_OWN = tuple(
    f"{path.rstrip(os.sep)}{os.sep}"
    for path in (sys.prefix, sys.base_prefix, str(Path(__file__).resolve().parents[2]), *sys.path)
    if path
)
STACK = 256 * 1024 * 1024
RECURSION = 20_000


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one child may use: seconds for a question and in all; bytes of memory, of an answer."""

    seconds: float = 20.0
    opening_seconds: float = 120.0
    cpu_seconds: int = 3600
    memory: int = 2 * 1024**3
    answer: int = 64 * 1024**2


class LimitBrokenError(Exception):
    """A child was ended, or refused an answer; the sentence says which limit was met."""


class AnsweredError(Exception):
    """The function itself raised: its error's type and text."""


class Answerer(Protocol):
    """Something that answers questions one by one."""

    def ask(self, question: object) -> Any:
        """Return the answer."""


class Contained:
    """Children that answer with the function at `path` (`package.module:name`), one at a time.

    With an `opening`, that function is called with it once in each child,
    and what it returns answers the questions:
    so a large input is sent once.
    """

    def __init__(
        self, path: str, opening: object = None, *, limits: Limits | None = None, workers: int = 1
    ) -> None:
        """Start no child yet: the first question does."""
        self._limits = limits or Limits()
        self._opening = json.dumps({"function": path, "opening": opening}).encode()
        self._free: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        self._workers = workers
        for _ in range(workers):
            self._free.put(None)

    def ask(self, question: object) -> Any:
        """Return the answer to one question.

        Raises:
            LimitBrokenError: a limit was met, or the child could not be started.
            AnsweredError: the function raised.
        """
        child = self._free.get()
        try:
            if child is None:
                child = _Child(self._limits)
                child.exchange(self._opening, self._limits.opening_seconds)
            answer = child.exchange(json.dumps(question).encode(), self._limits.seconds)
        except LimitBrokenError:
            if child is not None:
                child.end()
            child = None
            raise
        finally:
            self._free.put(child)
        return answer

    def close(self) -> None:
        """End all children."""
        for _ in range(self._workers):
            child = self._free.get()
            if child is not None:
                child.end()
            self._free.put(None)

    def __enter__(self) -> "Contained":
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all children."""
        self.close()


class _Child:
    """One child process, and the thread that reads its answers."""

    def __init__(self, limits: Limits) -> None:
        root = str(Path(__file__).resolve().parents[2])
        kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
        command = [
            sys.executable,
            "-I",
            "-X",
            "utf8",
            "-c",
            _START,
            root,
            json.dumps(msgspec.to_builtins(limits)),
        ]
        try:
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and our own text
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=kept,
                cwd=Path(root).anchor,
                start_new_session=True,
            )
        except OSError as error:
            raise LimitBrokenError(f"no process could be started: {error.strerror}") from error
        self._limits = limits
        self._answers: queue.Queue[bytes | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        stream = self._process.stdout
        while stream is not None:
            frame = _receive(stream, self._limits.answer)
            self._answers.put(frame)
            if frame is None:
                return

    def exchange(self, message: bytes, seconds: float) -> Any:
        """Send one message, return its answer."""
        try:
            if self._process.stdin is None:
                raise LimitBrokenError("the child process has no input")
            _send(self._process.stdin, message)
            frame = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise LimitBrokenError(f"it took more than {seconds:g} seconds") from None
        except OSError:
            frame = None
        if frame is None:
            raise LimitBrokenError(self._reason())
        answer = json.loads(frame)
        if "limit" in answer:
            raise LimitBrokenError(answer["limit"])
        if "error" in answer:
            raise AnsweredError(answer["error"])
        return answer["answer"]

    def _reason(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        code = self._process.returncode
        memory = self._limits.memory // 1024**2
        return (
            f"its process ended ({code}): it needed more than {memory} MB, "
            "or its answer was too large"
        )

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


def _send(stream: BinaryIO | Any, message: bytes) -> None:
    stream.write(_LENGTH.pack(len(message)) + message)
    stream.flush()


def _receive(stream: BinaryIO | Any, most: int) -> bytes | None:
    """Return one message; None at the end of the stream, or where it has more than `most` bytes."""
    try:
        head = stream.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            return None
        size = _LENGTH.unpack(head)[0]
        if size > most:
            return None
        body = stream.read(size)
    except (OSError, ValueError):
        return None
    return body if len(body) == size else None


# --- inside the child ----------------------------------------------------------------------------


def serve() -> None:
    """Answer the questions on standard input until it ends; called in the child process only."""
    limits = msgspec.convert(json.loads(sys.argv[2]), Limits)
    _limit(limits)
    questions = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    threading.stack_size(STACK)
    sys.setrecursionlimit(RECURSION)
    thread = threading.Thread(target=_answer_all, args=(questions, answers, limits))
    thread.start()
    thread.join()


def _limit(limits: Limits) -> None:
    try:
        import resource
    except ImportError:
        return  # Windows: the parent's clock is the only limit there
    wanted = {
        resource.RLIMIT_AS: limits.memory, resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 128, resource.RLIMIT_CORE: 0,
    }  # fmt: skip
    for what, most in wanted.items():
        _, hard = resource.getrlimit(what)
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(ValueError, OSError):  # macOS refuses some of them
            resource.setrlimit(what, (value, value))


def _answer_all(questions: BinaryIO, answers: BinaryIO, limits: Limits) -> None:
    opening = json.loads(_receive(questions, 2**40) or b"null")
    if opening is None:
        return
    function: Callable[[Any], Any] | None = None

    def opened(_: object) -> None:
        nonlocal function
        function = _imported(opening["function"])
        sys.addaudithook(_refuse)
        if opening["opening"] is not None:
            function = function(opening["opening"])

    _send(answers, _answered(opened, None, limits))
    while function is not None and (message := _receive(questions, 2**40)) is not None:
        _send(answers, _answered(function, json.loads(message), limits))


def _imported(path: str) -> Callable[[Any], Any]:
    module, _, name = path.partition(":")
    if not module.startswith("guardian."):
        raise ValueError(f"`{path}` is no function of ours")
    found: Callable[[Any], Any] = getattr(importlib.import_module(module), name)
    return found


def _answered(function: Callable[[Any], Any], question: object, limits: Limits) -> bytes:
    try:
        answer = json.dumps({"answer": function(question)}).encode()
    except MemoryError:
        return json.dumps({"limit": f"it needed more than {limits.memory // 1024**2} MB"}).encode()
    except Exception as error:  # noqa: BLE001  # the process border: the parent raises it again
        return json.dumps({"error": f"{type(error).__name__}: {str(error)[:500]}"}).encode()
    if len(answer) > limits.answer:
        answer = json.dumps(
            {"limit": f"its answer has more than {limits.answer // 1024**2} MB"}
        ).encode()
    return answer


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(f"{event} is not for a contained process")
    if event == "open":
        _refuse_file(*args)


def _refuse_file(path: object, _mode: object, flags: int) -> None:
    if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
        raise PermissionError("a contained process writes no file")
    if isinstance(path, str | bytes) and not os.path.abspath(os.fsdecode(path)).startswith(_OWN):  # noqa: PTH100 - a hook of every import stays plain
        raise PermissionError("a contained process reads its own code only")
