"""PySpark's DataFrame: each method as the operator of the plan that it means."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlglot import exp

from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.fingerprints import call_fingerprint
from guardian.languages.python.machine import Machine
from guardian.languages.python.overriding import override
from guardian.languages.python.spark_columns import (
    Column,
    as_tree,
    named_column,
)
from guardian.languages.python.spark_state import (
    add,
    state_of,
)
from guardian.languages.python.values import (
    MISSING,
    Call,
    Collected,
    Property,
    Unknown,
    Value,
    plain,
    to_text,
)
from guardian.model.lineage import Location
from guardian.model.plan import (
    GUESSED_ROWS,
    Alias,
    Handle,
    Opaque,
    Operator,
)


@dataclass(frozen=True)
class Frame:
    """A DataFrame: a handle of the file's plan."""

    handle: Handle
    spark_type = "DataFrame"

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return `columns`, `write` and their like, or a column."""
        own = state_of(machine).methods.get(name)
        if own is not None:
            return machine.apply(own.function, self) if isinstance(own, Property) else MISSING
        if name in METHODS or name in ACTIONS or name in UNCHANGED:
            return MISSING
        maker = PROPERTIES.get(name)
        if maker is not None:
            return maker(self, machine)
        return MISSING if name.startswith("__") else named_column(name, self.handle)

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method gives."""
        own = state_of(call.machine).methods.get(name)
        if own is not None:
            return call.machine.call(own, call.preceded(self))
        if name in UNCHANGED:
            return self
        if name in ACTIONS:
            if name not in IDLE:
                collected(call, self.handle)
            if name in TO_PANDAS:
                from guardian.languages.python.frames.pandas_frame import PandasFrame  # noqa: PLC0415 - it needs us

                return PandasFrame(self.handle)
            return Collected(name, weak=True, handles=(self.handle,))
        method = METHODS.get(name)
        if method is not None:
            return method(self, call)
        maker = PROPERTIES.get(name)
        if maker is not None:
            return call.machine.call(maker(self, call.machine), call)
        if name in {"__iter__", "__call__"}:
            return Unknown(handles=(self.handle,))
        call.machine.warn(
            f"the DataFrame method `{name}` is not known; its columns are taken as they were",
            call.at,
        )
        others = [value.handle for value in call.args if isinstance(value, Frame)]
        return self.opaque(call, name, others)

    def opaque(self, call: Call, name: str, others: Sequence[Handle]) -> "Frame":
        """Return the frame behind a method that is not understood."""
        return made(
            call,
            Opaque(
                inputs=(self.handle, *others), keeps=True, reason=name, at=call.at,
                fingerprint=f"{GUESSED_ROWS}{call_fingerprint(name, call)}",
            ),
        )  # fmt: skip

    @override
    def __eq__(self, other: object) -> bool:
        """Two frames of one handle are one."""
        return isinstance(other, Frame) and other.handle == self.handle

    @override
    def __hash__(self) -> int:
        """Hash by the handle."""
        return hash(self.handle)


def collected(call: Call, handle: Handle) -> None:
    """Note that rows are brought out of Spark: the job reads their datasets, written or not."""
    if not call.machine.importing:
        state_of(call.machine).file.collected.setdefault(handle, call.at)


def made(call: Call, node: Operator) -> Frame:
    """Return the frame of a new operator."""
    return Frame(add(call.machine, node))


def frame_of(value: Value, machine: Machine, why: str = "") -> Frame | None:
    """Return `value` as a frame; an unknown one that stems from frames keeps them connected."""
    if isinstance(value, Frame):
        return value
    inner = getattr(value, "frame", None)
    if isinstance(inner, Frame):
        return inner
    if isinstance(value, Unknown):
        reason = value.name or why or "unknown"
        node = Opaque(
            inputs=value.handles,
            fingerprint=f"{GUESSED_ROWS}{reason}",
            keeps=len(value.handles) == 1,
            reason=plain(reason),
        )
        return Frame(add(machine, node))
    return None


def warn_of_guess(name: str, inputs: int, call: Call) -> None:
    """Say that a value nobody knows is taken for a frame, and what its columns are then."""
    made_of = {
        0: "its lineage ends at this call",
        1: "its columns are guessed to be those of the frame that it is made from",
    }
    what = made_of.get(inputs, "its columns may come from any of the frames that it is made from")
    call.machine.warn(f"`{plain(name) or 'this value'}` is not known; {what}", call.at)


def columns(frame: Frame, machine: Machine) -> tuple[str, ...] | None:
    """Return the names of a frame's columns where they are known."""
    return state_of(machine).file.shapes.names(frame.handle)


def column_list(frame: Frame, machine: Machine) -> list[Value]:
    """Return `df.columns`: names, or one that stands for each of them."""
    found = columns(frame, machine)
    if found is None or EachColumn.NAME in found:
        return [EachColumn.of(frame.handle)]
    return list(found)


