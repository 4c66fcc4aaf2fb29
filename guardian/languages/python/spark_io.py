"""Reading and writing: `spark.read…`, `df.write…`, `df.writeTo(…)`, `writeStream`, Delta's `merge`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_columns import Column, EachColumn, as_tree, spread
from guardian.languages.python.spark_frames import METHODS, PROPERTIES, Frame, frame_of, made
from guardian.languages.python.spark_functions import parse_expression
from guardian.languages.python.spark_state import (
    DIALECT,
    dataset_name,
    folded_names,
    item,
    lower,
    names_nothing,
    scan,
    state_of,
    table,
)
from guardian.languages.python.spark_types import StructType, schema_of
from guardian.languages.python.values import MISSING, Call, Function, Unknown, Value, plain, to_text
from guardian.model.lineage import Column as ModelColumn
from guardian.model.lineage import Location
from guardian.model.names import fold
from guardian.model.plan import (
    Filter,
    Handle,
    Join,
    Opaque,
    Project,
    Scan,
    SetOperation,
    Write,
    WriteOptions,
)

PATH_FORMATS = frozenset({
    "parquet", "csv", "json", "orc", "text", "avro", "delta", "binaryFile", "xml", "image", "com.databricks.spark.csv",
    "hudi", "iceberg", "com.crealytics.spark.excel", "cloudFiles", "libsvm", "wholetext",
})  # fmt: skip
# Options that say which table or place is meant, the most telling first.
NAME_OPTIONS = (
    "dbtable", "table", "tablename", "collection", "topic", "subscribe", "keyspace_table", "path", "query",
    "es.resource", "kafka.topic", "hoodie.table.name", "temporaryGcsBucket_",
)  # fmt: skip
# Options that alter what is written; others (credentials, speed) do not.
RESULT_OPTIONS = frozenset({
    "mergeschema", "overwriteschema", "replacewhere", "partitionoverwritemode", "header", "delimiter", "sep",
    "compression", "nullvalue", "dateformat", "timestampformat", "encoding", "quote", "escape", "truncate",
    "hoodie.datasource.write.operation", "hoodie.datasource.write.recordkey.field",
    "hoodie.datasource.write.precombine.field", "checkpointlocation_", "emptyvalue", "maxrecordsperfile_",
    "txnappid_", "multiline", "inferschema_",
})  # fmt: skip


@dataclass(frozen=True, eq=False)
class Reader:
    """`spark.read`, with what was said so far."""

    format: str = ""
    options: Mapping[str, Value] = field(default_factory=dict)
    schema: StructType | None = None

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: a reader has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the reader with one more thing said, or what it reads."""
        match name:
            case "format":
                return replace(self, format=plain(to_text(call.value(0, "source"))))
            case "option":
                key = plain(to_text(call.value(0, "key"))).lower()
                return replace(self, options={**self.options, key: call.value(1, "value")})
            case "options":
                return replace(self, options={**self.options, **_lower_keys(call.kwargs)})
            case "schema":
                return replace(self, schema=schema_of(call.value(0, "schema")))
            case "table":
                return self._scan(call, [call.value(0, "tableName")], is_table=True)
            case "jdbc":
                return self._scan(call, [call.value(1, "table")])
            case "load":
                return self._load(call)
        if name in PATH_FORMATS or name in {"textFile", "excel"}:
            paths = spread([call.value(0, "path", call.kwargs.get("paths"))])
            paths += (
                [value for value in call.args[1:] if isinstance(value, str)]
                if name == "parquet"
                else []
            )
            return replace(self, format=name)._scan(call, paths)
        return self

    def _load(self, call: Call) -> Value:
        paths = spread([call.value(0, "path")]) if call.has(0, "path") else []
        options = {**self.options, **_lower_keys(call.kwargs)}
        if not paths or paths == [None]:
            paths = [_named_by(options, call, "source")]
        return self._scan(call, paths)

    def _scan(self, call: Call, names: Sequence[Value], *, is_table: bool = False) -> Value:
        columns: tuple[ModelColumn, ...] = self.schema.columns() if self.schema is not None else ()
        handles: list[Handle] = []
        for name in names or [Unknown("source")]:
            if is_table and isinstance(name, str) and not columns:
                handles.append(table(call.machine, name, call.at))
                continue
            if isinstance(name, str) and _is_query(name):
                from guardian.languages.python.spark_session import run_sql  # noqa: PLC0415 - it needs us

                text = name.strip()
                inner = text[1 : text.rindex(")")] if text.startswith("(") and ")" in text else text
                return run_sql(inner, call)
            handles.append(scan(call.machine, name, call.at, columns))
        if len(handles) == 1:
            return Frame(handles[0])
        return made(
            call,
            SetOperation(kind="union", inputs=tuple(handles), all=True, by_name=True, at=call.at),
        )


