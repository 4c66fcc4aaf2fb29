"""Methods of a DataFrame that put values in the place of nulls and of other values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlglot import exp

from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_columns import Column, Tree, as_tree, identifier, spread
from guardian.languages.python.spark_each import each_changed, each_item
from guardian.languages.python.spark_frames import (
    Frame,
    Method,
    column_list,
    made,
    unclear,
)
from guardian.languages.python.spark_schemas import known_types
from guardian.languages.python.spark_state import DIALECT, folded_names, item, lower
from guardian.languages.python.values import MISSING, Assumed, Call, Unknown, Value
from guardian.model.names import fold
from guardian.model.plan import Filter, Item, OpaqueExpr, Star, WithColumns

Changing: TypeAlias = Callable[[Tree], Tree]
NUMBERS = ("int", "bigint", "smallint", "tinyint", "long", "double", "float", "decimal", "real")
TEXTS = ("string", "varchar", "char", "text")


def fill(frame: Frame, call: Call) -> Value:
    """Return `df.fillna(value, subset)` or `df.fillna({column: value})`."""
    value, subset = call.value(0, "value"), call.value(1, "subset")
    if isinstance(value, dict):
        items = tuple(
            _changed_item(fold(str(name), DIALECT), _filled(given), call)
            for name, given in value.items()
        )
        return made(call, WithColumns(frame.handle, items)) if items else frame
    if isinstance(value, Unknown) and value.name == "":
        return unclear(frame, call, "fillna")
    return _in_columns(frame, subset, value, _filled(value), call)


def _filled(value: Value) -> Changing:
    return lambda column: exp.Coalesce(this=column, expressions=[as_tree(value)])


def replace_values(frame: Frame, call: Call) -> Value:
    """Return `df.replace(old, new, subset)`."""
    old, new, subset = call.value(0, "to_replace"), call.value(1, "value"), call.value(2, "subset")
    if isinstance(old, dict):
        pairs = list(old.items())
        # `replace({...}, subset=...)`: the second argument is the subset where it is a list.
        subset = subset if subset is not None else call.kwargs.get("subset")
    elif isinstance(old, list | tuple):
        news = new if isinstance(new, list | tuple) else [new] * len(old)
        pairs = list(zip(old, news, strict=False))
    else:
        pairs = [(old, new)]
    sample = next((before for before, _ in pairs if before is not None), None)
    return _in_columns(frame, subset, sample, _replaced(pairs), call)


def _replaced(pairs: Sequence[tuple[Value, Value]]) -> Changing:
    def change(column: Tree) -> Tree:
        branches = [
            exp.If(this=exp.EQ(this=column.copy(), expression=as_tree(old)), true=as_tree(new))
            for old, new in pairs
        ]
        return exp.Case(ifs=branches, default=column)

    return change


def _in_columns(frame: Frame, subset: Value, value: Value, change: Changing, call: Call) -> Value:
    """Return the frame with its columns changed: those of `subset`, or all of the value's type."""
    names = column_list(frame, call.machine) if subset is None else spread([subset])
    each = next((name for name in names if isinstance(name, EachColumn)), None)
    if each is not None and each.certain and not each.excluded:
        column = exp.Column(this=identifier(EachColumn.NAME))
        changed = each_item(change(column), call.at, call.text, call.machine)
        return each_changed(frame, changed, call)
    if each is not None or any(isinstance(name, Unknown) for name in names):
        return unclear(frame, call, "subset")
    types = known_types(frame, call.machine) if subset is None else {}
    items = tuple(
        _changed_item(name, change, call)
        for name in folded_names(names)
        if _takes(types.get(name), value)
    )
    return made(call, WithColumns(frame.handle, items)) if items else frame


def _takes(kind: str | None, value: Value) -> bool:
    """Return whether Spark puts `value` into a column of a type; it skips those of other types."""
    if not kind:
        return True
    if isinstance(value, Assumed):
        value = value.value
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, int | float):
        return kind.startswith(NUMBERS)
    return kind.startswith(TEXTS) if isinstance(value, str) else True


def _changed_item(name: str, change: Changing, call: Call) -> Item:
    tree = change(as_tree(name, literal=False))
    return item(call.machine, Column(tree), call.at, call.text, name)


def drop_nulls(frame: Frame, call: Call) -> Value:
    """Return `df.dropna(how, thresh, subset)`."""
    how, threshold = call.value(0, "how", "any"), call.value(1, "thresh")
    subset = call.value(2, "subset")
    names = column_list(frame, call.machine) if subset is None else spread([subset])
    if not names:
        return frame
    unknown = any(isinstance(name, EachColumn | Unknown) for name in names)
    if unknown or threshold is not None:
        # Rows are told by all columns together: which, or how many of them, the plan cannot say.
        rule = f"dropna {how} {threshold}"
        listed = [
            lower(call.machine, as_tree(name, literal=False), call.at)
            for name in ([] if unknown else names)
        ]
        several = OpaqueExpr(rule, tuple(listed) or (Star(),), "dropna")
        return made(call, Filter(frame.handle, several, "WHERE", call.at, call.text))
    tests = [
        exp.Not(this=exp.Is(this=as_tree(name, literal=False), expression=exp.Null()))
        for name in names
    ]
    kind = exp.Or if how == "all" else exp.And
    whole: exp.Expr = tests[0]
    for test in tests[1:]:
        whole = kind(this=whole, expression=test)
    condition = lower(call.machine, whole, call.at)
    return made(call, Filter(frame.handle, condition, "WHERE", call.at, call.text))


@dataclass(frozen=True, eq=False)
class NullFunctions:
    """`df.na`."""

    frame: Frame

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return what the method gives."""
        method = {"fill": fill, "drop": drop_nulls, "replace": replace_values}.get(name)
        return Unknown() if method is None else method(self.frame, call)


NULL_METHODS: dict[str, Method] = {
    "fillna": fill,
    "dropna": drop_nulls,
    "replace": replace_values,
}
