"""Where frames come from and go to: files, tables and queries by the names of their functions."""

import re
from collections.abc import Mapping

from guardian.languages.python.frames.rows import name_of, tell_doubts
from guardian.languages.python.spark_columns import spread
from guardian.languages.python.spark_io import write
from guardian.languages.python.spark_state import scan
from guardian.languages.python.values import Assumed, Call, Unknown, Value, plain, to_text
from guardian.model.lineage import Column
from guardian.model.plan import Handle, SetOperation, WriteOptions

from guardian.languages.python.spark_state import add  # isort: skip

FILE_READERS = re.compile(
    r"(?:read|scan)_(?:csv|csv_batched|parquet|excel|json|ndjson|feather|ipc|orc|delta|iceberg|avro|"
    r"fwf|table|pickle|xml|hdf|stata|sas|spss|ods)$"
)
PLACES = (
    "filepath_or_buffer", "path", "source", "io", "path_or_buf", "name", "path_or_buffer",
    "table_name", "path_or_file", "file",
)  # fmt: skip
# Methods that write a file: the format, and the mode where nothing else is said.
FILE_WRITERS: Mapping[str, tuple[str, str]] = {
    **{
        f"{verb}_{kind}": (kind, "overwrite")
        for verb in ("to", "write", "sink")
        for kind in (
            "csv", "parquet", "json", "excel", "feather", "orc", "ipc", "ndjson", "avro", "pickle",
            "hdf", "stata", "xml",
        )
    },
    "to_delta": ("delta", "error"), "write_delta": ("delta", "error"),
    "to_iceberg": ("iceberg", "append"), "write_iceberg": ("iceberg", "append"),
    "sink_delta": ("delta", "error"), "to_spark_io": ("", "overwrite"),
}  # fmt: skip
TABLE_WRITERS: Mapping[str, str] = {
    "to_sql": "error",
    "to_gbq": "error",
    "write_database": "error",
    "to_table": "error",
    "saveAsTable": "error",
}
MODES = {
    "replace": "overwrite", "fail": "error", "truncate": "overwrite", "w": "overwrite",
    "a": "append", "x": "error", "delete_rows": "overwrite",
}  # fmt: skip
_MODE_ARGUMENTS = ("if_exists", "if_table_exists", "mode")


def read_file(call: Call) -> Handle:
    """Return the rows of a file or table, under the names that the call gives its columns."""
    place = call.args[0] if call.args else next(
        (call.kwargs[name] for name in PLACES if name in call.kwargs), None
    )  # fmt: skip
    listed = [value for value in spread([place]) if value is not None]
    if not listed:
        call.machine.warn("the name of this dataset is not known", call.at)
        listed = [Unknown("source")]
    given = _given_columns(call)
    handles = [scan(call.machine, _location(value), call.at, given, "source") for value in listed]
    if len(handles) == 1:
        return handles[0]
    union = SetOperation(kind="union", inputs=tuple(handles), all=True, by_name=True, at=call.at)
    return add(call.machine, union)


def _location(value: Value) -> Value:
    """Return a path; a file opened or a buffer filled elsewhere keeps the name of its variable."""
    return value if isinstance(value, str | Unknown) else Unknown("source")


def _given_columns(call: Call) -> tuple[Column, ...]:
    """Return the columns that the reader is told to find (`names=`, `new_columns=`)."""
    names = call.kwargs.get("names", call.kwargs.get("new_columns"))
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        schema = call.kwargs.get("schema")
        names = list(schema) if isinstance(schema, dict) else []
    return tuple(Column(name=name_of(plain(str(name)))) for name in names)


def chosen_columns(call: Call) -> list[str] | None:
    """Return the columns that the reader is told to keep; None where it keeps all."""
    for key in ("usecols", "columns"):
        names = call.kwargs.get(key)
        if isinstance(names, list | tuple) and names and all(isinstance(n, str) for n in names):
            return [plain(str(name)) for name in names]
    return None


def write_frame(handle: Handle, name: str, call: Call, dialect: str) -> bool:
    """Note what a method of a frame writes; return whether it writes at all."""
    form, mode = FILE_WRITERS.get(name, ("", TABLE_WRITERS.get(name, "")))
    if not mode:
        return False
    target = call.args[0] if call.args else next(
        (
            call.kwargs[key]
            for key in ("name", "destination_table", *PLACES, "target", "excel_writer", "workbook")
            if key in call.kwargs
        ),
        None,
    )  # fmt: skip
    if target is None and name not in TABLE_WRITERS:
        return True  # The text of the rows is returned, and nothing is written.
    schema = call.kwargs.get("schema")
    if name in TABLE_WRITERS and isinstance(schema, str) and isinstance(target, str):
        target = f"{schema}.{target}"
    if not isinstance(target, str | Unknown):
        target = Unknown("target")
    options = WriteOptions(
        mode=_mode(call, mode), format=form, partition_by=_partitions(call), options=_telling(call)
    )
    tell_doubts(call.machine, handle)
    if name in TABLE_WRITERS:
        write(call, handle, target, options, dialect=dialect)
    else:
        write(call, handle, target, options)
    return True


def _mode(call: Call, usual: str) -> str:
    said = next((call.kwargs[key] for key in _MODE_ARGUMENTS if key in call.kwargs), None)
    if said is None:
        return usual
    text = plain(to_text(said)).lower()
    return MODES.get(text, text)


def _partitions(call: Call) -> tuple[str, ...]:
    given = call.kwargs.get("partition_cols", call.kwargs.get("partition_by"))
    return tuple(name_of(str(name)) for name in spread([given]) if isinstance(name, str))


def _telling(call: Call) -> tuple[tuple[str, str], ...]:
    """Return the options that alter what a reader of the file finds."""
    found = []
    for key in ("sep", "separator", "header", "compression", "encoding", "na_rep", "orient"):
        value = call.kwargs.get(key)
        if isinstance(value, Assumed):
            value = value.value
        if isinstance(value, str | bool | int):
            found.append((key, plain(to_text(value))))
    return tuple(sorted(found))
