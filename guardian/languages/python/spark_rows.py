"""Methods of a DataFrame that pick, order, join and name rows."""

from typing import Literal

from sqlglot import exp

from guardian.languages.python.each_column import ColumnTest, EachColumn
from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_columns import Tree, as_tree, ordered, spread
from guardian.languages.python.spark_frames import (
    METHODS,
    Frame,
    Method,
    frame_of,
    made,
    text_of,
    unclear,
)
from guardian.languages.python.spark_functions import parse_expression
from guardian.languages.python.spark_state import (
    DIALECT,
    folded_names,
    lower,
    lowered,
    reference,
    state_of,
)
from guardian.languages.python.values import (
    Call,
    Unknown,
    Value,
    plain,
    to_text,
)
from guardian.model.lineage import Location
from guardian.model.names import fold
from guardian.model.plan import (
    Alias,
    Distinct,
    Expr,
    Filter,
    Join,
    JoinKind,
    Limit,
    OpaqueExpr,
    Order,
    Sample,
    SetOperation,
    Sort,
    Unpivot,
)
from guardian.model.plan import Call as PlanCall

JOIN_KINDS: dict[str, JoinKind] = {
    "inner": "inner", "cross": "cross", "outer": "full", "full": "full", "fullouter": "full",
    "left": "left",
    "leftouter": "left", "right": "right", "rightouter": "right", "semi": "semi",
    "leftsemi": "semi",
    "anti": "anti", "leftanti": "anti",
}  # fmt: skip


def where(frame: Frame, call: Call) -> Value:
    """Return `df.filter(condition)`."""
    condition = call.value(0, "condition")
    if isinstance(condition, str):
        text = plain(condition)
        condition = parse_expression(condition, call)
    else:
        text = text_of(call, 0, "condition")
    if condition is True:
        return frame
    if isinstance(condition, Unknown) and not isinstance(condition, ColumnTest):
        call.machine.warn("this filter's condition is not known", call.at)
    expr = lowered(call.machine, condition, call.at)
    return made(call, Filter(frame.handle, expr, "WHERE", call.at, " ".join(text.split())[:300]))


def join(frame: Frame, call: Call) -> Value:
    """Return `df.join(other, on, how)`."""
    other = frame_of(call.value(0, "other"), call.machine, "join")
    if other is None:
        return unclear(frame, call, "join")
    how = call.value(2, "how", "inner")
    word = re_key(how)
    kind = JOIN_KINDS.get(word)
    if kind is None:
        call.machine.warn(
            f"the kind of this join, `{plain(to_text(how))}`, is not known; it is read as inner",
            call.at,
        )
        kind = "inner"
    return _joined(frame, other, call.value(1, "on"), kind, call)


def re_key(how: Value) -> str:
    """Return the kind of a join in the one spelling of `JOIN_KINDS`."""
    return to_text(how if how is not None else "inner").lower().replace("_", "").strip()


def _joined(frame: Frame, other: Frame, on: Value, kind: JoinKind, call: Call) -> Value:
    using: tuple[str, ...] = ()
    condition: Expr | None = None
    keys = list(on) if isinstance(on, list | tuple | set) else [] if on is None else [on]
    if isinstance(on, set):
        keys.sort(key=str)
    if keys and all(
        isinstance(key, str | Unknown) and not isinstance(key, EachColumn) for key in keys
    ):
        using = folded_names(keys)
    elif keys:
        trees = [as_tree(key, literal=False) for key in keys if not isinstance(key, EachColumn)]
        whole: Tree | None = None
        for tree in trees:
            whole = tree if whole is None else exp.And(this=whole, expression=tree)
        condition = None if whole is None else lower(call.machine, whole, call.at)
    if condition is None and not using and kind == "inner":
        kind = "cross"
    node = Join(
        left=frame.handle,
        right=other.handle,
        kind=kind,
        on=condition,
        using=using,
        at=call.at,
        text=call.text,
    )
    return made(call, node)


