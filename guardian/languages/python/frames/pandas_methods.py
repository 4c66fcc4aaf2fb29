"""Methods of a pandas DataFrame: each as the operator of the plan that it means."""

from collections.abc import Sequence

from sqlglot import exp

from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.frames import pandas_shapes as shapes
from guardian.languages.python.frames.pandas_frame import (
    METHODS,
    Method,
    PandasFrame,
    from_query,
    names_in,
)
from guardian.languages.python.frames.pandas_groups import Grouped
from guardian.languages.python.frames.pandas_joins import concatenated, join_frames, merged
from guardian.languages.python.frames.pandas_series import Series
from guardian.languages.python.frames.row_functions import code_of, columns_used
from guardian.languages.python.frames.rows import (
    distinct,
    dropped,
    extended,
    filtered,
    item_of,
    known_columns,
    limited,
    name_of,
    opaque,
    picked,
    renamed,
    sorted_by,
)
from guardian.languages.python.frames.terms import (
    AGGREGATES,
    Term,
    aggregate,
    case,
    cast,
    column_of,
    null_test,
    other_function,
    over,
)
from guardian.languages.python.spark_columns import Tree, as_tree
from guardian.languages.python.spark_frames import Frame
from guardian.languages.python.spark_state import add
from guardian.languages.python.udfs import MARK
from guardian.languages.python.values import (
    Bound,
    Builtin,
    Call,
    Function,
    Partial,
    Unknown,
    Value,
    plain,
    to_text,
)
from guardian.model.plan import Aggregate, Sample


def _kept(frame: PandasFrame, call: Call, handle: int) -> PandasFrame:
    del call
    return PandasFrame(handle, frame.index, frame.labels)


def _copy(frame: PandasFrame, _: Call) -> Value:
    return PandasFrame(frame.handle, frame.index, frame.labels, frame.dialect)


def _unclear(frame: PandasFrame, call: Call, name: str) -> PandasFrame:
    return _kept(frame, call, opaque(call, [frame.handle], name))


def _get_item(frame: PandasFrame, call: Call) -> Value:
    key = call.value(0)
    if isinstance(key, Term):
        return _kept(
            frame, call, filtered(call, frame.handle, key, call.machine.text(call.syntax(0)))
        )
    if isinstance(key, str):
        return frame.series(key)
    names = names_in(key)
    if names is not None:
        kept = [one for one in frame.index if one not in names]
        return PandasFrame(picked(call, frame.handle, [*kept, *names]), frame.index)
    if isinstance(key, slice):
        return _kept(frame, call, limited(call, frame.handle, "slice"))
    if isinstance(key, list) and key and all(isinstance(one, EachColumn) for one in key):
        return _copy(frame, call)
    if isinstance(key, Unknown) and not key.handles:
        return frame.series(plain(to_text(key)))
    return _unclear(frame, call, "[…]")


def _limit(frame: PandasFrame, call: Call) -> Value:
    return _kept(frame, call, limited(call, frame.handle, plain(to_text(call.value(0, "n", 5)))))


def _largest(frame: PandasFrame, call: Call) -> Value:
    keys = [
        (column_of(name_of(name), frame.handle), True)
        for name in names_in(call.value(1, "columns")) or ()
    ]
    ordered = sorted_by(call, frame.handle, keys)
    return _kept(frame, call, limited(call, ordered, plain(to_text(call.value(0, "n")))))


def _sample(frame: PandasFrame, call: Call) -> Value:
    how = call.kwargs.get("frac", call.value(0, "n"))
    seed = call.kwargs.get("random_state")
    shown = "" if seed is None else plain(to_text(seed, hint="seed"))
    node = Sample(frame.handle, plain(to_text(how, hint="n")), shown, call.at)
    return _kept(frame, call, add(call.machine, node))


def _drop(frame: PandasFrame, call: Call) -> Value:
    given = call.kwargs.get("columns")
    by_column = call.kwargs.get("axis", call.value(1)) in {1, "columns"}
    if given is None and by_column:
        given = call.value(0, "labels")
    rows = call.value(0, "labels") if given is None else None
    if isinstance(rows, Term):
        test = Series(other_function("row_left_out", rows.tree), frame=frame.handle)
        return _kept(frame, call, filtered(call, frame.handle, test))
    if given is None:
        return _unclear(frame, call, "drop")
    names = names_in(given)
    return _unclear(frame, call, "drop") if names is None and given != [] else _kept(
        frame, call, dropped(call, frame.handle, names or ())
    )  # fmt: skip


