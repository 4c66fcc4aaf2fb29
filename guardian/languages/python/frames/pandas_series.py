"""pandas' Series: its methods, each as an expression over the rows of its frame."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlglot import exp

from guardian.languages.python.frames.row_functions import code_of
from guardian.languages.python.frames.rows import (
    IN_ROWS,
    distinct,
    filtered,
    name_of,
    projected,
    sorted_by,
)
from guardian.languages.python.frames.terms import (
    AGGREGATES,
    OPERATORS,
    PARTS,
    Part,
    Term,
    aggregate,
    case,
    cast,
    column_of,
    function,
    null_test,
    other_function,
    over,
    trees_of,
)
from guardian.languages.python.machine import Machine
from guardian.languages.python.overriding import override
from guardian.languages.python.spark_columns import Column, as_tree, located
from guardian.languages.python.spark_frames import collected
from guardian.languages.python.udfs import MARK
from guardian.languages.python.values import (
    MISSING,
    Bound,
    Call,
    Collected,
    External,
    Function,
    Partial,
    Unknown,
    Value,
    plain,
    to_text,
)


@dataclass(eq=False, slots=True)
class Series(Term):
    """A column of a pandas frame; it may be all that is left of one, with its index."""

    @override
    def attribute(self, name: str, machine: Machine) -> Value:
        """Return `str`, `dt`, the values; methods are called."""
        del machine
        if name in PARTS and name not in {"name", "list"}:
            return Part(self, name)
        if name == "name":
            return self.name
        if name in {"values", "array", "index"}:
            return self
        if name in {"loc", "iloc"}:
            return self
        if name in {"empty", "size", "shape", "dtype", "is_unique", "hasnans", "plot"}:
            return Unknown(name, weak=True)
        return MISSING

    @override
    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method gives."""
        if name in OPERATORS:
            return self.operate(
                OPERATORS[name], call.value(0, "other"), call.machine, reflected=False
            )
        method = METHODS.get(name)
        if method is not None:
            made = method(self, call)
            return located(made, call) if isinstance(made, Term) and made is not self else made
        if name in AGGREGATES or name in {"max", "min"}:
            return self.reduced(name)
        if name in COLLECTING:
            return self._collected(name, call)
        if name in {"__call__", "__len__"}:
            return Unknown(name)
        columns = [value for value in call.args if isinstance(value, Column)]
        return self.made(other_function(name, self.tree, *trees_of(call)), *columns)

    def reduced(self, name: str) -> Value:
        """Return an aggregate over all rows, as a value that stands beside each of them."""
        tree = aggregate(name, self.tree)
        return self.made(over(tree, ())) if tree is not None else self

    def _collected(self, name: str, call: Call) -> Value:
        if name == "__iter__":
            return Unknown(handles=(self.frame,) if self.frame is not None else ())
        if self.frame is not None:
            collected(call, self.frame)
        return Listed(name, self)


class Listed(Collected):
    """A Series brought out as a list or an array; it may be tested or set as the Series itself."""

    __slots__ = ("series",)

    def __init__(self, name: str, series: Series) -> None:
        """Keep the Series."""
        super().__init__(name, weak=True, handles=() if series.frame is None else (series.frame,))
        self.series = series

    @override
    def renamed(self, name: str) -> Unknown:
        """Return it under the name of the variable that takes it."""
        return Listed(name, self.series)


def series_of(value: Value) -> Value:
    """Return the Series behind a list that was made of it; anything else as it is."""
    return value.series if isinstance(value, Listed) else value


COLLECTING = frozenset({
    "tolist", "to_list", "to_numpy", "to_dict", "items", "iteritems", "__iter__", "item", "keys",
})  # fmt: skip
Method: TypeAlias = Callable[[Series, Call], Value]


def _same(series: Series, _: Call) -> Value:
    return series


def _fillna(series: Series, call: Call) -> Value:
    value = series_of(call.value(0, "value"))
    if value is None or isinstance(value, dict):
        return _ordered("ffill")(series, call)
    return series.made(exp.Coalesce(this=series.tree, expressions=[as_tree(value)]), value)


def _astype(series: Series, call: Call) -> Value:
    return series.made(cast(series.tree, call.value(0, "dtype")))


