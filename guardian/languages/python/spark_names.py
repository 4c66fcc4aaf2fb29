"""Methods of a DataFrame that rename and drop columns."""

from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.machine import flat
from guardian.languages.python.spark_columns import (
    spread,
)
from guardian.languages.python.spark_frames import Frame, Method, made, unclear
from guardian.languages.python.spark_state import (
    DIALECT,
    column_name,
    folded_names,
    item,
    reference,
)
from guardian.languages.python.values import (
    OPEN,
    Call,
    Unknown,
    Value,
)
from guardian.model.names import fold
from guardian.model.plan import (
    Drop,
    Project,
    Rename,
)


def rename(frame: Frame, call: Call) -> Value:
    """Return `df.withColumnRenamed(old, new)`."""
    old, new = call.value(0, "existing"), call.value(1, "new")
    if isinstance(old, EachColumn):
        return frame if isinstance(new, EachColumn) else unclear(frame, call, "withColumnRenamed")
    return made(
        call,
        Rename(frame.handle, ((fold(column_name(old), DIALECT), fold(column_name(new), DIALECT)),)),
    )


def rename_all(frame: Frame, call: Call) -> Value:
    """Return `df.withColumnsRenamed({old: new})`."""
    mapping = call.value(0, "colsMap")
    if not isinstance(mapping, dict):
        return unclear(frame, call, "withColumnsRenamed")
    pairs = tuple(
        (fold(column_name(old), DIALECT), fold(column_name(new), DIALECT))
        for old, new in mapping.items()
    )
    return made(call, Rename(frame.handle, pairs))


def to_frame(frame: Frame, call: Call) -> Value:
    """Return `df.toDF("a", "b")`: all columns renamed."""
    values = flat(call.args)
    if not values or all(isinstance(value, EachColumn) for value in values):
        return frame
    if not all(isinstance(value, str) and OPEN not in value for value in values):
        return unclear(frame, call, "toDF")
    return made(call, Rename(frame.handle, positional=folded_names(values)))


def drop(frame: Frame, call: Call) -> Value:
    """Return `df.drop(...)`."""
    values = spread(call.args)
    each = next((value for value in values if isinstance(value, EachColumn)), None)
    if each is not None:
        return _drop_each(frame, each, call)
    gone = tuple(
        reference(call.machine, value, call.at)
        for value in values
        if not isinstance(value, Unknown)
    )
    if len(gone) < len(values):
        return unclear(frame, call, "drop")
    return made(call, Drop(frame.handle, gone)) if gone else frame


def _drop_each(frame: Frame, each: EachColumn, call: Call) -> Value:
    if not each.certain or not each.excluded:
        return unclear(frame, call, "drop")
    items = tuple(item(call.machine, name, call.at, name) for name in each.excluded)
    return made(call, Project(frame.handle, items))


NAME_METHODS: dict[str, Method] = {
    "withColumnRenamed": rename,
    "withColumnsRenamed": rename_all,
    "toDF": to_frame,
    "drop": drop,
}
