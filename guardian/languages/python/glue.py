"""AWS Glue: GlueContext, DynamicFrame and the transforms of `awsglue`.

A DynamicFrame is taken for a frame.
"""

from collections.abc import Callable, Mapping

from guardian.languages.python.fingerprints import call_fingerprint
from guardian.languages.python.spark_columns import Column, as_tree
from guardian.languages.python.spark_frames import METHODS, Frame, frame_of, made
from guardian.languages.python.spark_groups import opaque_function
from guardian.languages.python.spark_io import write
from guardian.languages.python.spark_rows import join as spark_join
from guardian.languages.python.spark_state import (
    DIALECT,
    folded_names,
    item,
    reference,
    scan,
)
from guardian.languages.python.spark_types import type_tree
from guardian.languages.python.values import (
    MISSING,
    Call,
    Handler,
    Unknown,
    Value,
    as_text,
    plain,
    to_text,
)
from guardian.model.names import fold
from guardian.model.plan import (
    Drop,
    Filter,
    Item,
    Join,
    Opaque,
    Project,
    Rename,
    SetOperation,
    WriteOptions,
)

CATALOG_READS = frozenset({"create_dynamic_frame_from_catalog", "create_data_frame_from_catalog"})
OPTION_READS = frozenset(
    {"create_dynamic_frame_from_options", "create_data_frame_from_options", "getSource"}
)
CATALOG_WRITES = frozenset({"write_dynamic_frame_from_catalog", "write_data_frame_from_catalog"})
OPTION_WRITES = frozenset({
    "write_dynamic_frame_from_options", "write_from_options", "write_data_frame_from_options",
    "getSink",
    "write_dynamic_frame_from_jdbc_conf", "write_data_frame", "write_dynamic_frame",
})  # fmt: skip

# Options that say which table or place is meant, the most telling first.
LOCATION_OPTIONS = (
    "dbtable", "path", "paths", "topicName", "dynamodb.output.tableName",
    "dynamodb.input.tableName",
    "tableName", "collection", "dynamodb.tableArn", "database",
)  # fmt: skip


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
        elif name == "writeFrame":
            _write(call, self.name, self.format, call.value(0))
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
    for key in LOCATION_OPTIONS:
        value = options.get(key)
        if isinstance(value, list) and value:
            return value[0]
        if value is not None and not isinstance(value, list):
            return value
    call.machine.warn("the name of this dataset is not known", call.at)
    return Unknown("source")


def _from_options(call: Call) -> Value:
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
    keys = options.get("partitionKeys", ()) if isinstance(options, dict) else ()
    partition = folded_names(keys) if isinstance(keys, list | tuple) else ()
    write(
        call, frame.handle, name, WriteOptions(mode="append", format=kind, partition_by=partition)
    )


# --- transforms -----------------------------------------------------------------------------------


def _frame(call: Call) -> tuple[Frame | None, Call]:
    """Return the frame that a transform is applied to, and the call without it."""
    given = call.kwargs.get("frame")
    if given is not None:
        return frame_of(given, call.machine), call
    first = call.value(0)
    return (frame_of(first, call.machine), call.shifted()) if call.args else (None, call)


def apply_mapping(frame: Frame, call: Call) -> Value:
    """Return `ApplyMapping`: columns picked, renamed and cast, nothing else kept."""
    mappings = call.machine.iterate(call.kwargs.get("mappings", call.value(0)))
    if mappings is None:
        return _kept(frame, call, "apply_mapping")
    items: list[Item] = []
    for mapping in mappings:
        parts = list(mapping) if isinstance(mapping, tuple | list) else []
        if len(parts) in {2, 4}:
            items.append(_mapped(parts, call))
    return made(call, Project(frame.handle, tuple(items)))


