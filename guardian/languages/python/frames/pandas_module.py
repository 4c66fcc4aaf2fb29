"""Functions of pandas and NumPy, and of pandas on Spark."""

import re
from collections.abc import Mapping

from sqlglot import exp

from guardian.languages.python.frames import pandas_methods as _methods  # noqa: F401 - it fills the table
from guardian.languages.python.frames.files import FILE_READERS, chosen_columns, read_file
from guardian.languages.python.frames.pandas_frame import PandasFrame, names_in
from guardian.languages.python.frames.pandas_groups import counted
from guardian.languages.python.frames.pandas_joins import concat
from guardian.languages.python.frames.pandas_series import Series, series_of
from guardian.languages.python.frames.rows import name_of, opaque, picked, projected
from guardian.languages.python.frames.terms import Term, case, cast, null_test, other_function
from guardian.languages.python.spark_columns import Column, as_tree
from guardian.languages.python.spark_frames import Frame
from guardian.languages.python.spark_session import SparkSession
from guardian.languages.python.values import (
    MISSING,
    Call,
    Collected,
    Handler,
    Unknown,
    Value,
    plain,
    to_text,
)

PANDAS = re.compile(
    r"(?:pandas|modin\.pandas|pyspark\.pandas|databricks\.koalas|dask\.dataframe|cudf|geopandas)\."
)
NUMPY = re.compile(r"numpy\.")
METHOD = re.compile(r".*\.(?:DataFrame|Series)\.(\w+)$")


def pandas_call(path: str, call: Call) -> Value:
    """Return what a function of pandas or NumPy gives; `MISSING` where it is neither."""
    if NUMPY.match(path):
        return numpy_call(path.rpartition(".")[2], call)
    if not PANDAS.match(path):
        return MISSING
    method = METHOD.match(path)
    if method and call.args and isinstance(call.args[0], PandasFrame | Series):
        return call.machine.call_method(call.args[0], method.group(1), call.shifted())
    name = path.rpartition(".")[2]
    if name in {"from_dict", "from_records"} and ".DataFrame." in path:
        name = "DataFrame"
    if name == "sql" and "pyspark" in path:
        made = SparkSession().invoke("sql", call)
        return PandasFrame(made.handle) if isinstance(made, Frame) else made
    known = FUNCTIONS.get(name)
    if known is not None:
        return known(call)
    return _read(call) if FILE_READERS.match(name) else MISSING


def in_chunks(frame: PandasFrame, call: Call) -> Value:
    """Return a frame, or what gives it piece by piece where `chunksize` asks for that."""
    if call.kwargs.get("chunksize") is None and call.kwargs.get("iterator") is not True:
        return _indexed(frame, call)
    return [frame]


def _read(call: Call) -> Value:
    handle = read_file(call)
    names = chosen_columns(call)
    if names is not None and call.kwargs.get("names") is None:
        handle = picked(call, handle, names)
    return in_chunks(PandasFrame(handle), call)


def _indexed(frame: PandasFrame, call: Call) -> PandasFrame:
    names = names_in(call.kwargs.get("index_col"))
    return PandasFrame(frame.handle, tuple(map(name_of, names or ())), dialect=frame.dialect)


def _concat(call: Call) -> Value:
    given = call.value(0, "objs")
    values = list(given.values()) if isinstance(given, dict) else call.machine.iterate(given)
    if values is None:
        return Collected("concat", weak=True, handles=getattr(given, "handles", ()))
    return concat(values, call)


def _merge(call: Call) -> Value:
    left = call.value(0, "left")
    if not isinstance(left, PandasFrame):
        return Unknown("merge", weak=True, handles=getattr(left, "handles", ()))
    right = call.value(1, "right")
    rest = {name: value for name, value in call.kwargs.items() if name not in {"left", "right"}}
    nodes = [None, *call.nodes[2:]]
    args = [right, *call.args[2:]]
    inner = Call(call.machine, args, rest, call.node, nodes, call.keyword_nodes)
    return left.invoke("merge", inner)


def _frame(call: Call) -> Value:
    data, names = series_of(call.value(0, "data")), names_in(call.kwargs.get("columns"))
    if isinstance(data, PandasFrame):
        return PandasFrame(data.handle, data.index)
    if isinstance(data, Series) and data.frame is not None:
        return data.invoke("to_frame", Call(call.machine, [], {}, call.node))
    if isinstance(data, dict):
        return _of_columns(data, call)
    if isinstance(data, Unknown):
        made = opaque(call, data.handles, "DataFrame", names or (), keeps=False)
        return PandasFrame(made)
    return _of_rows(data if data is not None else [], list(names or ()), call)


def _of_rows(rows: Value, names: list[str], call: Call) -> Value:
    kwargs: dict[str, Value] = {"schema": names} if names else {}
    made = SparkSession().invoke("createDataFrame", Call(call.machine, [rows], kwargs, call.node))
    return PandasFrame(made.handle) if isinstance(made, Frame) else made


def _of_columns(data: dict[Value, Value], call: Call) -> Value:
    columns = {plain(to_text(name)): series_of(value) for name, value in data.items()}
    first = next(
        (one for one in columns.values() if isinstance(one, Series) and one.frame is not None), None
    )
    if first is not None and first.frame is not None:
        base = PandasFrame(first.frame)
        entries = [(name, base.term(value, call), "") for name, value in columns.items()]
        return PandasFrame(projected(call, first.frame, entries))
    lists = [call.machine.iterate(value) for value in columns.values()]
    if lists and all(one is not None and len(one) == len(lists[0] or ()) for one in lists):
        rows: Value = [list(row) for row in zip(*(one or () for one in lists), strict=True)]
    else:
        handles = [handle for value in columns.values() for handle in getattr(value, "handles", ())]
        return PandasFrame(opaque(call, handles, "DataFrame", list(columns), keeps=False))
    return _of_rows(rows, list(columns), call)