def _is_query(text: str) -> bool:
    head = text.lstrip("( \n\t").lower()
    return head.startswith(("select ", "select\n", "with "))


def _lower_keys(options: Mapping[str, Value]) -> dict[str, Value]:
    return {key.lower(): value for key, value in options.items()}


def _named_by(options: Mapping[str, Value], call: Call, hint: str) -> Value:
    for key in NAME_OPTIONS:
        if options.get(key) is not None:
            return options[key]
    call.machine.warn("the name of this dataset is not known", call.at)
    return Unknown(hint)


# --- writing --------------------------------------------------------------------------------------------------------


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
                return self._with_call(call)._write(
                    call, call.value(0, "name", call.kwargs.get("tableName"))
                )
            case "insertInto":
                overwrite = call.value(1, "overwrite") is True
                mode = "overwrite" if overwrite or self.mode == "overwrite" else "append"
                return replace(self, mode=mode)._write(
                    call, call.value(0, "tableName"), positional=True
                )
            case "jdbc":
                mode = call.value(2, "mode", self.mode)
                writer = replace(self, mode=_mode(mode), format="jdbc")
                return writer._write(call, call.value(1, "table"))
            case (
                "append"
                | "overwrite"
                | "overwritePartitions"
                | "create"
                | "replace"
                | "createOrReplace"
            ):
                return self._write_to(name, call)
        if name in PATH_FORMATS:
            return replace(self._with_call(call), format=name)._write(call, call.value(0, "path"))
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
                return replace(self, cluster_by=(*self.cluster_by, *names))
            case "option" | "tableProperty":
                key = plain(to_text(call.value(0, "key"))).lower()
                return replace(self, options={**self.options, key: call.value(1, "value")})
            case "options":
                return replace(self, options={**self.options, **_lower_keys(call.kwargs)})
            case "trigger" | "queryName":
                return self
            case "foreachBatch":
                return replace(self, batch=call.value(0, "func"))
        return None

    def _with_call(self, call: Call) -> "Writer":
        writer = self
        for name in ("mode", "format"):
            value = call.kwargs.get(name)
            if value is not None:
                writer = replace(
                    writer, **{name: _mode(value) if name == "mode" else plain(to_text(value))}
                )
        partition = call.kwargs.get("partitionBy")
        if partition is not None:
            writer = replace(writer, partition_by=folded_names(spread([partition])))
        extra = {
            key: value
            for key, value in _lower_keys(call.kwargs).items()
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
        return writer._write(
            call, name if name is not None else _named_by(writer.options, call, "target")
        )

    def _write_to(self, name: str, call: Call) -> Value:
        mode = {
            "append": "append", "overwrite": "overwrite", "overwritePartitions": "overwrite", "create": "error",
            "replace": "overwrite", "createOrReplace": "overwrite",
        }[name]  # fmt: skip
        options = dict(self.options)
        if name == "overwritePartitions":
            options["overwrite partitions"] = True
        if name == "overwrite":
            options["replacewhere"] = call.machine.text(call.syntax(0))
        return replace(self, mode=mode, options=options)._write(call, self.table)

    def _write(self, call: Call, name: Value, *, positional: bool = False) -> Value:
        options = WriteOptions(
            mode=self.mode,
            format=self.format,
            partition_by=self.partition_by,
            cluster_by=self.cluster_by,
            location=_location(self.options, name),
            options=_telling(self.options),
        )
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
            if key in RESULT_OPTIONS or key == "overwrite partitions"
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
) -> None:
    """Note that a dataset is written.

    Imported modules write in their own right, as jobs of their own. Where a function is tried without a caller, a
    dataset named after nothing but its parameters, or made of nothing but its parameters, is none.
    """
    machine = call.machine
    state = state_of(machine)
    text = to_text(name, hint="target")
    if machine.importing or names_nothing(text, state.parameters):
        return
    if state.alone and not _reads_something(machine, plan):
        return
    dataset = dataset_name(text)
    noted = Write(
        job=state.file.job, dataset=dataset, plan=plan, options=options, positional=positional, at=call.at,
        confidence=confidence, text=call.text,
    )  # fmt: skip
    state.file.writes.setdefault(noted)
    state.file.worked = True