def _mapped(parts: list[Value], call: Call) -> Item:
    source = plain(to_text(parts[0])).replace("`", "")
    before, target, after = (
        (parts[1], parts[2], parts[3]) if len(parts) == 4 else (None, parts[1], None)
    )
    from sqlglot import exp  # noqa: PLC0415 - the one place where a tree is made here

    tree = as_tree(source, literal=False)
    to = type_tree(after) if after != before else None
    if to is not None:
        tree = exp.Cast(this=tree, to=to)
    name = plain(to_text(target)).replace("`", "").rpartition(".")[2]
    return item(call.machine, Column(tree), call.at, source, name)


def _paths(call: Call) -> list[Value]:
    given = call.kwargs.get("paths", call.value(0))
    return [given] if isinstance(given, str) else call.machine.iterate(given) or []


def drop_fields(frame: Frame, call: Call) -> Value:
    """Return `DropFields`."""
    return made(
        call,
        Drop(frame.handle, tuple(reference(call.machine, path, call.at) for path in _paths(call))),
    )


def select_fields(frame: Frame, call: Call) -> Value:
    """Return `SelectFields`."""
    items = tuple(item(call.machine, path, call.at, plain(to_text(path))) for path in _paths(call))
    return made(call, Project(frame.handle, items))


def rename_field(frame: Frame, call: Call) -> Value:
    """Return `RenameField`."""
    old = call.kwargs.get("old_name", call.value(0))
    new = call.kwargs.get("new_name", call.value(1))
    names = tuple(fold(plain(to_text(name)).replace("`", ""), DIALECT) for name in (old, new))
    return made(call, Rename(frame.handle, ((names[0], names[1]),), at=call.at))


def resolve_choice(frame: Frame, call: Call) -> Value:
    """Return `ResolveChoice`: the same columns, some cast."""
    from guardian.model.plan import WithColumns  # noqa: PLC0415 - used by this one function

    specs = call.machine.iterate(call.kwargs.get("specs", call.value(0))) or []
    items: list[Item] = []
    for spec in specs:
        if isinstance(spec, tuple) and len(spec) == 2 and to_text(spec[1]).startswith("cast:"):
            to = type_tree(to_text(spec[1]).removeprefix("cast:"))
            if to is not None:
                from sqlglot import exp  # noqa: PLC0415 - used by this one function

                tree = exp.Cast(this=as_tree(spec[0], literal=False), to=to)
                items.append(
                    item(call.machine, Column(tree), call.at, call.text, plain(to_text(spec[0])))
                )
    return made(call, WithColumns(frame.handle, tuple(items))) if items else frame


def _join(call: Call) -> Value:
    left = frame_of(call.kwargs.get("frame1", call.value(0)), call.machine)
    right = frame_of(call.kwargs.get("frame2", call.value(1)), call.machine)
    if left is None or right is None:
        return Unknown("join", weak=True)
    return _joined(
        left,
        right,
        call.kwargs.get("keys1", call.value(2)),
        call.kwargs.get("keys2", call.value(3)),
        call,
    )


def _joined(left: Frame, right: Frame, keys1: Value, keys2: Value, call: Call) -> Value:
    from sqlglot import exp  # noqa: PLC0415 - used by this one function

    from guardian.languages.python.spark_columns import named_column  # noqa: PLC0415 - the same
    from guardian.languages.python.spark_state import lower  # noqa: PLC0415 - the same

    firsts = [keys1] if isinstance(keys1, str) else call.machine.iterate(keys1) or []
    seconds = [keys2] if isinstance(keys2, str) else call.machine.iterate(keys2) or []
    condition: exp.Expr | None = None
    for first, second in zip(firsts, seconds, strict=False):
        test = exp.EQ(
            this=named_column(to_text(first), left.handle).tree,
            expression=named_column(to_text(second), right.handle).tree,
        )
        condition = test if condition is None else exp.And(this=condition, expression=test)
    on = lower(call.machine, condition, call.at) if condition is not None else None
    return made(call, Join(left=left.handle, right=right.handle, on=on, at=call.at, text=call.text))


