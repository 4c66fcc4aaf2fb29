"""AWS Glue: GlueContext, what it reads and writes; `glue_transforms` is what lies between.

A DynamicFrame is taken for a frame.
"""

from collections.abc import Mapping

from guardian.languages.python.glue_collections import collection
from guardian.languages.python.glue_transforms import quality_rows, transform
from guardian.languages.python.spark_frames import Frame, frame_of, made
from guardian.languages.python.spark_io import write
from guardian.languages.python.spark_state import add, folded_names, scan
from guardian.languages.python.sql_text import is_sql, run_text
from guardian.languages.python.values import (
    MISSING,
    Call,
    External,
    Handler,
    Unknown,
    Value,
    as_text,
    plain,
    to_text,
)
from guardian.model.plan import SetOperation, Values, WriteOptions

CATALOG_READS = frozenset({"create_dynamic_frame_from_catalog", "create_data_frame_from_catalog"})
OPTION_READS = frozenset({"create_dynamic_frame_from_options", "create_data_frame_from_options"})
CATALOG_WRITES = frozenset({"write_dynamic_frame_from_catalog", "write_data_frame_from_catalog"})
OPTION_WRITES = frozenset({
    "write_dynamic_frame_from_options", "write_from_options", "write_data_frame_from_options",
    "getSink",
    "write_dynamic_frame_from_jdbc_conf", "write_data_frame", "write_dynamic_frame",
})  # fmt: skip

# Options that say which table or place is meant, the most telling first.
LOCATION_OPTIONS = (
    "dbtable", "path", "paths", "table", "topicName", "topic", "dynamodb.output.tableName",
    "dynamodb.input.tableName", "tableName", "collection", "dynamodb.tableArn", "streamName",
    "streamARN", "opensearch.resource", "es.resource", "hoodie.table.name", "entityName",
    "database",
)  # fmt: skip
# The dialect of the SQL that a connection is handed, by its type.
DIALECTS = {
    "redshift": "redshift", "snowflake": "snowflake", "bigquery": "bigquery", "mysql": "mysql",
    "postgresql": "postgres", "sqlserver": "tsql", "oracle": "oracle", "teradata": "teradata",
}  # fmt: skip


def context_method(name: str, call: Call) -> Value:
    """Return what a method of a GlueContext gives; `MISSING` where it has none of that name.

    `create_dynamic_frame.from_catalog(...)` comes here as `create_dynamic_frame_from_catalog`.
    """
    if name in CATALOG_READS:
        return Frame(scan(call.machine, _catalog_name(call), call.at))
    if name in OPTION_READS or name == "create_sample_dynamic_frame_from_options":
        return _from_options(call)
    if name in CATALOG_WRITES:
        _write(call, _catalog_name(call), "")
        return _written(call)
    if name in {"getSource", "getCatalogSource"}:
        return Source(call)
    if name == "create_dynamic_frame_from_rdd":
        return _from_rdd(call)
    if name == "forEachBatch":
        function = call.value(1, "batch_function")
        call.machine.apply(function, _frame_argument(call) or Unknown("frame"), Unknown("batch_id"))
        return Unknown("query")
    if name == "add_ingestion_time_columns":
        return call.value(0, "dataFrame")
    if name == "getCatalogSink":
        return Sink(_catalog_name(call), "")
    if name == "getSink":
        return Sink(
            _location(_options(call), call), plain(to_text(call.value(0, "connection_type")))
        )
    if name in OPTION_WRITES:
        _write(call, _location(_options(call), call), _format(call))
        return _written(call)
    return MISSING


class Factory:
    """`glueContext.create_dynamic_frame` and its like: `from_catalog`, `from_options`."""

    def __init__(self, prefix: str) -> None:
        """Stand for one of the context's attributes."""
        self.prefix = prefix

    def attribute(self, name: str, machine: object) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return what is read, or write."""
        full = self.prefix if name == "__call__" else f"{self.prefix}_{name}"
        answer = context_method(full, call)
        return Unknown(name, weak=True) if answer is MISSING else answer


class Source:
    """`glueContext.getSource(...)`: asked for its frame later."""

    def __init__(self, made_by: Call) -> None:
        """Remember what names it."""
        self.made_by = made_by

    def attribute(self, name: str, machine: object) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the rows."""
        if name in {"getFrame", "getDataFrame"}:
            named = "table_name" in self.made_by.kwargs
            if named:
                return Frame(scan(call.machine, _catalog_name(self.made_by), call.at))
            return _from_options(self.made_by)
        return self if name == "setFormat" else Unknown(name)


