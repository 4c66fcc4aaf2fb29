"""Reading and writing.

`spark.read…`, `df.write…`, `df.writeTo(…)`, `writeStream`, Delta's `merge`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from guardian.languages.python.catalog import scanned
from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_columns import spread
from guardian.languages.python.spark_frames import METHODS, PROPERTIES, Frame, warn_of_guess
from guardian.languages.python.spark_state import (
    DIALECT,
    dataset_name,
    folded_names,
    in_schema,
    names_nothing,
    state_of,
    written_name,
)
from guardian.languages.python.values import MISSING, Call, Text, Unknown, Value, plain, to_text
from guardian.model.plan import (
    GUESSED_ROWS,
    Handle,
    Opaque,
    Write,
    WriteOptions,
)

PATH_FORMATS = frozenset({
    "parquet", "csv", "json", "orc", "text", "avro", "delta", "binaryFile", "xml", "image",
    "com.databricks.spark.csv",
    "hudi", "iceberg", "com.crealytics.spark.excel", "cloudFiles", "libsvm", "wholetext",
})  # fmt: skip
# Options that say which table or place is meant, the most telling first.
NAME_OPTIONS = (
    "dbtable", "table", "tablename", "collection", "topic", "subscribe", "keyspace_table", "path",
    "query",
    "es.resource", "kafka.topic", "hoodie.table.name", "temporaryGcsBucket_",
)  # fmt: skip
# Options that alter what is written; others (credentials, speed) do not.
RESULT_OPTIONS = frozenset({
    "mergeschema", "overwriteschema", "replacewhere", "partitionoverwritemode", "header",
    "delimiter", "sep",
    "compression", "nullvalue", "dateformat", "timestampformat", "encoding", "quote", "escape",
    "truncate",
    "hoodie.datasource.write.operation", "hoodie.datasource.write.recordkey.field",
    "hoodie.datasource.write.precombine.field", "checkpointlocation_", "emptyvalue",
    "maxrecordsperfile_",
    "txnappid_", "multiline", "inferschema_",
})  # fmt: skip


OVERWRITE_MODE = "partitionoverwritemode"
OVERWRITE_SETTING = "spark.sql.sources.partitionOverwriteMode"


def lower_keys(options: Mapping[str, Value]) -> dict[str, Value]:
    """Return options as Spark knows them: their names do not tell cases apart."""
    return {key.lower(): value for key, value in options.items()}


def named_by(options: Mapping[str, Value], call: Call, hint: str) -> Value:
    """Return the option that names the dataset; the symbol `hint`, with a warning, without one."""
    for key in NAME_OPTIONS:
        if options.get(key) is not None:
            return options[key]
    call.machine.warn("the name of this dataset is not known", call.at)
    return Unknown(hint)


# --- writing --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Writer:
    """`df.write` (or `writeTo`, `writeStream`), with what was said so far."""

    frame: Frame
    mode: str = "error"
    format: str = ""
    partition_by: tuple[str, ...] = ()
    cluster_by: tuple[str, ...] = ()
    options: Mapping[str, Value] = field(default_factory=dict)
    table: Value = None
    batch: Value = None

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: a writer has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the writer with one more thing said, or write."""
        said = self._said(name, call)
        if said is not None:
            return said
        match name:
            case "save" | "start":
                return self._save(call)
            case "saveAsTable" | "toTable":
                into = _table(call.value(0, "name", call.kwargs.get("tableName")), call)
                return self._with_call(call).written(call, into)
            case "insertInto":
                overwrite = call.value(1, "overwrite") is True
                mode = "overwrite" if overwrite or self.mode == "overwrite" else "append"
                into = _table(call.value(0, "tableName"), call)
                return replace(self, mode=mode).written(call, into, positional=True)
            case "jdbc":
                said_mode = call.value(2, "mode", self.mode)
                writer = replace(self, mode=_mode(said_mode), format="jdbc")
                return writer.written(call, call.value(1, "table"))
            case (
                "append"
                | "overwrite"
                | "overwritePartitions"
                | "create"
                | "replace"
                | "createOrReplace"
            ):
                return self._write_to(name, call)
            case _:
                pass
        if name in PATH_FORMATS:
            return replace(self._with_call(call), format=name).written(call, call.value(0, "path"))
        return self

    def _said(self, name: str, call: Call) -> "Writer | None":
        match name:
            case "mode" | "outputMode":
                return replace(
                    self, mode=_mode(call.value(0, "saveMode", call.kwargs.get("outputMode")))
                )
            case "format" | "using":
                return replace(self, format=plain(to_text(call.value(0, "source"))))
            case "partitionBy" | "partitionedBy":
                return replace(self, partition_by=folded_names(_partition_values(call)))
            case "bucketBy" | "sortBy" | "clusterBy":
                names = folded_names(
                    [value for value in spread(call.args) if isinstance(value, str)]
                )
                number = call.value(0, "numBuckets") if name == "bucketBy" else None
                said = {**self.options, **({"buckets": number} if number is not None else {})}
                return replace(self, cluster_by=(*self.cluster_by, *names), options=said)
            case "option" | "tableProperty":
                key = plain(to_text(call.value(0, "key"))).lower()
                return replace(self, options={**self.options, key: call.value(1, "value")})
            case "options":
                return replace(self, options={**self.options, **lower_keys(call.kwargs)})
            case "trigger" | "queryName":
                return self
            case "foreachBatch":
                return replace(self, batch=call.value(0, "func"))
            case _:
                pass
        return None

    def _with_call(self, call: Call) -> "Writer":
        writer = self
        mode, kind = call.kwargs.get("mode"), call.kwargs.get("format")
        if mode is not None:
            writer = replace(writer, mode=_mode(mode))
        if kind is not None:
            writer = replace(writer, format=plain(to_text(kind)))
        partition = call.kwargs.get("partitionBy")
        if partition is not None:
            writer = replace(writer, partition_by=folded_names(spread([partition])))
        extra = {
            key: value
            for key, value in lower_keys(call.kwargs).items()
            if key not in _WRITE_ARGUMENTS
        }
        return replace(writer, options={**writer.options, **extra})

    def _save(self, call: Call) -> Value:
        if self.batch is not None:
            if isinstance(self.batch, Unknown):
                call.machine.warn("the function of `foreachBatch` is not known", call.at)
            call.machine.apply(self.batch, self.frame, Unknown("batch_id"))
            return Unknown("query")
        writer = self._with_call(call)
        name = call.value(0, "path")
        return writer.written(
            call, name if name is not None else named_by(writer.options, call, "target")
        )

    def _write_to(self, name: str, call: Call) -> Value:
        mode = {
            "append": "append", "overwrite": "overwrite", "overwritePartitions": "overwrite",
            "create": "error",
            "replace": "overwrite", "createOrReplace": "overwrite",
        }[name]  # fmt: skip
        options = dict(self.options)
        if name == "overwritePartitions":
            options["overwrite partitions"] = True
        if name == "overwrite":
            options["replacewhere"] = call.machine.text(call.syntax(0))
        return replace(self, mode=mode, options=options).written(call, self.table)

    def _with_settings(self, call: Call, *, by_partition: bool) -> Mapping[str, Value]:
        """Return the options, with what the session's settings say of an overwrite."""
        said = self.options.get(OVERWRITE_MODE)
        if said is None:
            said = state_of(call.machine).configuration.get(OVERWRITE_SETTING)
        rest = {key: value for key, value in self.options.items() if key != OVERWRITE_MODE}
        static = said is None or (isinstance(said, str) and said.lower() == "static")
        partitioned = by_partition or bool(self.partition_by)
        if static or self.mode != "overwrite" or not partitioned:
            return rest
        shown = said.lower() if isinstance(said, str) and not isinstance(said, Text) else said
        return {**rest, OVERWRITE_MODE: shown}

    def written(self, call: Call, name: Value, *, positional: bool = False) -> Value:
        """Note the write, and return what it gives."""
        options = WriteOptions(
            mode=self.mode,
            format=self.format,
            partition_by=self.partition_by,
            cluster_by=self.cluster_by,
            location=_location(self.options, name),
            options=_telling(self._with_settings(call, by_partition=positional)),
        )
        node = state_of(call.machine).file.builder[self.frame.handle]
        guessed = isinstance(node, Opaque) and node.fingerprint.startswith(GUESSED_ROWS)
        if isinstance(node, Opaque) and guessed and node.inputs and node.at is None:
            warn_of_guess(node.reason, len(node.inputs), call)
        write(call, self.frame.handle, name, options, positional=positional)
        return Unknown("query")