def _rename(frame: PandasFrame, call: Call) -> Value:
    mapping = call.kwargs.get("columns", call.kwargs.get("mapper"))
    if mapping is None and call.kwargs.get("axis") in {1, "columns"}:
        mapping = call.value(0)
    if isinstance(mapping, dict):
        pairs = [(plain(to_text(old)), plain(to_text(new))) for old, new in mapping.items()]
        return _kept(frame, call, renamed(call, frame.handle, pairs))
    if isinstance(mapping, Function | Builtin | Bound):
        known = known_columns(call.machine, frame.handle)
        news = [call.machine.apply(mapping, name) for name in known or ()]
        if news and all(isinstance(new, str) for new in news):
            pairs = [(old, plain(str(new))) for old, new in zip(known or (), news, strict=True)]
            return _kept(frame, call, renamed(call, frame.handle, pairs))
    if mapping is None and ("index" in call.kwargs or "inplace" in call.kwargs):
        return _copy(frame, call)
    return _unclear(frame, call, "rename")


def _affixed(frame: PandasFrame, call: Call, *, before: bool) -> Value:
    known, text = known_columns(call.machine, frame.handle), plain(to_text(call.value(0)))
    if known is None:
        return _unclear(frame, call, "add_prefix" if before else "add_suffix")
    pairs = [
        (name, text + name if before else name + text) for name in known if name not in frame.index
    ]
    return _kept(frame, call, renamed(call, frame.handle, pairs))


def _assign(frame: PandasFrame, call: Call) -> Value:
    made = PandasFrame(frame.handle, frame.index)
    for name, given in call.kwargs.items():
        value = given
        if isinstance(value, Function | Bound | Partial):
            value = call.machine.apply(value, made)
        text = call.machine.text(call.keyword_nodes.get(name))
        made.set_column(name, value, text, call)
    return made


def _insert(frame: PandasFrame, call: Call) -> Value:
    frame.set_column(
        plain(to_text(call.value(1, "column"))), call.value(2, "value"), call.text, call
    )
    return None


def _pop(frame: PandasFrame, call: Call) -> Value:
    name = plain(to_text(call.value(0, "item")))
    taken = frame.series(name)
    frame.handle = dropped(call, frame.handle, [name])
    return taken


def _changed(frame: PandasFrame, call: Call, pairs: Sequence[tuple[str, Tree]]) -> PandasFrame:
    entries = [(name, Series(tree, frame=frame.handle), call.text) for name, tree in pairs]
    return _kept(frame, call, extended(call, frame.handle, entries))


def _astype(frame: PandasFrame, call: Call) -> Value:
    kinds = call.value(0, "dtype")
    if isinstance(kinds, dict):
        names = [(plain(to_text(name)), kind) for name, kind in kinds.items()]
    else:
        names = [(name, kinds) for name in known_columns(call.machine, frame.handle) or ()]
        if not names:
            return _unclear(frame, call, "astype")
    return _changed(
        frame, call, [(name, cast(frame.series(name).tree, kind)) for name, kind in names]
    )


def _fillna(frame: PandasFrame, call: Call) -> Value:
    value = call.value(0, "value")
    if isinstance(value, dict):
        filled = [(plain(to_text(name)), given) for name, given in value.items()]
    else:
        filled = [(name, value) for name in known_columns(call.machine, frame.handle) or ()]
        if not filled:
            return _each(frame, call, "fillna")
    pairs = []
    for name, given in filled:
        tree = frame.series(name).tree
        pairs.append((name, exp.Coalesce(this=tree, expressions=[as_tree(given)])))
    return _changed(frame, call, pairs)


def _each(frame: PandasFrame, call: Call, name: str) -> PandasFrame:
    """Return each column changed in the same way, whichever they are."""
    handle = opaque(call, [frame.handle], name, why="")
    return _kept(frame, call, handle)