def _isin(series: Series, call: Call) -> Value:
    values = series_of(call.value(0, "values"))
    if isinstance(values, list | tuple | set | frozenset):
        return series.made(exp.In(this=series.tree, expressions=[as_tree(one) for one in values]))
    if isinstance(values, Series) and values.frame is not None:
        rows = projected(call, values.frame, [(values.name or "value", values, "")])
        return series.made(other_function(f"{IN_ROWS}{rows}", series.tree))
    return series.made(other_function("isin", series.tree, as_tree(values)))


def _null(series: Series, _: Call) -> Value:
    return series.made(null_test(series.tree))


def _not_null(series: Series, _: Call) -> Value:
    return series.made(exp.Not(this=null_test(series.tree)))


def _between(series: Series, call: Call) -> Value:
    low, high = call.value(0, "left"), call.value(1, "right")
    return series.made(
        exp.Between(this=series.tree, low=as_tree(low), high=as_tree(high)), low, high
    )


def _map(series: Series, call: Call) -> Value:
    given = series_of(call.value(0, "arg", call.kwargs.get("func")))
    if isinstance(given, dict):
        pairs = [
            (exp.EQ(this=series.tree.copy(), expression=as_tree(old)), as_tree(new))
            for old, new in given.items()
        ]
        return series.made(case(pairs))
    if isinstance(given, Function | Bound | Partial):
        return series.made(other_function(f"{MARK}{code_of(given, call.machine)}", series.tree))
    if isinstance(given, Series):
        return series.made(other_function("looked_up", series.tree, given.tree), given)
    name = _called_name(given)
    simple = aggregate(name, series.tree) if isinstance(given, str) else None
    if simple is not None:
        return series.made(over(simple, ()))
    return series.made(other_function(name or "map", series.tree))


def _called_name(value: Value) -> str:
    if isinstance(value, External):
        return value.path.rpartition(".")[2]
    return plain(value) if isinstance(value, str) else getattr(value, "name", "")


def _replace(series: Series, call: Call) -> Value:
    old, new = call.value(0, "to_replace"), call.value(1, "value")
    if isinstance(old, dict):
        pairs = list(old.items())
    elif isinstance(old, list | tuple):
        news = new if isinstance(new, list | tuple) else [new] * len(old)
        pairs = list(zip(old, news, strict=False))
    else:
        pairs = [(old, new)]
    if call.kwargs.get("regex") is True:
        tree = series.tree
        for before, after in pairs:
            tree = function("regexp_replace", tree, as_tree(before), as_tree(after))
        return series.made(tree)
    tests = [
        (exp.EQ(this=series.tree.copy(), expression=as_tree(before)), as_tree(after))
        for before, after in pairs
    ]
    return series.made(case(tests, series.tree))


def _where(*, keeps: bool) -> Method:
    def apply(series: Series, call: Call) -> Value:
        condition, other = call.value(0, "cond"), series_of(call.value(1, "other"))
        mine, its = series.tree, as_tree(other)
        pair = (as_tree(condition), mine if keeps else its)
        return series.made(case([pair], its if keeps else mine), condition, other)

    return apply


def _clip(series: Series, call: Call) -> Value:
    low, high = call.value(0, "lower"), call.value(1, "upper")
    tree = series.tree
    if low is not None:
        tree = function("greatest", tree, as_tree(low))
    if high is not None:
        tree = function("least", tree, as_tree(high))
    return series.made(tree, low, high)


def _combined(series: Series, call: Call) -> Value:
    other = call.value(0, "other")
    return series.made(exp.Coalesce(this=series.tree, expressions=[as_tree(other)]), other)


def _ordered(name: str) -> Method:
    """Return the method for a function over the rows in the order in which they stand."""

    def apply(series: Series, call: Call) -> Value:
        settings = trees_of(call)
        if name in {"pct_change", "ffill", "bfill", "interpolate"}:
            return series.made(other_function(name, series.tree, *settings))
        if name == "rank":
            ranked = over(function("rank"), (), [series.tree])
            return series.made(other_function("ranked", ranked, *settings) if settings else ranked)
        if name == "diff":
            before = over(function("lag", series.tree, *settings), ())
            return series.made(exp.Sub(this=series.tree.copy(), expression=before))
        known = {"shift": "lag", "cumsum": "sum", "cummax": "max", "cummin": "min"}[name]
        return series.made(over(function(known, series.tree, *settings), ()))

    return apply


def _alone(name: str) -> Method:
    return lambda series, call: series.made(function(name, series.tree, *trees_of(call)))


def _renamed(series: Series, call: Call) -> Value:
    name = call.value(0, "index")
    return series.called(plain(name)) if isinstance(name, str) else series


