"""Methods of Polars' frames: each as the operator of the plan that it means."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from guardian.languages.python.frames.pandas_frame import PandasFrame, names_in
from guardian.languages.python.frames.polars_frame import (
    METHODS,
    Entry,
    Method,
    PolarsFrame,
    entries_of,
    expanded,
    over_rows,
)
from guardian.languages.python.frames.polars_terms import (
    KEEPS,
    Expr,
    all_of,
    as_expr,
    column,
    listed,
    only_aggregates,
    windowed,
)
from guardian.languages.python.frames.rows import (
    distinct,
    dropped,
    extended,
    filtered,
    grouped,
    item_of,
    joined,
    joined_using,
    known_columns,
    limited,
    lowered,
    name_of,
    opaque,
    picked,
    projected,
    renamed,
    sorted_by,
    united,
    with_suffixes,
)
from guardian.languages.python.frames.terms import (
    AGGREGATES,
    Term,
    aggregate,
    cast,
    column_of,
    null_test,
    other_function,
)
from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_columns import Tree, as_tree
from guardian.languages.python.spark_state import add
from guardian.languages.python.values import (
    MISSING,
    Call,
    Function,
    Unknown,
    Value,
    plain,
    to_text,
)
from guardian.model.plan import Handle, Item, JoinKind, Pivot, Project, Ref, Sample, Star, Unpivot

KINDS: Mapping[str, JoinKind] = {
    "inner": "inner", "left": "left", "right": "right", "full": "full", "outer": "full",
    "outer_coalesce": "full", "semi": "semi", "anti": "anti", "cross": "cross",
}  # fmt: skip


def _select(frame: PolarsFrame, call: Call) -> Value:
    entries = entries_of(frame, call)
    if entries is None:
        return _open_select(frame, call)
    if entries and all(only_aggregates(term.tree) for _, term, _ in entries):
        items = [item_of(call, term, name, text) for name, term, text in entries]
        return PolarsFrame(grouped(call, frame.handle, [], items))
    return PolarsFrame(projected(call, frame.handle, over_rows(entries)))


def _open_select(frame: PolarsFrame, call: Call) -> Value:
    """Return a projection with `*` in it, where the columns that it stands for are not known."""
    items: list[Item] = []
    for value in call.args:
        for term in listed([value]):
            if isinstance(term.tree, exp.Star) and KEEPS not in term.tree.meta:
                gone = tuple(name_of(part.name) for part in term.tree.args.get("except_") or ())
                items.append(Item(Star(excluded=gone), None, call.at, call.text))
            elif term.tree.find(exp.Star) is None:
                items.append(item_of(call, term, term.name))
            else:
                return PolarsFrame(opaque(call, [frame.handle], "select"))
    items.extend(
        item_of(call, term, name) for name, value in call.kwargs.items() for term in listed([value])
    )
    return PolarsFrame(add(call.machine, Project(frame.handle, tuple(items))))


def _with_columns(frame: PolarsFrame, call: Call) -> Value:
    entries = entries_of(frame, call)
    if entries is None:
        return PolarsFrame(opaque(call, [frame.handle], "with_columns"))
    return PolarsFrame(extended(call, frame.handle, over_rows(entries)))


def _filter(frame: PolarsFrame, call: Call) -> Value:
    test = all_of(call)
    if test.tree.find(exp.Star) is not None and test.tree.find(exp.Count) is None:
        test = replace(test, grown=other_function("any_column", exp.Star()))
    if test.tree.find(exp.AggFunc) is not None:
        test = replace(test, grown=windowed(test.tree, ()))
    text = call.machine.text(call.syntax(0)) if len(call.args) == 1 and not call.kwargs else ""
    return PolarsFrame(filtered(call, frame.handle, test, text))


@dataclass(frozen=True, eq=False)
class Grouped:
    """`frame.group_by(…)`."""

    frame: PolarsFrame
    keys: tuple[Entry, ...]

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: a group has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return one row for each group."""
        if name == "agg":
            entries = entries_of(self.frame, call)
            if entries is None:
                return self._opaque(name, call)
            return self._made([(key, _reduced(term), text) for key, term, text in entries], call)
        if name in {"len", "count"}:
            shown = to_text(call.kwargs.get("name") or name)
            return self._made([(shown, Expr(exp.Count(this=exp.Star(), big_int=True)), "")], call)
        if name in AGGREGATES:
            return self._all(name, call)
        if name in {"head", "tail"}:
            return PolarsFrame(distinct(call, self.frame.handle, [key for key, _, _ in self.keys]))
        if name == "__iter__":
            return [[Unknown("group"), self.frame]]
        return self._opaque(name, call)

    def _all(self, name: str, call: Call) -> Value:
        known, keys = (
            known_columns(call.machine, self.frame.handle),
            {key for key, _, _ in self.keys},
        )
        if known is None:
            return self._opaque(name, call)
        entries = [
            (one, Expr(aggregate(name, column_of(one)) or exp.Null()), "")
            for one in known
            if one not in keys
        ]
        return self._made(entries, call)

    def _made(self, entries: Sequence[Entry], call: Call) -> Value:
        keys = [item_of(call, term, name, text) for name, term, text in self.keys]
        items = [item_of(call, term, name, text) for name, term, text in entries]
        return PolarsFrame(grouped(call, self.frame.handle, keys, items))

    def _opaque(self, name: str, call: Call) -> Value:
        return PolarsFrame(opaque(call, [self.frame.handle], f"group_by.{name}", keeps=False))


