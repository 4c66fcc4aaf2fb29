"""Grouped frames: `groupBy`, `rollup`, `cube`, `pivot` and their aggregates.

Null handling and RDDs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from sqlglot import exp

from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.fingerprints import call_fingerprint, digest
from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_calls import build
from guardian.languages.python.spark_columns import Column, as_tree, spread
from guardian.languages.python.spark_frames import (
    METHODS,
    PROPERTIES,
    Frame,
    Method,
    collected,
    made,
    place_of,
    text_of,
)
from guardian.languages.python.spark_io import write
from guardian.languages.python.spark_nulls import NUMBERS
from guardian.languages.python.spark_schemas import known_types
from guardian.languages.python.spark_state import DIALECT, item, lower
from guardian.languages.python.spark_types import schema_of
from guardian.languages.python.udfs import udf_of
from guardian.languages.python.values import (
    MISSING,
    Call,
    Collected,
    Function,
    Unknown,
    Value,
    plain,
    to_text,
)
from guardian.model.lineage import Location
from guardian.model.names import fold
from guardian.model.plan import Aggregate, Item, Opaque, Pivot, WriteOptions
from guardian.model.plan import Expr as PlanExpr

SHORTCUTS = {"sum": "sum", "avg": "avg", "mean": "avg", "max": "max", "min": "min"}
CUBE_LIMIT = 8
RDD_WRITES = {
    "saveAsTextFile": "text",
    "saveAsPickleFile": "pickle",
    "saveAsSequenceFile": "sequence",
    "saveAsHadoopFile": "hadoop",
    "saveAsNewAPIHadoopFile": "hadoop",
}


@dataclass(frozen=True, eq=False)
class Grouped:
    """What `groupBy` gives: a frame and its keys, with a pivot where one was asked for."""

    frame: Frame
    keys: tuple[Item, ...]
    sets: str = ""
    pivot: Value = None
    pivot_values: tuple[Value, ...] = ()
    text: str = ""
    spark_type = "GroupedData"

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: a group has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return what an aggregate gives."""
        if name == "agg":
            return self.aggregated(aggregates(call), call)
        if name == "count":
            star = Column(exp.Count(this=exp.Star(), big_int=True), names=("count",))
            return self.aggregated([item(call.machine, star, call.at, call.text)], call)
        if name in SHORTCUTS:
            return self.aggregated(shortcut(SHORTCUTS[name], self.frame, self.keys, call), call)
        if name == "pivot":
            values = call.value(1, "values")
            listed = tuple(call.machine.iterate(values) or ()) if values is not None else ()
            return replace(self, pivot=call.value(0, "pivot_col"), pivot_values=listed)
        if name in {"applyInPandas", "apply", "applyInPandasWithState", "cogroup", "applyInArrow"}:
            return opaque_function(self.frame, name, call, tuple(key.expr for key in self.keys))
        call.machine.warn(f"the method `{name}` of a group is not known", call.at)
        return Frame(self.frame.handle)

    def aggregated(self, items: Sequence[Item], call: Call) -> Frame:
        """Return the group's keys with the aggregates beside them."""
        keys = tuple(key.expr for key in self.keys)
        if self.pivot is not None:
            return self._pivoted(items, keys, call)
        node = Aggregate(
            input=self.frame.handle, keys=keys, items=(*self.keys, *items), alias_keys=False,
            sets=grouping_sets(self.sets, len(keys)), at=call.at, text=self.text,
        )  # fmt: skip
        return made(call, node)

    def _pivoted(self, items: Sequence[Item], keys: tuple[PlanExpr, ...], call: Call) -> Frame:
        if len(items) == 1:
            # One aggregate names no column: the pivoted value does.
            items = [Item(items[0].expr, None, items[0].at, items[0].text)]
        values = tuple(
            (fold(plain(to_text(value)), DIALECT), lower(call.machine, as_tree(value), call.at))
            for value in self.pivot_values
        )
        if not values:
            call.machine.warn(
                "the values of this pivot are not known, so its columns are not", call.at
            )
        column = lower(call.machine, as_tree(self.pivot, literal=False), call.at)
        node = Pivot(
            input=self.frame.handle,
            column=column,
            items=tuple(items),
            values=values,
            keys=keys,
            at=call.at,
        )
        return made(call, node)


def grouping_sets(kind: str, count: int) -> tuple[tuple[int, ...], ...]:
    """Return the grouping sets of a rollup or a cube of `count` keys; none for a plain group."""
    if kind == "rollup":
        return tuple(tuple(range(size)) for size in range(count, -1, -1))
    if kind == "cube" and count <= CUBE_LIMIT:
        return tuple(
            subset for size in range(count, -1, -1) for subset in combinations(range(count), size)
        )
    return ()


def group_by(sets: str = "") -> "Method":
    """Return the method that groups, plainly or by rollup or cube."""

    def apply(frame: Frame, call: Call) -> Value:
        single = len(call.args) == 1 and isinstance(call.args[0], list | tuple)
        keys = tuple(
            item(
                call.machine,
                value,
                place_of(call, 0 if single else index),
                _key_text(value, call, 0 if single else index),
            )
            for index, value in enumerate(spread(call.args))
            if not isinstance(value, EachColumn)
        )
        return Grouped(frame, keys, sets, text=call.text)

    return apply