def join_frames(frame: Frame, call: Call) -> Value:
    """Return Spark's join, or a DynamicFrame's: `frame.join(paths1, paths2, frame2)`."""
    other = call.kwargs.get("frame2", call.value(2))
    if isinstance(other, Frame) and not isinstance(call.value(0), Frame):
        keys = call.kwargs.get("paths1", call.value(0)), call.kwargs.get("paths2", call.value(1))
        return _joined(frame, other, *keys, call)
    return SPARK_JOIN(frame, call)


def _kept(frame: Frame, call: Call, reason: str) -> Value:
    node = Opaque(
        inputs=(frame.handle,),
        fingerprint=call_fingerprint(reason, call),
        keeps=True,
        reason=reason,
        at=call.at,
    )
    return made(call, node)


def filter_rows(frame: Frame, call: Call) -> Value:
    """Return `Filter.apply(frame, f)`: rows that a function of Python keeps."""
    from guardian.languages.python.udfs import opaque_udf, udf_of  # noqa: PLC0415 - used by this one function
    from guardian.model.plan import Star  # noqa: PLC0415 - the same

    udf = udf_of(call.kwargs.get("f", call.value(0)), call.machine)
    condition = opaque_udf(udf.fingerprint, (Star(),))
    return made(call, Filter(frame.handle, condition, "WHERE", call.at, call.text))


def map_rows(frame: Frame, call: Call) -> Value:
    """Return `Map.apply(frame, f)`: rows that a function of Python makes."""
    call.kwargs.setdefault("func", call.kwargs.get("f", call.value(0)))
    return opaque_function(frame, "Map", call)


def _unchanged(frame: Frame, _: Call) -> Value:
    return frame


def _select_from_collection(call: Call) -> Value:
    given = call.kwargs.get("dfc", call.value(0))
    return next(iter(given.values()), Unknown()) if isinstance(given, dict) else given


def _split_rows(frame: Frame, call: Call) -> Value:
    return _kept(frame, call, "split")


TRANSFORMS: dict[str, Callable[[Frame, Call], Value]] = {
    "ApplyMapping": apply_mapping, "DropFields": drop_fields, "SelectFields": select_fields,
    "RenameField": rename_field, "ResolveChoice": resolve_choice, "DropNullFields": _unchanged,
    "Filter": filter_rows, "Map": map_rows, "Relationalize": _split_rows, "Unbox": _split_rows,
    "UnnestFrame": _split_rows, "SplitFields": _split_rows, "SplitRows": _split_rows,
    "Spigot": _unchanged,
    "FillMissingValues": _split_rows, "EvaluateDataQuality": _unchanged,
}  # fmt: skip
SPARK_JOIN = spark_join
METHODS.update({
    "apply_mapping": apply_mapping, "drop_fields": drop_fields, "select_fields": select_fields,
    "rename_field": rename_field, "resolveChoice": resolve_choice, "relationalize": _split_rows,
    "unnest": _split_rows, "join": join_frames, "toDF_dynamic": _unchanged,
})  # fmt: skip


def transform(name: str, call: Call) -> Value:
    """Return what `Name.apply(...)` of `awsglue.transforms` gives."""
    if name == "Join":
        return _join(call)
    if name == "SelectFromCollection":
        return _select_from_collection(call)
    handler = TRANSFORMS.get(name)
    frame, rest = _frame(call)
    if handler is None or frame is None:
        return Unknown(name, weak=True) if frame is None else _kept(frame, rest, name)
    return handler(frame, rest)


def _resolved_options(call: Call) -> Value:
    names = call.machine.iterate(call.value(1, "options")) or []
    return {str(name): Unknown(str(name)) for name in names if isinstance(name, str)}


def _from_frame(call: Call) -> Value:
    return call.value(0, "dataframe")


CALLS: dict[str, Handler] = {
    "awsglue.utils.getResolvedOptions": _resolved_options,
    "awsglue.dynamicframe.DynamicFrame.fromDF": _from_frame,
    "awsglue.DynamicFrame.fromDF": _from_frame,
}