def _reduced(term: Term) -> Term:
    """Return a column of a group: a list of its values where nothing reduces it."""
    if term.tree.find(exp.AggFunc) is not None or term.tree.find(exp.Column) is None:
        return term
    return replace(term, grown=aggregate("list", term.tree) or term.tree)


def _group(frame: PolarsFrame, call: Call) -> Value:
    kwargs = {
        name: value for name, value in call.kwargs.items() if name not in {"maintain_order", "by"}
    }
    given = [call.kwargs["by"]] if "by" in call.kwargs else []
    asked = Call(
        call.machine, [*call.args, *given], kwargs, call.node, call.nodes, call.keyword_nodes
    )
    return Grouped(frame, tuple(entries_of(frame, asked) or ()))


def _other(value: Value, call: Call) -> PolarsFrame | None:
    if isinstance(value, PolarsFrame):
        return value
    if isinstance(value, PandasFrame):
        return PolarsFrame(value.handle)
    handles = getattr(value, "handles", ())
    return PolarsFrame(opaque(call, handles, "join")) if handles else None


def _join(frame: PolarsFrame, call: Call) -> Value:
    other = _other(call.value(0, "other"), call)
    if other is None:
        return PolarsFrame(opaque(call, [frame.handle], "join"))
    how = plain(to_text(call.kwargs.get("how", call.value(2) or "inner"))).lower()
    kind = KINDS.get(how, "inner")
    if how not in KINDS:
        call.machine.warn(
            f"the kind of this join, `{how}`, is not known; it is read as inner", call.at
        )
    on = call.kwargs.get("on", call.value(1))
    left, right = call.kwargs.get("left_on"), call.kwargs.get("right_on")
    suffix = plain(to_text(call.kwargs.get("suffix") or "_right"))
    names = names_in(on) if on is not None else None
    if (
        names is None
        and on is not None
        and all(one.name and isinstance(one.tree, exp.Column) for one in listed([on]))
    ):
        names = tuple(one.name for one in listed([on]))
    pair = (frame.handle, other.handle)
    if names is not None:
        sides = pair if kind in {"semi", "anti"} else with_suffixes(call, pair, names, ("", suffix))
        return PolarsFrame(joined_using(call, *sides, kind, names))
    if left is None or right is None:
        return PolarsFrame(joined(call, *with_suffixes(call, pair, (), ("", suffix)), kind, []))
    return _join_on(call, pair, kind, (listed([left]), listed([right])), suffix)


def _join_on(
    call: Call, pair: tuple[Handle, Handle], kind: JoinKind, sides: tuple[list[Expr], list[Expr]],
    suffix: str,
) -> Value:  # fmt: skip
    keys = [
        (
            lowered(call.machine, _bound(one.tree, pair[0]), call.at),
            lowered(call.machine, _bound(two.tree, pair[1]), call.at),
        )
        for one, two in zip(*sides, strict=False)
    ]
    handles = pair if kind in {"semi", "anti"} else with_suffixes(call, pair, (), ("", suffix))
    made = joined(call, *handles, kind, keys)
    gone = [two.name for one, two in zip(*sides, strict=False) if two.name and two.name != one.name]
    if kind in {"inner", "left"} and gone:
        made = dropped(call, made, gone)
    return PolarsFrame(made)


def _bound(tree: Tree, frame: Handle) -> Tree:
    copied = tree.copy()
    for node in copied.find_all(exp.Column):
        node.meta["frame"] = frame
    return copied


def _sort(frame: PolarsFrame, call: Call) -> Value:
    keys = listed([call.kwargs["by"]] if "by" in call.kwargs else call.args)
    down = call.kwargs.get("descending", False)
    pairs = []
    for index, key in enumerate(keys):
        falling = down[index] if isinstance(down, list | tuple) and index < len(down) else down
        pairs.append((key.tree, falling is True))
    return PolarsFrame(sorted_by(call, frame.handle, pairs))