def _replace(frame: PandasFrame, call: Call) -> Value:
    given = call.value(0, "to_replace")
    nested = isinstance(given, dict) and any(isinstance(one, dict) for one in given.values())
    if nested and isinstance(given, dict):
        pairs = []
        for name, changes in given.items():
            column = plain(to_text(name))
            inner = Call(call.machine, [changes], dict(call.kwargs), call.node)
            made = frame.series(column).invoke("replace", inner)
            pairs.append((column, as_tree(made)))
        return _changed(frame, call, pairs)
    names = [
        name for name in known_columns(call.machine, frame.handle) or () if name not in frame.index
    ]
    if not names:
        return _each(frame, call, "replace")
    return _changed(
        frame, call, [(name, as_tree(frame.series(name).invoke("replace", call))) for name in names]
    )


def _dropna(frame: PandasFrame, call: Call) -> Value:
    names = names_in(call.kwargs.get("subset"))
    if call.kwargs.get("axis") in {1, "columns"}:
        return _unclear(frame, call, "dropna")
    if names is None:
        tree: Tree = other_function("dropna", exp.Star())
    else:
        kind = exp.Or if call.kwargs.get("how") == "all" else exp.And
        tests = [exp.Not(this=null_test(frame.series(name).tree)) for name in names]
        tree = tests[0]
        for test in tests[1:]:
            tree = kind(this=tree, expression=test)
    return _kept(frame, call, filtered(call, frame.handle, Series(tree, frame=frame.handle)))


def _distinct(frame: PandasFrame, call: Call) -> Value:
    names = names_in(call.value(0, "subset")) or ()
    return _kept(frame, call, distinct(call, frame.handle, names))


def _sort(frame: PandasFrame, call: Call) -> Value:
    names = names_in(call.value(0, "by")) or ()
    up = call.kwargs.get("ascending", True)
    keys = []
    for index, name in enumerate(names):
        rising = up[index] if isinstance(up, list | tuple) and index < len(up) else up
        keys.append((frame.series(name).tree, rising is False or rising == 0))
    return _kept(frame, call, sorted_by(call, frame.handle, keys))


def _query(frame: PandasFrame, call: Call) -> Value:
    text = call.value(0, "expr")
    condition = from_query(frame, text, call) if isinstance(text, str) else None
    if not isinstance(condition, Term):
        return _unclear(frame, call, "query")
    return _kept(frame, call, filtered(call, frame.handle, condition, plain(to_text(text))))


def _eval(frame: PandasFrame, call: Call) -> Value:
    text = call.value(0, "expr")
    name, sign, rest = plain(to_text(text)).partition("=")
    if not isinstance(text, str) or not sign or rest.startswith("="):
        return from_query(frame, text, call) if isinstance(text, str) else Unknown("eval")
    made = PandasFrame(frame.handle, frame.index)
    made.set_column(name.strip(), from_query(frame, rest, call), rest.strip(), call)
    return made


def _group(frame: PandasFrame, call: Call) -> Value:
    given = call.value(0, "by")
    values = given if isinstance(given, list | tuple) else [given]
    keys = []
    for value in values:
        if isinstance(value, Series):
            keys.append(value)
        elif isinstance(value, str) and not isinstance(value, EachColumn):
            keys.append(frame.series(value))
    if len(keys) < len(values) or not keys:
        levels = [frame.series(name) for name in frame.index] if "level" in call.kwargs else []
        if not levels:
            handle = opaque(call, [frame.handle], "groupby")
            return Grouped(PandasFrame(handle), tuple(keys))
        keys = levels
    return Grouped(frame, tuple(keys), as_index=call.kwargs.get("as_index") is not False)


def _apply(frame: PandasFrame, call: Call) -> Value:
    function = call.value(0, "func")
    by_row = call.kwargs.get("axis", call.value(1)) in {1, "columns"}
    if not by_row or not isinstance(function, Function | Bound | Partial):
        return _each(frame, call, "apply")
    used = columns_used(function)
    parts: list[Tree] = [exp.Star()] if used is None else [frame.series(one).tree for one in used]
    tree = other_function(f"{MARK}{code_of(function, call.machine)}", *parts)
    return Series(tree, names=("0",), frame=frame.handle, index=frame.index, changed=True)


def _pipe(frame: PandasFrame, call: Call) -> Value:
    inner = Call(
        call.machine, [frame, *call.args[1:]], call.kwargs, call.node, [None, *call.nodes[1:]]
    )
    return call.machine.call(call.value(0, "func"), inner)