def _vector(name: str) -> Handler:
    def apply(call: Call) -> Value:
        given = series_of(call.value(0, "arg"))
        if not isinstance(given, Term):
            return Unknown(name, weak=True)
        if name in {"isna", "isnull"}:
            return given.made(null_test(given.tree))
        if name in {"notna", "notnull"}:
            return given.made(exp.Not(this=null_test(given.tree)))
        kind = {"to_datetime": "timestamp", "to_numeric": "float"}.get(name)
        if kind is None or "format" in call.kwargs:
            extra = [as_tree(call.kwargs[key]) for key in ("format", "unit") if key in call.kwargs]
            return given.made(other_function(name, given.tree, *extra))
        return given.made(cast(given.tree, kind))

    return apply


def _method_of(name: str) -> Handler:
    def apply(call: Call) -> Value:
        given = call.value(0, "frame", call.kwargs.get("data"))
        if isinstance(given, PandasFrame):
            return given.invoke(name, call.shifted() if call.args else call)
        return Unknown(name, weak=True)

    return apply


def _series(call: Call) -> Value:
    data = series_of(call.value(0, "data"))
    return (
        data
        if isinstance(data, Series)
        else Unknown("Series", weak=True, handles=getattr(data, "handles", ()))
    )


def _named_aggregate(call: Call) -> Value:
    return (call.value(0, "column"), call.value(1, "aggfunc"))


def _dummies(call: Call) -> Value:
    given = call.value(0, "data")
    handles = [given.handle] if isinstance(given, PandasFrame) else getattr(given, "handles", ())
    if isinstance(given, Series) and given.frame is not None:
        handles = [given.frame]
    return (
        PandasFrame(opaque(call, handles, "get_dummies", keeps=True))
        if handles
        else Unknown("dummies")
    )


def _normalized(call: Call) -> Value:
    data = series_of(call.value(0, "data"))
    handles = (
        (data.frame,)
        if isinstance(data, Series) and data.frame is not None
        else getattr(data, "handles", ())
    )
    return (
        PandasFrame(opaque(call, handles, "json_normalize", keeps=False))
        if handles
        else Unknown("json", weak=True)
    )


def _counted(call: Call) -> Value:
    given = call.value(0)
    return counted(given, call) if isinstance(given, Series) else Unknown("value_counts")


FUNCTIONS: Mapping[str, Handler] = {
    "DataFrame": _frame, "concat": _concat, "merge": _merge, "Series": _series,
    "NamedAgg": _named_aggregate, "get_dummies": _dummies, "json_normalize": _normalized,
    "value_counts": _counted,
    **{
        name: _vector(name)
        for name in (
            "to_datetime", "to_numeric", "to_timedelta", "isna", "isnull", "notna", "notnull",
            "cut", "qcut", "factorize", "unique",
        )
    },
    **{name: _method_of(name) for name in ("melt", "pivot_table", "pivot")},
    "from_pandas": lambda call: call.value(0),
}  # fmt: skip


# --- NumPy ---------------------------------------------------------------------------------------


def numpy_call(name: str, call: Call) -> Value:
    """Return what a function of NumPy gives of columns; `MISSING` where it is given none."""
    values = [series_of(value) for value in call.args]
    if name == "select":
        return _np_select(call)
    columns = [value for value in values if isinstance(value, Column)]
    if not columns:
        return MISSING
    first = next((one for one in columns if isinstance(one, Term)), None)
    if first is None:
        return MISSING
    if name == "where" and len(values) == 3:
        tree = case([(as_tree(values[0]), as_tree(values[1]))], as_tree(values[2]))
        return _unnamed(first.made(tree, *values))
    if name in {"isnan", "isnull"}:
        return first.made(null_test(first.tree))
    if name in {"logical_and", "logical_or"} and len(values) == 2:
        return first.operate(
            "&" if name == "logical_and" else "|", values[1], call.machine, reflected=False
        )
    if name == "logical_not":
        return first.operate_unary("~", call.machine)
    if name in {"array", "asarray"}:
        return first
    if name in {
        "sum",
        "mean",
        "max",
        "min",
        "median",
        "std",
        "var",
        "nansum",
        "nanmean",
    } and isinstance(first, Series):
        return first.reduced(name)
    tree = other_function(name, *[as_tree(value) for value in values])
    return _unnamed(first.made(tree, *values))


def _unnamed(term: Term) -> Term:
    return term.called("")


def _np_select(call: Call) -> Value:
    conditions = call.machine.iterate(call.value(0, "condlist")) or []
    choices = call.machine.iterate(call.value(1, "choicelist")) or []
    default = call.value(2, "default", 0)
    terms = [one for one in (*conditions, *choices, default) if isinstance(one, Term)]
    if not terms or len(conditions) != len(choices):
        return MISSING
    pairs = [
        (as_tree(test), as_tree(series_of(value)))
        for test, value in zip(conditions, choices, strict=True)
    ]
    return _unnamed(terms[0].made(case(pairs, as_tree(default)), *terms))