def text_of(call: Call, position: int, name: str = "", value: Value = None) -> str:
    """Return the author's text of an argument; where that has none, of the call that made `value`.

    Else of the whole call.
    """
    node = call.syntax(position, name)
    if node is None and isinstance(value, Column) and value.origin is not None:
        module, made_by = value.origin
        return module.segment(made_by)
    return call.machine.text(node) or call.text


def place_of(call: Call, position: int, name: str = "", value: Value = None) -> Location:
    """Return where an argument is written; where that is not known, the call that made `value`.

    Else the whole call.
    """
    node = call.syntax(position, name)
    if node is None and isinstance(value, Column) and value.origin is not None:
        module, made_by = value.origin
        return module.location(made_by)
    return call.machine.at(node) if node is not None else call.at


def unclear(frame: Frame, call: Call, what: str) -> Frame:
    """Return the frame as it was, with a warning: what the method is given is not known."""
    call.machine.warn(
        f"the arguments of `{what}` are not known here; its columns are taken as they were", call.at
    )
    return frame.opaque(call, what, [])


# --- elements and schemas -------------------------------------------------------------------------


def get_item(frame: Frame, call: Call) -> Value:
    """Return `df["x"]`, `df[["a", "b"]]`, `df[condition]`, `df[0]`."""
    key = call.value(0)
    if isinstance(key, EachColumn):
        return named_column(key)
    if isinstance(key, str):
        return frame_column(frame, key, call.machine)
    if isinstance(key, list | tuple):
        return METHODS["select"](frame, call)
    if isinstance(key, Column):
        return METHODS["where"](frame, call)
    names = columns(frame, call.machine)
    if isinstance(key, int) and names is not None and -len(names) <= key < len(names):
        return named_column(names[key], frame.handle)
    return named_column(plain(to_text(key)), frame.handle)


def frame_column(frame: Frame, name: str, machine: Machine) -> Column:
    """Return `df["name"]`; a name that an alias qualifies is looked up by that."""
    node = state_of(machine).file.builder[frame.handle]
    first, dot, _ = plain(name).partition(".")
    if dot and isinstance(node, Alias) and node.name == first.lower():
        return named_column(name)
    if name == "*":
        star = exp.Star()
        star.meta["frame"] = frame.handle
        return Column(star)
    return named_column(name, frame.handle)


# A group under a quantifier can take for ever on a name that was made for it.
SLOW_PATTERN = re.compile(r"\)[*+{?]|[*+}][*+{]")
PATTERN_LIMIT = 200


def col_regex(frame: Frame, call: Call) -> Value:
    """Return `df.colRegex(...)`: the columns whose names match, where the columns are known."""
    names, pattern = columns(frame, call.machine), call.value(0, "colName")
    text = str(pattern).strip("`") if type(pattern) is str else ""
    if names is not None and 0 < len(text) < PATTERN_LIMIT and not SLOW_PATTERN.search(text):
        try:
            matching = re.compile(text, re.IGNORECASE)
        except re.error:
            return Unknown("colRegex", weak=True)
        others = tuple(name for name in names if not matching.fullmatch(name[:PATTERN_LIMIT]))
        return named_column(EachColumn.of(frame.handle, others))
    return Column(
        as_tree(EachColumn.of(frame.handle).partial(), literal=False),
        each=EachColumn.of(frame.handle).partial(),
    )


Method: TypeAlias = Callable[[Frame, Call], Value]
METHODS: dict[str, Method] = {
    "__getitem__": get_item, "colRegex": col_regex,
}  # fmt: skip
# Methods that give the same rows and columns.
UNCHANGED = frozenset({
    "cache", "persist", "unpersist", "repartition", "coalesce", "checkpoint", "localCheckpoint",
    "hint",
    "repartitionByRange", "withWatermark", "observe", "to_spark", "toDF_", "tail_",
})  # fmt: skip
ACTIONS = frozenset({
    "count", "show", "collect", "first", "head", "take", "tail", "toPandas", "isEmpty",
    "printSchema", "explain",
    "foreach", "foreachPartition", "toLocalIterator", "describe_", "approxQuantile", "corr", "cov",
    "inputFiles",
    "toJSON", "to_koalas", "pandas_api", "display", "isLocal", "toArrow", "storageLevel",
})  # fmt: skip
TO_PANDAS = frozenset({"toPandas", "to_koalas", "pandas_api", "to_pandas_on_spark"})
# Actions that need no row.
IDLE = frozenset({"printSchema", "explain", "inputFiles", "isLocal", "storageLevel"})
PROPERTIES: dict[str, Callable[[Frame, Machine], Value]] = {
    "columns": column_list,
    "stat": lambda frame, _: Collected("stat", handles=(frame.handle,)),
    "sparkSession": lambda *_: Unknown("spark"),
    "isStreaming": lambda *_: Unknown("isStreaming"),
}  # fmt: skip
