"""pandas' `groupby`: what is aggregated, and what is computed within a group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from guardian.languages.python.frames.pandas_frame import PandasFrame, names_in
from guardian.languages.python.frames.pandas_series import Series
from guardian.languages.python.frames.row_functions import code_of
from guardian.languages.python.frames.rows import (
    distinct,
    grouped,
    item_of,
    known_columns,
    name_of,
    opaque,
    projected,
)
from guardian.languages.python.frames.terms import (
    AGGREGATES,
    aggregate,
    column_of,
    function,
    other_function,
    over,
    trees_of,
)
from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_columns import Tree
from guardian.languages.python.udfs import MARK
from guardian.languages.python.values import (
    MISSING,
    Bound,
    Call,
    External,
    Function,
    Partial,
    Unknown,
    Value,
    plain,
    to_text,
)
from guardian.model.plan import Item

WITHIN = {
    "shift": "lag", "cumsum": "sum", "cummax": "max", "cummin": "min", "rank": "rank",
    "cumcount": "row_number", "ngroup": "dense_rank", "diff": "lag", "pct_change": "lag",
    "ffill": "last", "bfill": "first", "cumprod": "product", "fillna": "last",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Grouped:
    """A frame and its keys; `picked` are the columns asked for, `single` where it was one name."""

    frame: PandasFrame
    keys: tuple[Series, ...]
    picked: tuple[str, ...] | None = None
    single: bool = False
    as_index: bool = True
    spark_type = "DataFrameGroupBy"

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return the group of one column."""
        del machine
        known = name in METHODS or name in AGGREGATES or name in WITHIN or name.startswith("_")
        return MISSING if known else replace(self, picked=(name,), single=True)

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method of the group gives."""
        if name == "__getitem__":
            key = call.value(0)
            names = names_in(key)
            return replace(self, picked=names, single=isinstance(key, str)) if names else self
        if name == "__iter__":
            return [[Unknown("group"), PandasFrame(self.frame.handle)]]
        if name in {"agg", "aggregate"}:
            return self._agg(call)
        if name == "transform":
            return self._within(_how(call.value(0, "func")), call)
        if name in {"size", "count"} and (name == "size" or self.picked is None):
            return self._size(call, "size" if name == "size" else "count")
        if name in AGGREGATES:
            return self._all(name, call)
        if name in WITHIN:
            return self._within(name, call)
        if name in {"rolling", "expanding", "ewm", "resample"}:
            return replace(self, as_index=self.as_index)
        if name in {"head", "tail", "nth", "sample", "get_group", "filter"}:
            keys = [key.name for key in self.keys]
            whole = [self.frame.handle]
            if name in {"head", "tail", "nth"} and all(keys):
                return PandasFrame(distinct(call, self.frame.handle, keys))
            return PandasFrame(opaque(call, whole, f"groupby.{name}"))
        return PandasFrame(opaque(call, [self.frame.handle], f"groupby.{name}", keeps=False))

    # --- one row for each group ------------------------------------------------------------------

    def _agg(self, call: Call) -> Value:
        how = call.value(0, "func")
        if isinstance(how, dict):
            several = any(isinstance(one, list | tuple) for one in how.values())
            return self._made(_by_column(how), call, multi=several)
        if how is not None:
            if isinstance(how, list | tuple):
                wanted: dict[Value, Value] = {name: list(how) for name in self._names(call)}
                return self._made(_by_column(wanted), call, multi=not self.single)
            return self._all(how, call)
        named = []
        for name, value in call.kwargs.items():
            if isinstance(value, tuple | list) and len(value) == 2:
                named.append((name, plain(to_text(value[0])), value[1]))
            elif self.single and self.picked:
                named.append((name, self.picked[0], value))
        return self._made(named, call)

    def _all(self, how: Value, call: Call) -> Value:
        names = self._names(call)
        if not names:
            return PandasFrame(
                opaque(call, [self.frame.handle], "groupby", keeps=False), self._index()
            )
        return self._made([(name, name, how) for name in names], call)

    def _names(self, call: Call) -> Sequence[str]:
        if self.picked is not None:
            return self.picked
        known = known_columns(call.machine, self.frame.handle) or ()
        keys = {name_of(key.name) for key in self.keys}
        return [name for name in known if name not in keys]

    def _size(self, call: Call, name: str) -> Value:
        if name == "count":
            return self._all("count", call)
        made = self._rows([("size", Series(exp.Count(this=exp.Star(), big_int=True)))], call)
        if not self.as_index:
            return PandasFrame(made)
        return Series(column_of("size", made), names=("size",), frame=made, index=self._index())

    def _made(
        self, wanted: Sequence[tuple[str, str, Value]], call: Call, *, multi: bool = False
    ) -> Value:
        """Return the aggregates (name, column, function) beside the keys."""
        handle = self.frame.handle
        items = [
            (name, Series(_aggregate(how, column_of(column, handle), call)))
            for name, column, how in wanted
        ]
        made = self._rows(items, call)
        if self.single and len(wanted) == 1 and self.as_index:
            name = wanted[0][0]
            return Series(
                column_of(name_of(name), made), names=(name,), frame=made, index=self._index()
            )
        labels = tuple((column, _how(how)) for _, column, how in wanted) if multi else ()
        return PandasFrame(made, self._index() if self.as_index else (), labels=labels)

    def _rows(self, items: Sequence[tuple[str, Series]], call: Call) -> int:
        made = [item_of(call, term, name) for name, term in items]
        return grouped(call, self.frame.handle, self._key_items(call), made)

    def _key_items(self, call: Call) -> list[Item]:
        return [
            item_of(call, key, name, name)
            for key, name in zip(self.keys, self._index(), strict=True)
        ]

    def _index(self) -> tuple[str, ...]:
        return tuple(name_of(key.name) or f"level_{number}" for number, key in enumerate(self.keys))

    # --- one value for each row ------------------------------------------------------------------

    def _within(self, how: str, call: Call) -> Value:
        handle = self.frame.handle
        names = self.picked or ()
        partition = [key.tree for key in self.keys]
        if not names:
            if how == "cumcount":
                return Series(over(function("row_number"), partition), frame=handle)
            return PandasFrame(opaque(call, [handle], f"groupby.{how}"))
        made = []
        for name in names:
            column = column_of(name, handle)
            inner = aggregate(WITHIN.get(how, how), column)
            if inner is None:
                known = WITHIN.get(how)
                bare = known in {"rank", "row_number", "dense_rank"}
                given = call.value(0, "func")
                code = MARK + code_of(given, call.machine) if _is_code(given) else how
                settings = trees_of(call) if known == "lag" else []
                inner = function(known, *([] if bare else [column]), *settings) if known else None
                inner = inner if inner is not None else other_function(code, column)
            order = [column] if how == "rank" else []
            tree: Tree = over(inner, partition, order)
            if how == "diff":
                tree = exp.Sub(this=column.copy(), expression=tree)
            made.append((name, Series(tree, names=(name,), frame=handle), ""))
        if self.single:
            return made[0][1]
        return PandasFrame(projected(call, handle, made))


METHODS = frozenset({
    "agg", "aggregate", "transform", "apply", "size", "count", "head", "tail", "nth", "filter",
    "get_group", "rolling", "expanding", "resample", "groups", "ngroups", "indices", "describe",
    "sample", "pipe", "ewm",
})  # fmt: skip


def _by_column(wanted: Mapping[Value, Value]) -> list[tuple[str, str, Value]]:
    """Return the aggregates of `{"column": "sum"}` and `{"column": ["sum", "mean"]}`."""
    made: list[tuple[str, str, Value]] = []
    for key, how in wanted.items():
        column = plain(to_text(key))
        if isinstance(how, list | tuple):
            made.extend((f"{column}_{_how(one)}", column, one) for one in how)
        else:
            made.append((column, column, how))
    return made


def _is_code(value: Value) -> bool:
    return isinstance(value, Function | Bound | Partial)


def _how(value: Value) -> str:
    """Return the name of an aggregate: `"sum"`, `np.sum`, `sum`, or that of a function."""
    if isinstance(value, External):
        return value.path.rpartition(".")[2]
    return plain(value) if isinstance(value, str) else str(getattr(value, "name", "") or "lambda")


def _aggregate(how: Value, column: Tree, call: Call) -> Tree:
    name = {"<lambda_0>": "lambda"}.get(_how(how), _how(how))
    known = None if _is_code(how) else aggregate(name, column)
    if known is not None:
        return known
    code = MARK + code_of(how, call.machine) if _is_code(how) else name
    return other_function(code, function("collect_list", column))


def counted(series: Series, call: Call) -> Value:
    """Return `series.value_counts()`: how many rows each value has."""
    if series.frame is None:
        return series
    group = Grouped(PandasFrame(series.frame), (series,))
    made = group.invoke("size", call)
    return replace(made, names=("count",)) if isinstance(made, Series) else made