def _key_text(value: Value, call: Call, index: int) -> str:
    return plain(value) if isinstance(value, str) else text_of(call, index)


def aggregates(call: Call) -> list[Item]:
    """Return the items of `agg(...)`: columns, or a dict of column and function."""
    first = call.value(0)
    if isinstance(first, dict):
        return [
            _by_name(str(column), to_text(function), call) for column, function in first.items()
        ]
    found: list[Item] = []
    single = len(call.args) == 1 and isinstance(call.args[0], list | tuple)
    for index, value in enumerate(spread(call.args)):
        if isinstance(value, Unknown) or (isinstance(value, Column) and value.each is not None):
            call.machine.warn(
                "these aggregates are computed from a list that is not known here", call.at
            )
            continue
        position = len(call.args) if single else index
        at = place_of(call, position, value=value)
        found.append(item(call.machine, value, at, text_of(call, position, value=value)))
    return found


def _by_name(column: str, function: str, call: Call) -> Item:
    name = "avg" if function == "mean" else function
    if column == "*":
        tree: exp.Expr = exp.Count(this=exp.Star(), big_int=True)
        return item(call.machine, Column(tree, names=("count(1)",)), call.at, call.text)
    tree = build(name, [as_tree(column, literal=False)])
    return item(call.machine, Column(tree, names=(f"{name}({column})",)), call.at, call.text)


def shortcut(function: str, frame: Frame, keys: Sequence[Item], call: Call) -> list[Item]:
    """Return the items of `.sum("a", "b")` and its like; without names, of all numeric columns."""
    names = [value for value in spread(call.args) if isinstance(value, str)]
    if not call.args:
        types = known_types(frame, call.machine)
        grouped = {key.name for key in keys}
        names = [
            name
            for name, kind in types.items()
            if kind.lower().startswith(NUMBERS) and name not in grouped
        ]
    if not names:
        call.machine.warn(
            f"`{function}()` of all numeric columns depends on types that are not known", call.at
        )
    return [_by_name(plain(name), function, call) for name in names]


def aggregate_all(frame: Frame, call: Call) -> Value:
    """Return `df.agg(...)`."""
    return Grouped(frame, (), text=call.text).aggregated(aggregates(call), call)


def opaque_function(frame: Frame, name: str, call: Call, keys: tuple[PlanExpr, ...] = ()) -> Value:
    """Return what a function over batches of rows, or over the groups of `keys`, gives.

    Opaque, with the columns that its schema tells.
    """
    function = next(
        (value for value in call.args if isinstance(value, Function)), call.kwargs.get("func")
    )
    schema = schema_of(call.value(1, "schema", call.kwargs.get("outputStructType")))
    code = (
        udf_of(function, call.machine).fingerprint
        if function is not None
        else call_fingerprint(name, call)
    )
    node = Opaque(
        inputs=(frame.handle,),
        fingerprint=code,
        columns=tuple(column.name for column in schema.columns()) if schema is not None else (),
        keys=keys,
        reason=name,
        at=call.at,
    )
    return made(call, node)


@dataclass(frozen=True, eq=False)
class Rdd:
    """An RDD: rows without names, connected to the frame that they came from."""

    frame: Frame
    fingerprint: str = ""
    at: Location | None = None

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: what matters are methods."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return another RDD, or the frame that `toDF` makes."""
        if name == "toDF":
            return rdd_frame(self, call.value(0, "schema"), call)
        if name in {
            "collect",
            "count",
            "first",
            "take",
            "isEmpty",
            "getNumPartitions",
            "__iter__",
            "collectAsMap",
            "foreach",
            "foreachPartition",
            "reduce",
            "takeOrdered",
            "top",
            "countByKey",
            "countByValue",
        }:
            collected(call, self.frame.handle)
            return Collected(name, weak=True, handles=(self.frame.handle,))
        if name in RDD_WRITES:
            rows = rdd_frame(self, None, call)
            options = WriteOptions(mode="error", format=RDD_WRITES[name])
            write(call, rows.handle, call.value(0, "path"), options)
            return None
        return Rdd(
            self.frame, digest(f"{self.fingerprint}.{call_fingerprint(name, call)}"), call.at
        )


def rdd_frame(rdd: Rdd, schema: Value, call: Call) -> Frame:
    """Return the frame that an RDD becomes; each column may stem from any column before."""
    known = schema_of(schema)
    names = tuple(column.name for column in known.columns()) if known is not None else ()
    if not rdd.fingerprint and not names:
        return rdd.frame
    node = Opaque(
        inputs=(rdd.frame.handle,), fingerprint=rdd.fingerprint, columns=names,
        keeps=not rdd.fingerprint and not names,
        reason="rdd", at=rdd.at or call.at,
    )  # fmt: skip
    return made(call, node)


METHODS.update({
    "groupBy": group_by(), "groupby": group_by(), "rollup": group_by("rollup"),
    "cube": group_by("cube"),
    "agg": aggregate_all,
    "mapInPandas": lambda frame, call: opaque_function(frame, "mapInPandas", call),
    "mapInArrow": lambda frame, call: opaque_function(frame, "mapInArrow", call),
})  # fmt: skip
PROPERTIES.update({
    "rdd": lambda frame, _: Rdd(frame),
})  # fmt: skip
