"""The cache of lowered files: one SQLite file that all repositories on the machine share.

It may be deleted at any time. An entry that cannot be read, or a file that is no database, counts
as empty: a cache never fails a run.
"""

import os
import sqlite3
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from guardian.languages.packed import packed, unpacked
from guardian.model.plan import Lowered

MOST_BYTES = 200_000_000
_VARIANTS = 4  # the same text may be lowered with different neighbours: base and head, branches
_AT_ONCE = 2_000  # entries written in one transaction
_DAY = 86_400
_TABLE = """
CREATE TABLE IF NOT EXISTS lowered (
  key TEXT NOT NULL, reads TEXT NOT NULL, used INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (key, reads)
)"""


class LoweredCache:
    """Lowered files by key; under one key, one entry for each set of other files that were read."""

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        """Open the cache at `path`, made anew where it is broken; in memory where it cannot be."""
        self._path = path
        self._most_bytes = most_bytes
        self._pending: list[tuple[str, str, int, bytes]] = []
        self._broken = False
        self._encoder = msgspec.json.Encoder()
        self._today = int(time.time()) // _DAY
        self._connection = _opened(path)

    def __enter__(self) -> Self:
        """Return the cache itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def get(self, key: str, holds: Callable[[Lowered], bool] = lambda _: True) -> Lowered | None:
        """Return what was stored under `key` and still `holds`; None where there is nothing."""
        try:
            rows = self._connection.execute(
                "SELECT reads, used, body FROM lowered WHERE key = ? ORDER BY used DESC", (key,)
            ).fetchall()
        except sqlite3.DatabaseError:
            self._broken = True
            return None
        for reads, used, body in rows:
            lowered = unpacked(body)
            if lowered is not None and holds(lowered):
                if used < self._today:
                    self._pending.append((key, reads, self._today, body))
                return lowered
        return None

    def put(self, key: str, lowered: Lowered) -> None:
        """Store `lowered` under `key`, beside the entries that read other files."""
        reads = f"{zlib.crc32(self._encoder.encode(lowered.files_read)):08x}"
        body = packed(lowered)
        self._pending.append((key, reads, self._today, body))
        if len(self._pending) >= _AT_ONCE:
            self._write()

    def close(self) -> None:
        """Keep what was stored, and let the oldest entries go where there are too many."""
        self._write()
        self._shrink()
        self._connection.close()
        if self._broken:
            self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        """Write what waits in one short transaction, so that parallel runs seldom meet."""
        try:
            with self._connection:
                self._connection.executemany(
                    "INSERT OR REPLACE INTO lowered VALUES (?, ?, ?, ?)", self._pending
                )
                self._connection.executemany(
                    "DELETE FROM lowered WHERE key = ?1 AND rowid NOT IN "
                    "(SELECT rowid FROM lowered WHERE key = ?1 ORDER BY rowid DESC LIMIT ?2)",
                    [(entry[0], _VARIANTS) for entry in self._pending],
                )
        except sqlite3.OperationalError:
            pass  # another run writes, or the disk is full: this run's entries are made again
        except sqlite3.DatabaseError:
            self._broken = True
        self._pending.clear()

    def _shrink(self) -> None:
        try:
            with self._connection:
                pages = self._number("PRAGMA page_count") - self._number("PRAGMA freelist_count")
                if pages * self._number("PRAGMA page_size") > self._most_bytes:
                    entries = self._number("SELECT count(*) FROM lowered")
                    self._connection.execute(
                        "DELETE FROM lowered WHERE rowid IN "
                        "(SELECT rowid FROM lowered ORDER BY used, rowid LIMIT ?)",
                        (entries // 3 + 1,),
                    )
        except sqlite3.OperationalError:
            return
        except sqlite3.DatabaseError:
            self._broken = True

    def _number(self, query: str) -> int:
        return int(self._connection.execute(query).fetchone()[0])


def cache_path() -> Path:
    """Return where the cache lies: in `$GUARDIAN_CACHE`, else in the user's cache folder."""
    named = os.environ.get("GUARDIAN_CACHE")
    return (Path(named) if named else _user_folder()) / "lowered.sqlite"


def _user_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "change-guardian"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "change-guardian"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "change-guardian"


def _opened(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            return _connected(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise  # busy, or the disk is full: the file itself may be sound
            path.unlink()
            return _connected(path)
    except (OSError, sqlite3.Error):
        return _connected(Path(":memory:"))


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=1.0)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")  # a cache that is lost is only slow
    connection.execute(_TABLE)
    return connection