def _where(frame: PandasFrame, call: Call, *, keeps: bool) -> Value:
    condition, other = call.value(0, "cond"), call.value(1, "other")
    names = known_columns(call.machine, frame.handle)
    if names is None or not isinstance(condition, Term):
        return _each(frame, call, "where" if keeps else "mask")
    pairs = []
    for name in names:
        mine, its = frame.series(name).tree, as_tree(other)
        first, second = (mine, its) if keeps else (its, mine)
        pairs.append((name, case([(condition.tree, first)], second)))
    return _changed(frame, call, pairs)


def _reindex(frame: PandasFrame, call: Call) -> Value:
    names = names_in(call.kwargs.get("columns"))
    if names is None:
        return _copy(frame, call)
    return PandasFrame(picked(call, frame.handle, [*frame.index, *names]), frame.index)


def _filter(frame: PandasFrame, call: Call) -> Value:
    names = names_in(call.value(0, "items"))
    if names is not None:
        return PandasFrame(picked(call, frame.handle, names), frame.index)
    known, like = known_columns(call.machine, frame.handle), call.kwargs.get("like")
    if known is not None and type(like) is str:
        return PandasFrame(
            picked(call, frame.handle, [one for one in known if like in one]), frame.index
        )
    return _unclear(frame, call, "filter")


def _reduced(how: str) -> Method:
    def apply(frame: PandasFrame, call: Call) -> Value:
        if call.kwargs.get("axis", call.value(0)) in {1, "columns"}:
            names = [
                one
                for one in known_columns(call.machine, frame.handle) or ()
                if one not in frame.index
            ]
            parts: list[Tree] = [frame.series(one).tree for one in names] or [exp.Star()]
            return Series(other_function(f"row_{how}", *parts), names=("0",), frame=frame.handle)
        names = [
            one for one in known_columns(call.machine, frame.handle) or () if one not in frame.index
        ]
        if not names:
            return Series(
                over(other_function(how, exp.Star()), ()), names=(how,), frame=frame.handle
            )
        items = [
            item_of(call, Series(aggregate(how, frame.series(one).tree) or exp.Null()), one)
            for one in names
        ]
        node = Aggregate(input=frame.handle, items=tuple(items), at=call.at, text=call.text)
        return PandasFrame(add(call.machine, node))

    return apply


def _to_spark(frame: PandasFrame, _: Call) -> Value:
    return Frame(frame.handle)


def _tested(frame: PandasFrame, _: Call) -> Value:
    return Series(other_function("any_missing", exp.Star()), frame=frame.handle)


METHODS.update({
    **dict.fromkeys(
        (
            "copy", "infer_objects", "convert_dtypes", "sort_index", "rename_axis", "set_axis_",
            "compute", "persist", "repartition", "cache", "truncate", "droplevel_", "set_flags",
            "reindex_like", "asfreq", "categorize", "to_pandas", "pandas_api_", "squeeze_",
        ),
        _copy,
    ),
    "__getitem__": _get_item, "get": _get_item, "head": _limit, "tail": _limit,
    "nlargest": _largest, "nsmallest": _largest, "sample": _sample, "drop": _drop,
    "rename": _rename, "add_prefix": lambda frame, call: _affixed(frame, call, before=True),
    "add_suffix": lambda frame, call: _affixed(frame, call, before=False), "assign": _assign,
    "insert": _insert, "pop": _pop, "astype": _astype, "fillna": _fillna, "replace": _replace,
    "dropna": _dropna, "drop_duplicates": _distinct, "sort_values": _sort, "query": _query,
    "eval": _eval, "merge": merged, "join": join_frames, "append": concatenated,
    "groupby": _group, "pivot_table": shapes.pivot_table, "pivot": shapes.plain_pivot,
    "melt": shapes.melt, "explode": shapes.explode, "reset_index": shapes.reset_index,
    "set_index": shapes.set_index, "apply": _apply, "pipe": _pipe,
    "where": lambda frame, call: _where(frame, call, keeps=True),
    "mask": lambda frame, call: _where(frame, call, keeps=False), "reindex": _reindex,
    "filter": _filter, "to_spark": _to_spark, "isna": _tested, "isnull": _tested,
    "notna": _tested, "notnull": _tested,
    **{name: _reduced(name) for name in AGGREGATES if name in {
        "sum", "mean", "min", "max", "median", "std", "var", "prod",
    }},
})  # fmt: skip
