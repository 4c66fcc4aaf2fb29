"""Functions of Polars: columns, conditions, readers, frames put together."""

from collections.abc import Mapping

from sqlglot import exp

from guardian.languages.python.frames import polars_methods as _methods  # noqa: F401 - it fills the table
from guardian.languages.python.frames.files import FILE_READERS, chosen_columns, read_file
from guardian.languages.python.frames.pandas_frame import PandasFrame
from guardian.languages.python.frames.pandas_module import FUNCTIONS as PANDAS_FUNCTIONS
from guardian.languages.python.frames.polars_frame import PolarsFrame
from guardian.languages.python.frames.polars_terms import (
    Expr,
    Several,
    When,
    all_of,
    as_expr,
    column,
    each,
    listed,
)
from guardian.languages.python.frames.rows import joined, opaque, picked, united
from guardian.languages.python.frames.terms import aggregate, function, other_function
from guardian.languages.python.spark_columns import as_tree, combined, identifier, spread
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

ROOT = "polars."
REDUCERS = frozenset({
    "sum", "mean", "min", "max", "median", "std", "var", "first", "last", "count", "n_unique",
})  # fmt: skip


def polars_call(path: str, call: Call) -> Value:
    """Return what a function of Polars gives; `MISSING` where it is none."""
    if not path.startswith(ROOT):
        return MISSING
    name = path.rpartition(".")[2]
    if path.startswith("polars.selectors."):
        return _selector(name, call)
    if name in REDUCERS and call.args:
        return _reduced(name, call)
    known = FUNCTIONS.get(name)
    if known is not None:
        return known(call)
    if name.endswith("_horizontal") or name in {"format", "duration", "date", "datetime", "arange"}:
        return _across(name, call)
    return _read(call) if FILE_READERS.match(name) else MISSING


def polars_attribute(path: str) -> Value:
    """Return `pl.col.name`; `MISSING` of anything else."""
    head = "polars.col."
    return (
        column(path.removeprefix(head))
        if path.startswith(head) and path.count(".") == 2
        else MISSING
    )


def _read(call: Call) -> Value:
    handle = read_file(call)
    names = chosen_columns(call)
    return PolarsFrame(picked(call, handle, names) if names is not None else handle)


def _col(call: Call) -> Value:
    values = spread(call.args)
    if not all(isinstance(value, str) for value in values):
        # Columns by their type, which is not known here.
        return each("typed", "")
    made = tuple(column(plain(to_text(value))) for value in values)
    return (
        made[0]
        if len(made) == 1 and len(call.args) == 1 and isinstance(call.args[0], str)
        else Several(made)
    )


def _lit(call: Call) -> Value:
    return as_expr(call.value(0, "value"))


def _when(call: Call) -> Value:
    return When((), all_of(call))


def _reduced(name: str, call: Call) -> Value:
    terms = listed(call.args)
    made: tuple[Expr, ...] = tuple(one.made(aggregate(name, one.tree) or one.tree) for one in terms)
    return made[0] if len(made) == 1 else Several(made)


def _len(_: Call) -> Value:
    return Expr(exp.Count(this=exp.Star(), big_int=True), names=("len",))


def _across(name: str, call: Call) -> Value:
    terms = listed(call.args)
    known = {"max_horizontal": "greatest", "min_horizontal": "least"}.get(name)
    trees = [one.tree for one in terms]
    tree = function(known, *trees) if known else other_function(name, *trees)
    first = terms[0].name if terms else name
    return Expr(combined(tree, terms).tree, names=(first or name,))


def _concat_str(call: Call) -> Value:
    terms = listed(call.args)
    separator = as_tree(plain(to_text(call.kwargs.get("separator") or "")))
    tree = function("concat_ws", separator, *[one.tree for one in terms])
    return Expr(combined(tree, terms).tree, names=(terms[0].name if terms else "literal",))


def _coalesce(call: Call) -> Value:
    terms = listed(call.args)
    tree = exp.Coalesce(this=terms[0].tree, expressions=[one.tree for one in terms[1:]])
    return Expr(combined(tree, terms).tree, names=(terms[0].name,))


def _struct(call: Call) -> Value:
    terms = listed(call.args)
    fields = [
        exp.PropertyEQ(this=identifier(one.name or f"field_{index}"), expression=one.tree)
        for index, one in enumerate(terms)
    ]
    tree = exp.Struct(expressions=fields)
    return Expr(combined(tree, terms).tree, names=(terms[0].name if terms else "struct",))


def _exclude(call: Call) -> Value:
    return each(excluded=[plain(to_text(name)) for name in spread(call.args)])


def _selector(name: str, call: Call) -> Value:
    texts = tuple(plain(to_text(value)) for value in spread(call.args))
    if name == "by_name":
        return Several(tuple(column(text) for text in texts))
    if name in {"all", "exclude"}:
        return each(excluded=texts)
    if name == "matches":
        return each("pattern", texts[0] if texts else "")
    return each(name if name in {"starts_with", "ends_with", "contains"} else "typed", texts)  # type: ignore[arg-type]  # a tuple of texts


def _concat(call: Call) -> Value:
    values = call.machine.iterate(call.value(0, "items"))
    frames = [value for value in values or () if isinstance(value, PolarsFrame)]
    if not frames:
        return Collected("concat", weak=True, handles=getattr(call.value(0), "handles", ()))
    handles = [frame.handle for frame in frames]
    if call.kwargs.get("how") == "horizontal":
        made = handles[0]
        for other in handles[1:]:
            made = joined(call, made, other, "full", [])
        return PolarsFrame(made)
    whole = united(call, handles)
    if values is not None and len(frames) < len(values):
        whole = opaque(
            call, [whole], "concat", why="one of the frames of this `concat` is not known"
        )
    return PolarsFrame(whole)


def _frame(call: Call) -> Value:
    data = call.value(0, "data")
    if isinstance(data, PolarsFrame):
        return data
    made = PANDAS_FUNCTIONS["DataFrame"](call)
    return PolarsFrame(made.handle) if isinstance(made, PandasFrame) else made


def _from_other(call: Call) -> Value:
    given = call.value(0)
    if isinstance(given, PandasFrame | PolarsFrame):
        return PolarsFrame(given.handle)
    handles = getattr(given, "handles", ())
    return PolarsFrame(opaque(call, handles, "from")) if handles else Unknown("frame", weak=True)


FUNCTIONS: Mapping[str, Handler] = {
    "col": _col, "lit": _lit, "when": _when, "all": lambda _: each(), "exclude": _exclude,
    "len": _len, "count": _len, "concat_str": _concat_str, "coalesce": _coalesce, "struct": _struct,
    "concat": _concat, "DataFrame": _frame, "LazyFrame": _frame, "from_pandas": _from_other,
    "from_arrow": _from_other, "from_dicts": _frame, "from_dict": _frame, "from_records": _frame,
    "element": lambda _: Expr(exp.Placeholder(this="element")),
    "collect_all": lambda call: call.value(0),
}  # fmt: skip
