"""Methods of a pandas DataFrame that turn rows into columns, and columns into rows or the index."""

from collections.abc import Sequence

from sqlglot import exp

from guardian.languages.python.frames.pandas_frame import PandasFrame, names_in
from guardian.languages.python.frames.pandas_series import Series
from guardian.languages.python.frames.rows import (
    dropped,
    extended,
    item_of,
    known_columns,
    name_of,
    opaque,
)
from guardian.languages.python.frames.terms import aggregate, column_of, other_function
from guardian.languages.python.spark_state import add
from guardian.languages.python.values import Call, Value, plain
from guardian.model.plan import Aggregate, Generate, Item, Pivot, Ref, Unpivot


def pivot_table(frame: PandasFrame, call: Call) -> Value:
    """Return `frame.pivot_table(values, index, columns, aggfunc)`."""
    values = names_in(call.value(0, "values")) or ()
    keys = names_in(call.value(1, "index")) or ()
    column = names_in(call.value(2, "columns"))
    how = call.value(3, "aggfunc", "mean")
    name = how if isinstance(how, str) else getattr(how, "path", "mean").rpartition(".")[2]
    inner = []
    for value in values:
        tree = aggregate(str(name), frame.series(value).tree) or exp.Null()
        shown = None if len(values) == 1 else name_of(value)
        inner.append(Item(item_of(call, Series(tree), value).expr, shown, call.at, call.text))
    if not inner or not keys:
        return PandasFrame(opaque(call, [frame.handle], "pivot_table", keeps=False))
    keyed = tuple(item_of(call, frame.series(key), key, key) for key in keys)
    index = tuple(map(name_of, keys))
    if column is None:
        named = [
            Item(one.expr, name_of(value), call.at, call.text)
            for one, value in zip(inner, values, strict=True)
        ]
        node = Aggregate(
            input=frame.handle, keys=tuple(key.expr for key in keyed), items=(*keyed, *named),
            alias_keys=False, at=call.at, text=call.text,
        )  # fmt: skip
        return PandasFrame(add(call.machine, node), index)
    return PandasFrame(_pivot(frame, call, column[0], inner, keyed), index)


def _pivot(
    frame: PandasFrame, call: Call, column: str, items: Sequence[Item], keys: Sequence[Item]
) -> int:
    expr = item_of(call, frame.series(column), column).expr
    node = Pivot(
        input=frame.handle, column=expr, items=tuple(items), keys=tuple(key.expr for key in keys),
        at=call.at,
    )  # fmt: skip
    return add(call.machine, node)


def plain_pivot(frame: PandasFrame, call: Call) -> Value:
    """Return `frame.pivot(index, columns, values)`."""
    values = names_in(call.kwargs.get("values")) or ()
    keys, column = names_in(call.kwargs.get("index")) or (), names_in(call.kwargs.get("columns"))
    if column is None or not values:
        return PandasFrame(opaque(call, [frame.handle], "pivot", keeps=False))
    items = []
    for value in values:
        term = Series(exp.First(this=frame.series(value).tree))
        items.append(Item(item_of(call, term, value).expr, None, call.at, call.text))
    keyed = [item_of(call, frame.series(key), key, key) for key in keys]
    return PandasFrame(_pivot(frame, call, column[0], items, keyed), tuple(map(name_of, keys)))


def melt(frame: PandasFrame, call: Call) -> Value:
    """Return `frame.melt(id_vars, value_vars)`."""
    ids = names_in(call.value(0, "id_vars")) or ()
    values = names_in(call.value(1, "value_vars"))
    if values is None:
        known = known_columns(call.machine, frame.handle)
        if known is None:
            return PandasFrame(opaque(call, [frame.handle], "melt", [*ids, *_melted(call)]))
        values = tuple(name for name in known if name not in ids and name not in frame.index)
    name, value = _melted(call)
    node = Unpivot(
        input=frame.handle, columns=tuple(map(name_of, values)), name_column=name,
        value_column=value, keys=tuple(Ref(name_of(key)) for key in ids), at=call.at,
        keeps_nulls=True,
    )  # fmt: skip
    return PandasFrame(add(call.machine, node))


def _melted(call: Call) -> tuple[str, str]:
    given = [call.value(2, "var_name"), call.value(3, "value_name")]
    usual = ("variable", "value")
    first, second = (
        name_of(plain(one)) if isinstance(one, str) else other
        for one, other in zip(given, usual, strict=True)
    )
    return first, second


def explode(frame: PandasFrame, call: Call) -> Value:
    """Return `frame.explode(column)`."""
    handle = frame.handle
    for name in names_in(call.value(0, "column")) or ():
        made = f"__exploded_{name_of(name)}"
        tree = other_function("explode", column_of(name_of(name), handle))
        generator = item_of(call, Series(tree), name).expr
        node = Generate(input=handle, generator=generator, columns=(made,), outer=True, at=call.at)
        handle = add(call.machine, node)
        handle = extended(call, handle, [(name, Series(column_of(made, handle)), call.text)])
        handle = dropped(call, handle, [made])
    return PandasFrame(handle, frame.index)


def reset_index(frame: PandasFrame, call: Call) -> Value:
    """Return `frame.reset_index()`: the index is columns like any other."""
    if call.kwargs.get("drop") is True:
        return PandasFrame(dropped(call, frame.handle, frame.index), (), frame.labels)
    labels = (*((name, "") for name in frame.index), *frame.labels) if frame.labels else ()
    return PandasFrame(frame.handle, (), labels)


def set_index(frame: PandasFrame, call: Call) -> Value:
    """Return `frame.set_index(keys)`: these columns are the index."""
    names = names_in(call.value(0, "keys")) or ()
    return PandasFrame(frame.handle, tuple(map(name_of, names)), frame.labels)
