"""Methods of a DataFrame that rename and drop columns."""

from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.machine import flat
from guardian.languages.python.spark_columns import spread
from guardian.languages.python.spark_frames import (
    Frame,
    Method,
    made,
    place_of,
    unclear,
)
from guardian.languages.python.spark_select import dict_places
from guardian.languages.python.spark_state import (
    DIALECT,
    column_name,
    item,
    reference,
    state_of,
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
    named = state_of(call.machine).file.named
    pair = (fold(column_name(old), DIALECT), named(column_name(new)))
    return made(call, Rename(frame.handle, (pair,), at=place_of(call, 1, "new")))


def rename_all(frame: Frame, call: Call) -> Value:
    """Return `df.withColumnsRenamed({old: new})`."""
    mapping = call.value(0, "colsMap")
    if not isinstance(mapping, dict):
        return unclear(frame, call, "withColumnsRenamed")
    named = state_of(call.machine).file.named
    pairs = tuple(
        (fold(column_name(old), DIALECT), named(column_name(new))) for old, new in mapping.items()
    )
    if not {old for old, _ in pairs}.isdisjoint(new for _, new in pairs):
        return made(call, Rename(frame.handle, pairs, at=call.at))
    # One by one, each where it is written; names that change places are renamed at once.
    places = dict_places(call.syntax(0, "colsMap"), call)
    for index, pair in enumerate(pairs):
        at = places[index][0] if index < len(places) else call.at
        frame = made(call, Rename(frame.handle, (pair,), at=at))
    return frame


def to_frame(frame: Frame, call: Call) -> Value:
    """Return `df.toDF("a", "b")`: all columns renamed."""
    values = flat(call.args)
    if not values or all(isinstance(value, EachColumn) for value in values):
        return frame
    if not all(isinstance(value, str) and OPEN not in value for value in values):
        return unclear(frame, call, "toDF")
    named = state_of(call.machine).file.named
    names = tuple(named(name) for name in map(column_name, values) if name)
    return made(call, Rename(frame.handle, positional=names, at=call.at))


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
