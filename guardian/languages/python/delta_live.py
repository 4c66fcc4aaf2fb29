"""Databricks' declarative pipelines (`dlt`): tables that are defined by functions."""

from collections.abc import Callable

from guardian.languages.python.spark_columns import spread
from guardian.languages.python.spark_frames import METHODS, Frame
from guardian.languages.python.spark_io import write
from guardian.languages.python.spark_state import add, dataset_name, folded_names, scan
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
from guardian.model.plan import Alias, WriteOptions

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
    target, source = call.value(0, "target"), call.value(1, "source")
    handle = scan(call.machine, source, call.at, hint="source")
    write(call, handle, target, WriteOptions(mode="merge"))
    return None


_CALLS: dict[str, Handler] = {
    "table": _defines("create"), "create_table": _defines("create"),
    "materialized_view": _defines("create"), "view": _defines("view"),
    "temporary_view": _defines("view"), "read": _read, "read_stream": _read,
    "expect": _expects(drops=False), "expect_all": _expects(drops=False),
    "expect_or_fail": _expects(drops=False), "expect_all_or_fail": _expects(drops=False),
    "expect_or_drop": _expects(drops=True), "expect_all_or_drop": _expects(drops=True),
    "apply_changes": _apply_changes, "create_auto_cdc_flow": _apply_changes,
    "create_streaming_table": lambda call: Unknown(plain(to_text(call.value(0, "name")))),
}  # fmt: skip


def live_call(path: str) -> Callable[[Call], Value] | None:
    """Return what answers a call of the pipeline module; None where `path` is not of it."""
    prefix = next((prefix for prefix in PREFIXES if path.startswith(prefix)), None)
    return None if prefix is None else _CALLS.get(path.removeprefix(prefix))
