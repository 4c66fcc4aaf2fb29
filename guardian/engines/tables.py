"""Tables in files that strangers may have written (Parquet, CSV, JSON, DuckDB), read apart.

DuckDB reads them in a limited child process: one file at a time, no other file, no network, no
extension, bounded memory and seconds. A file that breaks a limit costs that file only.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from guardian.engines.contained import AnsweredError, Contained, LimitBrokenError, Limits
from guardian.errors import ServiceError

MOST_BYTES = 1_000_000_000
MOST_ROWS = 5_000_000
LIMITS = Limits(seconds=60.0, memory=3 * 1024**3)
_GLOB = frozenset("*?[]{}")

Row = Sequence[str | None]


class TableFiles:
    """Reads tables in files; every value is text, None where there is none."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        """Start no child yet: the first file does."""
        self._limits = limits
        self._child: Contained | None = None

    def columns(self, file: Path) -> tuple[str, ...]:
        """Return the names of a file's columns, in order.

        Raises:
            ServiceError: it is no table, or past a limit.
        """
        return tuple(self._ask(file, {"do": "columns", **_known_by(file)}))

    def rows(self, file: Path, columns: Sequence[str]) -> Iterator[Row]:
        """Yield these columns of all rows of a file.

        Raises:
            ServiceError: it cannot be read, or has more rows than a limit.
        """
        self._ask(file, {"do": "open", **_known_by(file), "columns": list(columns)})
        count = 0
        while batch := self._ask(file, {"do": "next"}):
            count += len(batch)
            if count > MOST_ROWS:
                raise ServiceError(
                    f"it has more than {MOST_ROWS:,} rows", where=str(file),
                    fix="export fewer schemas, or a shorter time",
                )  # fmt: skip
            yield from batch

    def database(self, file: Path) -> tuple[Sequence[Row], Sequence[Row]]:
        """Return what a DuckDB file lists.

        The columns of its tables (schema, table, name, type, nullable), its views (schema, name,
        SQL).

        Raises:
            ServiceError: it is no such file, or past a limit.
        """
        columns, views = self._ask(file, {"do": "database", **_known_by(file)})
        return columns, views

    def _ask(self, file: Path, question: dict[str, Any]) -> Any:
        if self._child is None:
            self._child = Contained("guardian.engines.table_reader:reader", {}, limits=self._limits)
        try:
            return self._child.ask(question)
        except LimitBrokenError as error:
            raise ServiceError(f"not read within its limits: {error}", where=str(file)) from error
        except AnsweredError as error:
            raise ServiceError(f"it cannot be read: {_plain(error)}", where=str(file)) from error

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def __enter__(self) -> Self:
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


def _plain(error: AnsweredError) -> str:
    return str(error).partition(": ")[2].partition("\n")[0][:300]


def _known_by(file: Path) -> dict[str, str]:
    """Return a file's path and kind, which its first bytes tell.

    Raises:
        ServiceError: it is not there, too large, or of a name that DuckDB takes for a pattern.
    """
    try:
        size = file.stat().st_size
        with file.open("rb") as opened:
            first = opened.read(16)
    except OSError as error:
        raise ServiceError(f"cannot be read: {error.strerror}", where=str(file)) from error
    if size > MOST_BYTES:
        raise ServiceError(f"it is too large: {size:,} bytes", where=str(file))
    if _GLOB & set(str(file)):
        raise ServiceError(
            "its path has a character that stands for others", where=str(file),
            fix="give it a path without `*?[]{}`",
        )  # fmt: skip
    return {"path": str(file.resolve()), "kind": _kind(file, first)}


def _kind(file: Path, first: bytes) -> str:
    if first.startswith(b"PAR1"):
        return "parquet"
    if first[8:12] == b"DUCK":
        return "duckdb"
    endings = {ending.lower() for ending in file.suffixes[-2:]}
    if endings & {".json", ".jsonl", ".ndjson"} or first.lstrip()[:1] in {b"{", b"["}:
        return "json"
    return "csv"