def cross_join(frame: Frame, call: Call) -> Value:
    """Return `df.crossJoin(other)`."""
    other = frame_of(call.value(0, "other"), call.machine, "crossJoin")
    return frame if other is None else _joined(frame, other, None, "cross", call)


def set_operation(
    kind: Literal["union", "intersect", "except"], *, keep_all: bool, by_name: bool = False
) -> Method:
    """Return the method for a union, an intersection or a difference."""

    def apply(frame: Frame, call: Call) -> Value:
        other = frame_of(call.value(0, "other"), call.machine, kind)
        if other is None:
            return frame
        missing = call.value(1, "allowMissingColumns") is True and by_name
        node = SetOperation(
            kind=kind, inputs=(frame.handle, other.handle), all=keep_all,

            by_name=by_name, allow_missing=missing, at=call.at,
        )  # fmt: skip
        return made(call, node)

    return apply


def distinct(frame: Frame, call: Call) -> Value:
    """Return `df.distinct()` and `df.dropDuplicates([...])`."""
    values = spread([*call.args, *call.kwargs.values()])
    keys = tuple(
        reference(call.machine, value, call.at)
        for value in values
        if value is not None and not isinstance(value, EachColumn)
    )
    return made(call, Distinct(frame.handle, keys, _arrival(frame, call) if keys else (), call.at))


def _arrival(frame: Frame, call: Call) -> tuple[Order, ...]:
    """Return the order that rows come in, where they were sorted just before.

    `orderBy(...).dropDuplicates([...])` mostly keeps the first row, which Spark does not promise:
    so it is not the order of a window, but it is not nothing.
    """
    node = state_of(call.machine).file.builder[frame.handle]
    keys = node.order if isinstance(node, Sort) else ()
    return tuple(
        Order(PlanCall("arrival", (key.expr,)), key.descending, key.nulls_first) for key in keys
    )


def sort(frame: Frame, call: Call) -> Value:
    """Return `df.orderBy(...)`."""
    ascending = call.kwargs.get("ascending", True)
    keys: list[Order] = []
    for index, value in enumerate(spread(call.args)):
        up = (
            ascending[index]
            if isinstance(ascending, list) and index < len(ascending)
            else ascending
        )
        tree = ordered(value, descending=isinstance(up, bool | int) and not up)
        keys.append(order_key(call.machine, tree, call.at))
    return made(call, Sort(frame.handle, tuple(keys), call.at)) if keys else frame


def order_key(machine: Machine, tree: Tree, at: Location) -> Order:
    """Return a sort key."""
    if isinstance(tree, exp.Ordered):
        down, first = bool(tree.args.get("desc")), bool(tree.args.get("nulls_first"))
        return Order(lower(machine, tree.this, at), down, first)
    return Order(lower(machine, tree, at), False, True)  # noqa: FBT003 - ascending, nulls first


def limit(frame: Frame, call: Call) -> Value:
    """Return `df.limit(n)`."""
    return made(
        call, Limit(frame.handle, plain(to_text(call.value(0, "num"), hint="n")), at=call.at)
    )


def sample(frame: Frame, call: Call) -> Value:
    """Return `df.sample(fraction, seed)`, also with `withReplacement` first."""
    args = list(call.args)
    replacement = call.kwargs.get("withReplacement")
    if args and (isinstance(args[0], bool) or args[0] is None):
        replacement = args.pop(0)
    fraction = args[0] if args else call.kwargs.get("fraction")
    seed = args[1] if len(args) > 1 else call.kwargs.get("seed")
    how = plain(to_text(fraction)) + (" with replacement" if replacement is True else "")
    shown = "" if seed is None else plain(to_text(seed, hint="seed"))
    return made(call, Sample(frame.handle, how, shown, call.at))