def _reads_something(machine: Machine, plan: Handle) -> bool:
    from guardian.languages.python.catalog import inputs_of  # noqa: PLC0415 - used by this one function

    builder = state_of(machine).file.builder
    pending, seen = [plan], set[int]()
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        node = builder[current]
        if isinstance(node, Scan):
            return True
        pending.extend(inputs_of(node))
    return False


# --- Delta ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class DeltaTable:
    """`DeltaTable.forName(...)` or `forPath(...)`."""

    name: Value
    alias: str = ""

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: a table has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method gives."""
        match name:
            case "alias":
                return replace(self, alias=fold(plain(to_text(call.value(0))), DIALECT))
            case "toDF":
                return Frame(scan(call.machine, self.name, call.at))
            case "merge":
                source = frame_of(call.value(0, "source"), call.machine, "merge")
                if source is None:
                    return Unknown()
                return Merge(self, source, _condition(call.value(1, "condition"), call), call)
            case "delete":
                self._delete(call)
            case "update":
                self._update(call)
        return Unknown(name, weak=True)

    def target(self, call: Call) -> Handle:
        """Return the rows of the table itself, under its alias."""
        from guardian.model.plan import Alias  # noqa: PLC0415 - used by this one function

        dataset = dataset_name(to_text(self.name, hint="target"))
        builder = state_of(call.machine).file.builder
        handle = builder.add(Scan(dataset=dataset, target=True, at=call.at))
        return builder.add(Alias(handle, self.alias)) if self.alias else handle

    def _delete(self, call: Call) -> None:
        handle = self.target(call)
        if call.has(0, "condition"):
            condition = lower(
                call.machine, _condition(call.value(0, "condition"), call).tree, call.at
            )
            handle = made(call, Filter(handle, condition, "WHERE", call.at, call.text)).handle
        write(
            call,
            made(call, Project(handle, ())).handle,
            self.name,
            WriteOptions(mode="delete", format="delta"),
        )

    def _update(self, call: Call) -> None:
        handle = self.target(call)
        first = call.value(0, "condition")
        assigned = call.kwargs.get("set", first if isinstance(first, dict) else call.value(1))
        if first is not None and not isinstance(first, dict):
            condition = lower(call.machine, _condition(first, call).tree, call.at)
            handle = made(call, Filter(handle, condition, "WHERE", call.at, call.text)).handle
        items = _assignments(assigned, call, self.alias)
        write(
            call,
            made(call, Project(handle, items)).handle,
            self.name,
            WriteOptions(mode="update", format="delta"),
        )


def _condition(value: Value, call: Call) -> Column:
    if isinstance(value, str):
        return parse_expression(value, call)
    return value if isinstance(value, Column) else Column(as_tree(value))


def _assignments(mapping: Value, call: Call, alias: str) -> "tuple[PlanItem, ...]":
    items: list[PlanItem] = []
    for key, value in mapping.items() if isinstance(mapping, dict) else ():
        name = plain(to_text(key)).replace("`", "")
        if alias and name.lower().startswith(f"{alias}."):
            name = name[len(alias) + 1 :]
        column = parse_expression(value, call) if isinstance(value, str) else value
        items.append(item(call.machine, column, call.at, call.text, name))
    return tuple(items)


@dataclass(frozen=True, eq=False)
class Merge:
    """A Delta merge being built: arms of updates, inserts and deletes."""

    target: DeltaTable
    source: Frame
    condition: Column
    begun: Call
    arms: tuple[Handle, ...] = ()
    when: str = ""

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: a merge has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the merge with one more arm, or write."""
        if name == "execute":
            return self._execute(call)
        matched = "NotMatched" not in name
        if name.startswith("when") and not name.endswith("BySource_"):
            kind = name.removeprefix("whenMatched" if matched else "whenNotMatched")
            return self._arm(
                kind.removeprefix("BySource"), call, matched=matched, by_source="BySource" in name
            )
        return self

    def _arm(self, kind: str, call: Call, *, matched: bool, by_source: bool) -> "Merge":
        rows = self._rows(call, matched=matched, by_source=by_source)
        condition = call.kwargs.get("condition")
        if condition is None and (kind.endswith("All") or kind == "Delete"):
            condition = call.value(0)
        if condition is not None:
            expr = lower(call.machine, _condition(condition, call).tree, call.at)
            rows = made(call, Filter(rows, expr, "WHEN", call.at, call.text)).handle
        if kind.endswith("All"):
            from guardian.model.plan import Item, Star  # noqa: PLC0415 - used by this one function

            qualifier = self._source_alias(call)
            items: tuple[PlanItem, ...] = (
                Item(Star((qualifier,) if qualifier else ()), None, call.at, call.text),
            )
            if not qualifier and matched:
                # Without an alias the source's columns are taken from the source itself.
                rows = self._semi(call)
        elif kind == "Delete":
            items = ()
        else:
            given = call.kwargs.get("set", call.kwargs.get("values"))
            positional = next((value for value in call.args if isinstance(value, dict)), None)
            items = _assignments(
                given if given is not None else positional, call, self.target.alias
            )
        return replace(self, arms=(*self.arms, made(call, Project(rows, items)).handle))

    def _rows(self, call: Call, *, matched: bool, by_source: bool) -> Handle:
        on = lower(call.machine, self.condition.tree, call.at)
        target = self.target.target(call)
        text, at = self.begun.text, self.begun.at
        if by_source:
            node = Join(left=target, right=self.source.handle, kind="anti", on=on, at=at, text=text)
        elif matched:
            node = Join(
                left=target, right=self.source.handle, kind="inner", on=on, at=at, text=text
            )
        else:
            node = Join(left=self.source.handle, right=target, kind="anti", on=on, at=at, text=text)
        return made(call, node).handle

    def _semi(self, call: Call) -> Handle:
        on = lower(call.machine, self.condition.tree, call.at)
        node = Join(
            left=self.source.handle, right=self.target.target(call), kind="semi", on=on, at=call.at
        )
        return made(call, node).handle

    def _source_alias(self, call: Call) -> str:
        from guardian.model.plan import Alias  # noqa: PLC0415 - used by this one function

        node = state_of(call.machine).file.builder[self.source.handle]
        return node.name if isinstance(node, Alias) else ""

    def _execute(self, call: Call) -> Value:
        arms = [arm for arm in self.arms if self._has_columns(arm, call)] or list(self.arms)
        if not arms:
            return None
        plan = arms[0]
        if len(arms) > 1:
            node = SetOperation(
                kind="union",
                inputs=tuple(arms),
                all=True,
                by_name=True,
                allow_missing=True,
                at=call.at,
            )
            plan = made(call, node).handle
        write(self.begun, plan, self.target.name, WriteOptions(mode="merge", format="delta"))
        return None

    def _has_columns(self, arm: Handle, call: Call) -> bool:
        node = state_of(call.machine).file.builder[arm]
        return isinstance(node, Project) and bool(node.items)


def delta_table(path: str, call: Call) -> Value:
    """Return what `DeltaTable.method(...)` gives."""
    method = path.rpartition(".")[2]
    if method in {"forName", "forPath", "createOrReplace", "createIfNotExists", "create"}:
        names = [value for value in call.args if isinstance(value, str | Unknown)]
        given = call.kwargs.get("tableOrViewName", call.kwargs.get("path"))
        name = given if given is not None else names[-1] if names else None
        return DeltaTable(name) if name is not None else Unknown()
    return Unknown(method, weak=True)


def _write_to(frame: Frame, call: Call) -> Value:
    return Writer(frame, table=call.value(0, "table"))


def stream_writer(frame: Frame, machine: Machine) -> Value:
    """Return `df.writeStream`, which appends unless told otherwise."""
    del machine
    return Writer(frame, mode="append")


METHODS["writeTo"] = _write_to
PROPERTIES["write"] = lambda frame, _: Writer(frame)
PROPERTIES["writeStream"] = stream_writer

from guardian.model.plan import Item as PlanItem  # noqa: E402 - the name `item` is taken above

__all__ = [
    "DeltaTable",
    "Function",
    "Location",
    "Opaque",
    "Reader",
    "Writer",
    "delta_table",
    "write",
]