def _unique(frame: PolarsFrame, call: Call) -> Value:
    return PolarsFrame(distinct(call, frame.handle, names_in(call.value(0, "subset")) or ()))


def _rename(frame: PolarsFrame, call: Call) -> Value:
    mapping = call.value(0, "mapping")
    if isinstance(mapping, dict):
        pairs = [(plain(to_text(old)), plain(to_text(new))) for old, new in mapping.items()]
        return PolarsFrame(renamed(call, frame.handle, pairs))
    known = known_columns(call.machine, frame.handle)
    if isinstance(mapping, Function) and known is not None:
        news = [call.machine.apply(mapping, name) for name in known]
        if all(isinstance(new, str) for new in news):
            pairs = [(old, plain(str(new))) for old, new in zip(known, news, strict=True)]
            return PolarsFrame(renamed(call, frame.handle, pairs))
    return PolarsFrame(opaque(call, [frame.handle], "rename"))


def _drop(frame: PolarsFrame, call: Call) -> Value:
    names: list[str] = []
    for term in listed(
        [*call.args, *([call.kwargs["columns"]] if "columns" in call.kwargs else [])]
    ):
        several = expanded(frame, term, call)
        if several is None:
            return PolarsFrame(opaque(call, [frame.handle], "drop"))
        names.extend(one.name for one in several)
    return PolarsFrame(dropped(call, frame.handle, names))


def _drop_nulls(frame: PolarsFrame, call: Call) -> Value:
    names = names_in(call.value(0, "subset"))
    tree: Tree = other_function("dropna", exp.Star())
    if names is not None:
        tests = [exp.Not(this=null_test(column_of(name))) for name in names]
        tree = tests[0]
        for test in tests[1:]:
            tree = exp.And(this=tree, expression=test)
    return PolarsFrame(filtered(call, frame.handle, Expr(tree)))


def _changed(frame: PolarsFrame, call: Call, name: str, change: Callable[[Tree], Tree]) -> Value:
    known = known_columns(call.machine, frame.handle)
    if known is None:
        return PolarsFrame(opaque(call, [frame.handle], name))
    entries = [(one, Expr(change(column_of(one))), call.text) for one in known]
    return PolarsFrame(extended(call, frame.handle, entries))


def _fill_null(frame: PolarsFrame, call: Call) -> Value:
    value = call.value(0, "value")
    return _changed(
        frame, call, "fill_null", lambda tree: exp.Coalesce(this=tree, expressions=[as_tree(value)])
    )


def _cast(frame: PolarsFrame, call: Call) -> Value:
    kinds = call.value(0, "dtypes")
    if not isinstance(kinds, dict):
        return _changed(frame, call, "cast", lambda tree: cast(tree, kinds))
    entries = []
    for key, kind in kinds.items():
        name = plain(to_text(key)) if isinstance(key, str) else as_expr(key).name
        entries.append((name, Expr(cast(column_of(name), kind)), call.text))
    return PolarsFrame(extended(call, frame.handle, entries))


def _limit(frame: PolarsFrame, call: Call) -> Value:
    return PolarsFrame(limited(call, frame.handle, plain(to_text(call.value(0, "n", 5)))))


def _sample(frame: PolarsFrame, call: Call) -> Value:
    seed = call.kwargs.get("seed")
    how = plain(to_text(call.kwargs.get("fraction", call.value(0, "n"))))
    shown = "" if seed is None else plain(to_text(seed, hint="seed"))
    return PolarsFrame(add(call.machine, Sample(frame.handle, how, shown, call.at)))


def _row_index(frame: PolarsFrame, call: Call) -> Value:
    name = plain(to_text(call.value(0, "name", "index")))
    tree = exp.Window(this=exp.RowNumber(), over="OVER")
    return PolarsFrame(extended(call, frame.handle, [(name, Expr(tree), call.text)]))


def _unpivot(frame: PolarsFrame, call: Call) -> Value:
    values = names_in(call.kwargs.get("on", call.kwargs.get("value_vars", call.value(0))))
    keys = names_in(call.kwargs.get("index", call.kwargs.get("id_vars"))) or ()
    if values is None:
        known = known_columns(call.machine, frame.handle)
        if known is None:
            return PolarsFrame(
                opaque(call, [frame.handle], "unpivot", [*keys, "variable", "value"])
            )
        values = tuple(name for name in known if name not in keys)
    named = [
        plain(to_text(call.kwargs.get(key) or usual))
        for key, usual in (("variable_name", "variable"), ("value_name", "value"))
    ]
    node = Unpivot(
        input=frame.handle, columns=tuple(map(name_of, values)), name_column=name_of(named[0]),
        value_column=name_of(named[1]), keys=tuple(Ref(name_of(key)) for key in keys),
        at=call.at, keeps_nulls=True,
    )  # fmt: skip
    return PolarsFrame(add(call.machine, node))