def sample_by(frame: Frame, call: Call) -> Value:
    """Return `df.sampleBy(col, fractions, seed)`: a column decides how likely a row is taken."""
    column = reference(call.machine, call.value(0, "col"), call.at)
    rule = f"sampleBy {plain(to_text(call.value(1, 'fractions')))}"
    kept = Filter(
        frame.handle, OpaqueExpr(rule, (column,), "sampleBy"), "WHERE", call.at, call.text
    )
    seed = call.value(2, "seed")
    shown = "" if seed is None else plain(to_text(seed, hint="seed"))
    return made(call, Sample(made(call, kept).handle, rule, shown, call.at))


def random_split(frame: Frame, call: Call) -> Value:
    """Return `df.randomSplit(weights, seed)`."""
    weights = call.machine.iterate(call.value(0, "weights")) or [Unknown(), Unknown()]
    seed = call.value(1, "seed")
    shown = "" if seed is None else plain(to_text(seed, hint="seed"))
    texts = [plain(to_text(weight)) for weight in weights]
    return [
        made(call, Sample(frame.handle, f"part {index + 1} of {', '.join(texts)}", shown, call.at))
        for index in range(len(texts))
    ]


def alias(frame: Frame, call: Call) -> Value:
    """Return `df.alias(name)`."""
    return made(call, Alias(frame.handle, fold(plain(to_text(call.value(0, "alias"))), DIALECT)))


def as_view(frame: Frame, call: Call) -> Value:
    """Give the frame a name for SQL text."""
    name = fold(plain(to_text(call.value(0, "name"))), DIALECT)
    state_of(call.machine).views[name] = frame.handle
    return None


def as_global_view(frame: Frame, call: Call) -> Value:
    """Give the frame a name in `global_temp`."""
    name = fold(plain(to_text(call.value(0, "name"))), DIALECT)
    state_of(call.machine).views[f"global_temp.{name}"] = frame.handle
    return None


def transform(frame: Frame, call: Call) -> Value:
    """Return `df.transform(function, ...)`."""
    inner = Call(
        call.machine, [frame, *call.args[1:]], call.kwargs, call.node, [None, *call.nodes[1:]]
    )
    return call.machine.call(call.value(0, "func"), inner)


def unpivot(frame: Frame, call: Call) -> Value:
    """Return `df.unpivot(ids, values, variableColumnName, valueColumnName)`."""
    ids, values = call.value(0, "ids"), call.value(1, "values")
    names = folded_names(spread([values])) if values is not None else ()
    node = Unpivot(
        input=frame.handle,
        columns=names,
        name_column=fold(plain(to_text(call.value(2, "variableColumnName"))), DIALECT),
        value_column=fold(plain(to_text(call.value(3, "valueColumnName"))), DIALECT),
        keys=tuple(reference(call.machine, value, call.at) for value in spread([ids])),
        at=call.at,
        keeps_nulls=True,
    )
    return made(call, node)


METHODS.update({
    "filter": where, "where": where, "join": join, "crossJoin": cross_join,
    "union": set_operation("union", keep_all=True),
    "unionAll": set_operation("union", keep_all=True),
    "unionByName": set_operation("union", keep_all=True, by_name=True),
    "intersect": set_operation("intersect", keep_all=False),
    "intersectAll": set_operation("intersect", keep_all=True),
    "subtract": set_operation("except", keep_all=False),
    "exceptAll": set_operation("except", keep_all=True),
    "distinct": distinct, "dropDuplicates": distinct, "drop_duplicates": distinct,
    "dropDuplicatesWithinWatermark": distinct, "orderBy": sort, "sort": sort,
    "sortWithinPartitions": sort,
    "limit": limit, "sample": sample, "sampleBy": sample_by, "randomSplit": random_split,
    "alias": alias,
    "createOrReplaceTempView": as_view, "createTempView": as_view, "registerTempTable": as_view,
    "createGlobalTempView": as_global_view, "createOrReplaceGlobalTempView": as_global_view,
    "transform": transform, "unpivot": unpivot, "melt": unpivot,
})  # fmt: skip
