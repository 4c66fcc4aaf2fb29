"""Answers what `TableFiles` asks about a file; runs in a limited child process only."""

from collections.abc import Sequence
from typing import Any

import duckdb

MOST_COLUMNS = 2_000
MOST_CHARACTERS = 1_000_000  # of one value
BATCH_ROWS, BATCH_CHARACTERS = 20_000, 16_000_000
_SETTINGS = (
    "SET threads = 1", "SET memory_limit = '1GB'", "SET temp_directory = ''",
    "SET autoinstall_known_extensions = false", "SET autoload_known_extensions = false",
)  # fmt: skip


def reader(_: object) -> "_Reader":
    """Return what answers the questions; called in a child process only."""
    return _Reader()


class _Reader:
    """Answers questions about one file after the other."""

    def __init__(self) -> None:
        """Start with no file."""
        self._rows: Any = None

    def __call__(self, question: Any) -> Any:
        """Return the answer to one question."""
        match question["do"]:
            case "next":
                return self._batch()
            case "columns":
                return self._columns(question["path"], question["kind"])
            case "open":
                self._open(question["path"], question["kind"], question["columns"])
                return None
            case _:
                return self._database(question["path"], question["kind"])

    def _columns(self, path: str, kind: str) -> list[str]:
        described = self._connected(path).execute(f"DESCRIBE {_from(kind)}", [path])
        names = [str(row[0]) for row in described.fetchall()]
        if len(names) > MOST_COLUMNS:
            raise ValueError(f"it has {len(names):,} columns, an export has fewer")
        return names

    def _open(self, path: str, kind: str, columns: Sequence[str]) -> None:
        listed = ", ".join(f"left({_quoted(name)}::VARCHAR, {MOST_CHARACTERS})" for name in columns)
        query = f"SELECT {listed} FROM ({_from(kind)})"  # noqa: S608  # quoted names
        self._rows = self._connected(path).execute(query, [path])

    def _batch(self) -> list[Any]:
        """Return the next rows: fewer where they are long."""
        batch: list[Any] = []
        characters = 0
        while len(batch) < BATCH_ROWS and characters < BATCH_CHARACTERS:
            rows = self._rows.fetchmany(200)
            if not rows:
                break
            batch += rows
            characters += sum(len(value) for row in rows for value in row if value)
        return batch

    def _database(self, path: str, kind: str) -> tuple[list[Any], list[Any]]:
        if kind != "duckdb":
            raise ValueError("this is no DuckDB file")
        connection = self._connected(path)
        attached = path.replace("'", "''")
        connection.execute(f"ATTACH '{attached}' AS asked (READ_ONLY)")
        columns = connection.execute(
            "SELECT schema_name, table_name, column_name, data_type, is_nullable::VARCHAR "
            "FROM duckdb_columns() WHERE database_name = 'asked' AND NOT internal "
            "ORDER BY schema_name, table_name, column_index"
        ).fetchall()
        views = connection.execute(
            "SELECT schema_name, view_name, sql FROM duckdb_views() "
            "WHERE database_name = 'asked' AND NOT internal ORDER BY ALL"
        ).fetchall()
        return columns, views

    def _connected(self, path: str) -> Any:
        connection = duckdb.connect(":memory:")
        for setting in _SETTINGS:
            connection.execute(setting)
        beside = [path, f"{path}.wal"]
        listed = ", ".join("'" + one.replace("'", "''") + "'" for one in beside)
        connection.execute(f"SET allowed_paths = [{listed}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        return connection


def _from(kind: str) -> str:
    """Return the query of all rows, with the path as its parameter."""
    if kind == "parquet":
        return "SELECT * FROM read_parquet(?)"
    if kind == "json":
        return "SELECT * FROM read_json(?, maximum_object_size = 16000000)"
    if kind == "csv":
        return (
            "SELECT * FROM read_csv(?, all_varchar = true, header = true, quote = '\"', "
            "escape = '\"', max_line_size = 4000000, nullstr = ['', 'NULL', '\\N'])"
        )
    raise ValueError("this is a database; its tables are read with `type: duckdb`")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