def _pivot(frame: PolarsFrame, call: Call) -> Value:
    names = names_in(call.kwargs.get("on", call.kwargs.get("columns", call.value(0))))
    values, keys = names_in(call.kwargs.get("values")), names_in(call.kwargs.get("index"))
    if not names or not values:
        return PolarsFrame(opaque(call, [frame.handle], "pivot", keeps=False))
    how = plain(to_text(call.kwargs.get("aggregate_function") or "first"))
    items = tuple(
        Item(
            item_of(call, Expr(aggregate(how, column_of(value)) or exp.Null()), value).expr,
            None if len(values) == 1 else name_of(value), call.at, call.text,
        )
        for value in values
    )  # fmt: skip
    by = None if keys is None else tuple(item_of(call, column(key), key).expr for key in keys)
    node = Pivot(
        input=frame.handle, column=item_of(call, column(names[0]), names[0]).expr, items=items,
        keys=by, at=call.at,
    )  # fmt: skip
    return PolarsFrame(add(call.machine, node))


def _explode(frame: PolarsFrame, call: Call) -> Value:
    handle = frame.handle
    for name in names_in(call.args) or names_in(call.value(0)) or ():
        tree = other_function("explode", column_of(name_of(name)))
        handle = extended(call, handle, [(name, Expr(tree), call.text)])
    return PolarsFrame(handle)


def _stacked(frame: PolarsFrame, call: Call) -> Value:
    other = _other(call.value(0, "other"), call)
    return frame if other is None else PolarsFrame(united(call, [frame.handle, other.handle]))


def _get_item(frame: PolarsFrame, call: Call) -> Value:
    key = call.value(0)
    if isinstance(key, str):
        return Expr(column_of(plain(key), frame.handle), names=(plain(key),), frame=frame.handle)
    names = names_in(key)
    if names is not None:
        return PolarsFrame(picked(call, frame.handle, names))
    return PolarsFrame(limited(call, frame.handle, "slice"))


def _pipe(frame: PolarsFrame, call: Call) -> Value:
    inner = Call(
        call.machine, [frame, *call.args[1:]], call.kwargs, call.node, [None, *call.nodes[1:]]
    )
    return call.machine.call(call.value(0, "function"), inner)


def _to_pandas(frame: PolarsFrame, _: Call) -> Value:
    return PandasFrame(frame.handle)


def _partitioned(frame: PolarsFrame, _: Call) -> Value:
    return [frame]


def _totals(how: str) -> Method:
    def apply(frame: PolarsFrame, call: Call) -> Value:
        known = known_columns(call.machine, frame.handle)
        if known is None:
            return PolarsFrame(opaque(call, [frame.handle], how))
        items = [
            item_of(call, Expr(aggregate(how, column_of(one)) or exp.Null()), one) for one in known
        ]
        return PolarsFrame(grouped(call, frame.handle, [], items))

    return apply


METHODS.update({
    "select": _select, "with_columns": _with_columns, "select_seq": _select,
    "with_columns_seq": _with_columns, "with_column": _with_columns, "filter": _filter,
    "group_by": _group, "groupby": _group, "group_by_dynamic": _group, "join": _join,
    "join_asof": _join, "sort": _sort, "unique": _unique, "rename": _rename, "drop": _drop,
    "drop_nulls": _drop_nulls, "drop_nans": _drop_nulls, "fill_null": _fill_null,
    "fill_nan": _fill_null, "cast": _cast, "head": _limit, "limit": _limit, "tail": _limit,
    "slice": _limit, "fetch": _limit, "top_k": _limit, "bottom_k": _limit, "sample": _sample,
    "with_row_index": _row_index, "with_row_count": _row_index, "unpivot": _unpivot,
    "melt": _unpivot, "pivot": _pivot, "explode": _explode, "vstack": _stacked, "extend": _stacked,
    "merge_sorted": _stacked, "__getitem__": _get_item, "get_column": _get_item, "pipe": _pipe,
    "to_pandas": _to_pandas, "partition_by": _partitioned, "iter_slices": _partitioned,
    **{name: _totals(name) for name in ("sum", "mean", "min", "max", "median", "std", "var")},
})  # fmt: skip