_WRITE_ARGUMENTS = frozenset(
    {"mode", "format", "partitionby", "path", "name", "tablename", "properties", "url"}
)


def _partition_values(call: Call) -> list[Value]:
    return [value for value in spread(call.args) if not isinstance(value, EachColumn)]


def _mode(value: Value) -> str:
    text = plain(to_text(value, hint="mode"))
    if text.startswith("{"):
        return text
    lowered = text.lower()
    return {"errorifexists": "error", "default": "error", "complete": "overwrite"}.get(
        lowered, lowered
    )


def _table(name: Value, call: Call) -> Value:
    return in_schema(call.machine, name) if isinstance(name, str) else name


def _location(options: Mapping[str, Value], name: Value) -> str:
    path = options.get("path")
    if path is None or path is name or not isinstance(path, str):
        return ""
    return dataset_name(path)


def _telling(options: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
    return tuple(
        sorted(
            (
                key,
                plain(to_text(value)).lower()
                if isinstance(value, bool)
                else plain(to_text(value, hint=key)),
            )
            for key, value in options.items()
            if key in RESULT_OPTIONS or key in {"overwrite partitions", "buckets"}
        )
    )


def write(
    call: Call,
    plan: Handle,
    name: Value,
    options: WriteOptions,
    *,
    positional: bool = False,
    confidence: float = 1.0,
    dialect: str = DIALECT,
) -> None:
    """Note that a dataset is written.

    Imported modules write in their own right,
    as jobs of their own. Where a function is tried without a caller, a
    dataset named after nothing but its parameters, or made of nothing but its parameters, is none.
    """
    machine = call.machine
    state = state_of(machine)
    text = written_name(name, "target")
    if machine.importing or names_nothing(text, state.parameters):
        return
    if state.alone and not _reads_something(machine, plan):
        return
    dataset = dataset_name(text, dialect)
    noted = Write(
        job=state.file.job, dataset=dataset, plan=plan, options=options, positional=positional,
        at=call.at,
        confidence=confidence, text=call.text,
    )  # fmt: skip
    state.file.writes.setdefault(noted)
    state.file.worked = True


def _reads_something(machine: Machine, plan: Handle) -> bool:
    return bool(scanned(state_of(machine).file.builder, plan))


def _write_to(frame: Frame, call: Call) -> Value:
    return Writer(frame, table=call.value(0, "table"))


def stream_writer(frame: Frame, machine: Machine) -> Value:
    """Return `df.writeStream`, which appends unless told otherwise."""
    del machine
    return Writer(frame, mode="append")


METHODS["writeTo"] = _write_to
PROPERTIES["write"] = lambda frame, _: Writer(frame)
PROPERTIES["writeStream"] = stream_writer
