"""Processes that lower files side by side, where there are many to lower.

A child is our own interpreter with our own code. It is given paths, asks back for each text and
dialect that it needs, and answers with packed plans: what a file becomes is the same as in one
process, and all that is read is read here.
"""

import os
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from guardian.engines.deep import deep
from guardian.languages.packed import packed, unpacked
from guardian.model.lineage import Diagnostic
from guardian.model.plan import Lowered
from guardian.model.source import SourceFile
from guardian.pipeline import Made, Revisable, lowered_alone

LEAST = 200  # files that make a further process worth its start
MOST = 8
_CHUNK = 24  # neighbours stay together: they import the same modules
_KEPT_CHARACTERS = 64_000_000
_LENGTH = struct.Struct(">Q")
_START = (
    "import sys; sys.path.append(sys.argv[1]); from guardian.engines.crew import serve; serve()"
)


class Crew:
    """Lowers files of one revision in several processes; none where there are too few."""

    def __init__(self, sources: Revisable, *, workers: int | None = None) -> None:
        """Start no process yet; `workers` is the number of processors where it is None."""
        self._sources = sources
        self._workers = workers
        self._lock = threading.Lock()

    def __call__(self, paths: Sequence[str]) -> Iterator[tuple[str, Made]]:
        """Yield files lowered, in no order; nothing at all where one process does as well."""
        workers = self._workers or min(processors(), MOST, len(paths) // LEAST)
        if workers < 2:
            return
        chunks = deque(paths[start : start + _CHUNK] for start in range(0, len(paths), _CHUNK))
        with ThreadPoolExecutor(workers) as pool:
            try:
                for future in [pool.submit(self._work, chunks) for _ in range(workers)]:
                    yield from future.result()
            finally:
                chunks.clear()  # where one fails or the user gives up, the others stop soon

    def _work(self, chunks: deque[Sequence[str]]) -> list[tuple[str, Made]]:
        """Return what one child after the other makes of chunks, until there are none left."""
        done: list[tuple[str, Made]] = []
        child: _Child | None = None
        try:
            while True:
                try:
                    waiting = deque(chunks.popleft())
                except IndexError:
                    return done
                while waiting:
                    try:
                        child = child or _Child(self._sources)
                    except OSError:
                        chunks.clear()  # no process to be had: the parent lowers what is left
                        return done
                    for path, made in child.lowered(waiting, self._answer):
                        done.append((path, made))
                        waiting.popleft()
                    if waiting:  # it ended in the midst of a file
                        path = waiting.popleft()
                        done.append((path, (_failed(path), False)))
                        child.end()
                        child = None
        finally:
            if child is not None:
                child.end()

    def _answer(self, kind: str, path: str) -> object:
        with self._lock:
            if kind == "dialect":
                return self._sources.dialect(path)
            return self._sources.read(path)


def processors() -> int:
    """Return how many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _failed(path: str) -> Lowered:
    warning = Diagnostic(path, 1, "not understood (its process ended); please report this file")
    return Lowered(path=path, language="", warnings=(warning,), failed=True)


class _Child:
    def __init__(self, sources: Revisable) -> None:
        root = str(Path(__file__).resolve().parents[2])
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and our own text
            [sys.executable, "-I", "-X", "utf8", "-c", _START, root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._opening: tuple[object, ...] | None = (sources.paths(), sources.settings())

    def lowered(self, paths: Sequence[str], answer: Any) -> Iterator[tuple[str, Made]]:
        """Yield the files lowered, in order; ends early where the child does."""
        with suppress(OSError):
            if self._opening is not None:
                self._send(self._opening)
                self._opening = None
            expected = list(paths)
            self._send(expected)
            for path in expected:
                while (message := self._receive()) is not None and message[0] != "done":
                    self._send(answer(message[0], message[1]))
                if message is None:
                    return
                yield path, (unpacked(message[1]) if message[1] else None, message[2])

    def _send(self, message: object) -> None:
        if self._process.stdin is not None:
            _send(self._process.stdin, message)

    def _receive(self) -> Any:
        return _receive(self._process.stdout) if self._process.stdout is not None else None

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


def _send(stream: BinaryIO | Any, message: object) -> None:
    data = msgspec.msgpack.encode(message)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def _receive(stream: BinaryIO | Any) -> Any:
    """Return one message, None at the end of the stream."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    body = stream.read(_LENGTH.unpack(head)[0])
    return msgspec.msgpack.decode(body)


# --- inside the child ----------------------------------------------------------------------------


def serve() -> None:
    """Lower what standard input names until it ends; called in the child process only."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    with suppress(OSError):  # the parent is gone
        deep(lambda: _serve(questions, answers))


def _serve(questions: BinaryIO, answers: BinaryIO) -> None:
    opening = _receive(questions)
    if opening is None:
        return
    lower = lowered_alone(_Asking(questions, answers, *opening))
    while (paths := _receive(questions)) is not None:
        for path in paths:
            lowered, lasting = lower(path)
            _send(answers, ("done", packed(lowered) if lowered is not None else b"", lasting))


class _Asking:
    """The files of the parent's revision, asked for as they are needed."""

    def __init__(
        self, questions: BinaryIO, answers: BinaryIO, paths: Sequence[str], settings: Any
    ) -> None:
        self._questions = questions
        self._answers = answers
        self._paths = tuple(paths)
        self._settings: Mapping[str, Any] = _as_it_was(settings)
        self._texts: dict[str, SourceFile | None] = {}
        self._dialects: dict[str, str] = {}
        self._kept = 0

    def read(self, path: str) -> SourceFile | None:
        """Return the file at `path`, None where there is none or it cannot be read as text."""
        if path not in self._texts:
            told = self._asked("read", path)
            file = msgspec.convert(told, SourceFile) if told is not None else None
            self._kept += len(file.text) if file else 0
            if self._kept > _KEPT_CHARACTERS:
                self._texts.clear()
                self._kept = 0
            self._texts[path] = file
        return self._texts[path]

    def blob(self, path: str) -> str | None:
        """Return the blob id of the file at `path`."""
        file = self.read(path)
        return file.blob if file else None

    def paths(self) -> Sequence[str]:
        """Return the paths of all files, sorted."""
        return self._paths

    def dialect(self, path: str) -> str:
        """Return the dialect that the configuration gives `path`."""
        if path not in self._dialects:
            self._dialects[path] = self._asked("dialect", path)
        return self._dialects[path]

    def settings(self) -> Mapping[str, Any]:
        """Return what else the configuration says that a language needs."""
        return self._settings

    def _asked(self, kind: str, path: str) -> Any:
        _send(self._answers, (kind, path))
        return _receive(self._questions)


def _as_it_was(value: Any) -> Any:
    """Return a setting with its tuples, which travel as lists."""
    if isinstance(value, dict):
        return {key: _as_it_was(item) for key, item in value.items()}
    return tuple(map(_as_it_was, value)) if isinstance(value, list) else value