class Sink:
    """`glueContext.getSink(...)`: told its format and table, then given a frame."""

    def __init__(self, name: Value, kind: str) -> None:
        """Start with the place that it was made for."""
        self.name = name
        self.format = "" if kind == "s3" else kind

    def attribute(self, name: str, machine: object) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Remember, or write."""
        if name == "setFormat":
            self.format = plain(to_text(call.value(0)))
        elif name == "setCatalogInfo":
            database, table = (
                call.kwargs.get("catalogDatabase"),
                call.kwargs.get("catalogTableName"),
            )
            if isinstance(database, str | Unknown) and isinstance(table, str | Unknown):
                self.name = as_text(f"{to_text(database)}.{to_text(table)}", database, table)
        elif name in {"writeFrame", "write"}:
            _write(call, self.name, self.format, call.value(0, "dynamic_frame"))
        return None


def _catalog_name(call: Call) -> Value:
    database = call.kwargs.get("database", call.kwargs.get("name_space", call.value(0)))
    table = call.kwargs.get("table_name", call.value(1))
    if isinstance(database, Frame):
        database, table = call.value(1), call.value(2)
    left, right = to_text(database, hint="database"), to_text(table, hint="table_name")
    return as_text(f"{left}.{right}", database, table)


def _options(call: Call) -> Mapping[str, Value]:
    given = [call.kwargs.get("connection_options"), call.kwargs.get("options"), *call.args]
    found = next((options for options in given if isinstance(options, dict)), {})
    return {**{str(key): value for key, value in found.items()}, **call.kwargs}


def _format(call: Call) -> str:
    given = call.kwargs.get("format", call.kwargs.get("connection_type"))
    return plain(to_text(given)) if given is not None else ""


def _location(options: Mapping[str, Value], call: Call) -> Value:
    lowered = {key.lower(): value for key, value in options.items()}
    for key in LOCATION_OPTIONS:
        value = lowered.get(key.lower())
        if isinstance(value, list) and value:
            return value[0]
        if value is not None and not isinstance(value, list):
            return value
    call.machine.warn("the name of this dataset is not known", call.at)
    return Unknown("source")


def _from_rdd(call: Call) -> Value:
    rows = call.value(0, "data")
    named = call.machine.call_method(rows, "toDF", Call(call.machine, [], {}, call.node))
    frame = frame_of(named, call.machine, "rdd")
    return frame or Frame(add(call.machine, Values(fingerprint="rdd")))


def _query_of(options: Mapping[str, Value], call: Call) -> Value:
    """Return the rows of the query that a database is asked, None where a table is named."""
    for key in ("query", "sampleQuery", "dbtable"):
        text = options.get(key)
        sql = text.strip().removeprefix("(") if isinstance(text, str) else ""
        if sql and is_sql(sql):
            body = sql.rpartition(")")[0] if sql != str(text).strip() else sql
            handle = run_text(as_text(body, text), call, DIALECTS.get(_format(call), "spark"))
            return None if handle is None else Frame(handle)
    return None


def _actions(call: Call, options: Value) -> None:
    """Run the SQL that Redshift is told to run before and after a write."""
    for key in ("preactions", "postactions"):
        text = options.get(key) if isinstance(options, dict) else None
        if isinstance(text, str) and text.strip():
            run_text(text, call, "redshift")


def _from_options(call: Call) -> Value:
    rows = _query_of(_options(call), call)
    if rows is not None:
        return rows
    paths = _options(call).get("paths")
    names = paths if isinstance(paths, list) and paths else [_location(_options(call), call)]
    handles = tuple(scan(call.machine, name, call.at) for name in names)
    if len(handles) == 1:
        return Frame(handles[0])
    return made(
        call, SetOperation(kind="union", inputs=handles, all=True, by_name=True, at=call.at)
    )


def _written(call: Call) -> Value:
    return _frame_argument(call) or Unknown()


def _frame_argument(call: Call) -> Value:
    given = call.kwargs.get("frame", call.kwargs.get("frame_or_dfc"))
    return (
        given
        if given is not None
        else next((value for value in call.args if isinstance(value, Frame)), None)
    )


def _write(call: Call, name: Value, kind: str, given: Value = None) -> None:
    frame = frame_of(given if given is not None else _frame_argument(call), call.machine, "frame")
    if frame is None:
        return
    options = call.kwargs.get("connection_options", call.kwargs.get("additional_options"))
    _actions(call, options)
    keys = options.get("partitionKeys", ()) if isinstance(options, dict) else ()
    partition = folded_names(keys) if isinstance(keys, list | tuple) else ()
    write(
        call, frame.handle, name, WriteOptions(mode="append", format=kind, partition_by=partition)
    )


def _resolved_options(call: Call) -> Value:
    names = call.machine.iterate(call.value(1, "options")) or []
    return {str(name): Unknown(str(name)) for name in names if isinstance(name, str)}


def _process_rows(call: Call) -> Value:
    frame = frame_of(_frame_argument(call), call.machine, "frame")
    return quality_rows(frame, call) if frame is not None else Unknown("quality")


def _quality(call: Call) -> Value:
    return transform("EvaluateDataQuality", call)


def _from_frame(call: Call) -> Value:
    return call.value(0, "dataframe")


CALLS: dict[str, Handler] = {
    "awsglue.utils.getResolvedOptions": _resolved_options,
    "awsglue.dynamicframe.DynamicFrame.fromDF": _from_frame,
    "awsglue.DynamicFrame.fromDF": _from_frame,
    "awsglue.dynamicframe.DynamicFrameCollection": collection,
    "awsglue.DynamicFrameCollection": collection,
    "awsgluedq.transforms.EvaluateDataQuality": lambda _: External(
        "awsgluedq.transforms.EvaluateDataQuality"
    ),
    "awsgluedq.transforms.EvaluateDataQuality.apply": _quality,
    "awsgluedq.transforms.EvaluateDataQuality.process_rows": _process_rows,
}