def frame_from(series: Series, call: Call, name: str = "", *, keeps_index: bool) -> Value:
    """Return the frame that a Series makes, with its index beside it."""
    from guardian.languages.python.frames.pandas_frame import PandasFrame  # noqa: PLC0415 - it needs us

    if series.frame is None:
        return Unknown(name, weak=True)
    entries = [
        (key, Series(column_of(key, series.frame), frame=series.frame), key) for key in series.index
    ]
    shown = name or series.name or "0"
    handle = projected(call, series.frame, [*entries, (shown, series, "")])
    return PandasFrame(handle, series.index if keeps_index else ())


def _to_frame(series: Series, call: Call) -> Value:
    name = call.value(0, "name")
    return frame_from(series, call, plain(name) if isinstance(name, str) else "", keeps_index=True)


def _reset_index(series: Series, call: Call) -> Value:
    if call.kwargs.get("drop") is True:
        return replace(series, index=())
    name = call.kwargs.get("name")
    return frame_from(series, call, plain(name) if isinstance(name, str) else "", keeps_index=False)


def _over_rows(series: Series, handle: int) -> Value:
    return replace(series, frame=handle)


def _unique(series: Series, call: Call) -> Value:
    if series.frame is None:
        return series
    name = series.name or "value"
    made = distinct(call, projected(call, series.frame, [(name, series, "")]), ())
    return Series(column_of(name_of(name), made), names=(name,), frame=made)


def _dropna(series: Series, call: Call) -> Value:
    if series.frame is None:
        return series
    test = series.made(exp.Not(this=null_test(series.tree)))
    return _over_rows(series, filtered(call, series.frame, test))


def _element(series: Series, call: Call) -> Value:
    key = call.value(0)
    if isinstance(key, Series) and series.frame is not None:
        return _over_rows(series, filtered(call, series.frame, key))
    if isinstance(key, int | slice | Unknown):
        return series
    return series.made(other_function("element", series.tree))


def _sort(series: Series, call: Call) -> Value:
    if series.frame is None:
        return series
    down = call.kwargs.get("ascending") is False
    return _over_rows(series, sorted_by(call, series.frame, [(series.tree, down)]))


def _value_counts(series: Series, call: Call) -> Value:
    from guardian.languages.python.frames.pandas_groups import counted  # noqa: PLC0415 - it needs us

    return counted(series, call)


def _rolling(series: Series, call: Call) -> Value:
    return Rolling(series, plain(to_text(call.value(0, "window"))))


def _aggregated(series: Series, call: Call) -> Value:
    how = call.value(0, "func")
    return series.reduced(plain(how)) if isinstance(how, str) else series.made(
        other_function("agg", series.tree)
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Rolling:
    """`series.rolling(7)`: the rows around each one."""

    series: Series
    size: str

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return an aggregate over these rows."""
        del call
        inner = aggregate(name, self.series.tree)
        tree = inner if inner is not None else other_function(name, self.series.tree)
        return self.series.made(
            other_function("rolling", over(tree, ()), exp.Literal.string(self.size))
        )


METHODS: Mapping[str, Method] = {
    **dict.fromkeys(
        (
            "copy", "to_numpy_", "infer_objects", "convert_dtypes", "squeeze", "rename_axis",
            "set_axis", "sort_index", "head", "tail", "sample", "reindex", "ravel", "pipe_",
            "to_period_", "eq_", "nlargest", "nsmallest", "compute", "persist", "groupby_",
            "set_flags", "align", "repartition", "view",
        ),
        _same,
    ),
    "fillna": _fillna, "astype": _astype, "isin": _isin, "isna": _null, "isnull": _null,
    "notna": _not_null, "notnull": _not_null, "between": _between, "map": _map, "apply": _map,
    "transform": _map, "replace": _replace, "where": _where(keeps=True),
    "mask": _where(keeps=False), "clip": _clip, "combine_first": _combined,
    "abs": _alone("abs"), "round": _alone("round"), "rename": _renamed, "to_frame": _to_frame,
    "reset_index": _reset_index, "unique": _unique, "drop_duplicates": _unique,
    "dropna": _dropna, "__getitem__": _element, "sort_values": _sort,
    "value_counts": _value_counts, "rolling": _rolling, "agg": _aggregated,
    "aggregate": _aggregated,
    **{
        name: _ordered(name)
        for name in (
            "shift", "diff", "pct_change", "ffill", "bfill", "interpolate", "cumsum", "cummax",
            "cummin", "rank",
        )
    },
}  # fmt: skip
