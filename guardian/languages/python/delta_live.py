"""Databricks' declarative pipelines (`dlt`): tables that are defined by functions."""

from collections.abc import Callable

from guardian.languages.python.spark_columns import Column, spread
from guardian.languages.python.spark_frames import METHODS, Frame
from guardian.languages.python.spark_io import write
from guardian.languages.python.spark_state import (
    add,
    dataset_name,
    folded_names,
    item,
    reference,
    scan,
)
from guardian.languages.python.values import (
    Builtin,
    Call,
    Function,
    Handler,
    Unknown,
    Value,
    plain,
    to_text,
)
from guardian.model.plan import (
    Alias,
    Drop,
    Handle,
    Item,
    Project,
    Symbol,
    WithColumns,
    WriteOptions,
)

PREFIXES = ("pyspark.pipelines.", "databricks.pipelines.", "dlt.")


def _defines(mode: str) -> Handler:
    """Return the decorator `@dlt.table`, plain or with arguments."""

    def decorator(call: Call) -> Value:
        first = call.value(0, "name")
        if isinstance(first, Function | Builtin):
            return _defined(first, WriteOptions(mode=mode), None, call)
        options = WriteOptions(
            mode=mode, partition_by=folded_names(spread([call.kwargs.get("partition_cols") or ()]))
        )
        return Builtin("dlt", lambda inner: _defined(inner.value(0), options, first, call))

    return decorator


def _defined(function: Value, options: WriteOptions, name: Value, call: Call) -> Value:
    """Note the table once the module has run: its function may use what stands below it."""
    machine = call.machine
    called = name if name is not None else getattr(function, "name", "")
    place = function.module.location(function.node) if isinstance(function, Function) else call.at
    asked = Call(machine, [], {}, call.node, place=place)

    def build() -> None:
        rows = machine.call(function, asked)
        if isinstance(rows, Frame):
            write(asked, rows.handle, called, options)

    machine.deferred.append(build)
    return function


def _read(call: Call) -> Value:
    name = call.value(0, "name")
    handle = scan(call.machine, name, call.at, hint="table")
    return Frame(add(call.machine, Alias(handle, dataset_name(to_text(name)).rpartition(".")[2])))


def _expects(*, drops: bool) -> Handler:
    """Return the decorator of an expectation: rows that fail it are dropped, or only counted."""

    def decorator(call: Call) -> Value:
        first = call.value(0)
        tests = list(first.values()) if isinstance(first, dict) else [call.value(1, "inv")]
        return Builtin("dlt", lambda inner: _expected(inner.value(0), tests, call, drops=drops))

    return decorator


def _expected(function: Value, tests: list[Value], call: Call, *, drops: bool) -> Value:
    if not drops:
        return function

    def checked(inner: Call) -> Value:
        rows = inner.machine.call(function, inner)
        for test in tests if isinstance(rows, Frame) else ():
            rows = METHODS["filter"](rows, Call(call.machine, [test], {}, call.node))  # type: ignore[arg-type]  # a frame, asked above; filters give frames
        return rows

    return Builtin(str(getattr(function, "name", "dlt")), checked)


def _apply_changes(call: Call) -> Value:
    """Note `apply_changes(target=…, source=…)`: the source's columns, but for those left out."""
    target, source = call.value(0, "target"), call.value(1, "source")
    handle = _source(source, call)
    chosen, left_out = call.kwargs.get("column_list"), call.kwargs.get("except_column_list")
    at = call.at
    if chosen is not None:
        items = tuple(
            item(call.machine, name, at, call.text)
            for name in spread([chosen])
            if isinstance(name, str | Column)
        )
        handle = add(call.machine, Project(handle, items))
    elif left_out is not None:
        gone = tuple(reference(call.machine, name, at) for name in spread([left_out]))
        handle = add(call.machine, Drop(handle, gone))
    if plain(to_text(call.kwargs.get("stored_as_scd_type") or "")) == "2":
        handle = add(call.machine, WithColumns(handle, tuple(_validity(call))))
    write(call, handle, target, WriteOptions(mode="merge"))
    return None


def _source(source: Value, call: Call) -> Handle:
    """Return the rows of a source: a table by name, or what a function of snapshots gives."""
    if isinstance(source, Function):
        rows = call.machine.apply(source, Unknown("version"))
        first = rows[0] if isinstance(rows, tuple) and rows else rows
        if isinstance(first, Frame):
            return first.handle
    return scan(call.machine, source, call.at, hint="source")


def _validity(call: Call) -> list[Item]:
    """Return the columns that a history of changes has: from when and until when a row held."""
    order = call.kwargs.get("sequence_by")
    expr = reference(call.machine, order, call.at) if order is not None else Symbol("sequence")
    return [Item(expr, name, call.at, call.text) for name in ("__start_at", "__end_at")]


def _append_flow(call: Call) -> Value:
    """Return the decorator of a flow that appends what its function gives to a table."""
    target = call.value(0, "target")
    once = call.kwargs.get("once") is True
    options = WriteOptions(mode="append", options=(("once", "true"),) if once else ())
    return Builtin("flow", lambda inner: _defined(inner.value(0), options, target, call))


_CALLS: dict[str, Handler] = {
    "table": _defines("create"), "create_table": _defines("create"),
    "materialized_view": _defines("create"), "view": _defines("view"),
    "temporary_view": _defines("view"), "read": _read, "read_stream": _read,
    "expect": _expects(drops=False), "expect_all": _expects(drops=False),
    "expect_or_fail": _expects(drops=False), "expect_all_or_fail": _expects(drops=False),
    "expect_or_drop": _expects(drops=True), "expect_all_or_drop": _expects(drops=True),
    "apply_changes": _apply_changes, "create_auto_cdc_flow": _apply_changes,
    "append_flow": _append_flow, "apply_changes_from_snapshot": _apply_changes,
    "create_auto_cdc_from_snapshot_flow": _apply_changes,
    "create_sink": lambda call: Unknown(plain(to_text(call.value(0, "name")))),
    "create_target_table": lambda call: Unknown(plain(to_text(call.value(0, "name")))),
    "create_streaming_live_table": lambda call: Unknown(plain(to_text(call.value(0, "name")))),
    "create_streaming_table": lambda call: Unknown(plain(to_text(call.value(0, "name")))),
}  # fmt: skip


def live_call(path: str) -> Callable[[Call], Value] | None:
    """Return what answers a call of the pipeline module; None where `path` is not of it."""
    prefix = next((prefix for prefix in PREFIXES if path.startswith(prefix)), None)
    return None if prefix is None else _CALLS.get(path.removeprefix(prefix))
