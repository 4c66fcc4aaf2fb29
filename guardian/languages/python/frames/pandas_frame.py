"""pandas' DataFrame: a plan that its methods replace, by a new frame or in its own place."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from sqlglot import exp

from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.frames.files import FILE_WRITERS, TABLE_WRITERS, write_frame
from guardian.languages.python.frames.pandas_series import Series, series_of
from guardian.languages.python.frames.rows import (
    dropped,
    extended,
    filtered,
    known_columns,
    limited,
    name_of,
    opaque,
    picked,
    relabelled,
)
from guardian.languages.python.frames.terms import Term, case, column_of, other_function
from guardian.languages.python.machine import Machine
from guardian.languages.python.overriding import override
from guardian.languages.python.spark_columns import Column, as_tree
from guardian.languages.python.spark_frames import Frame, column_list
from guardian.languages.python.values import (
    MISSING,
    Call,
    Collected,
    Unknown,
    Value,
    plain,
    to_text,
)
from guardian.model.plan import Handle


@dataclass(eq=False)
class PandasFrame:
    """A pandas frame: its rows as they stand, and the columns that are its index.

    `labels` are the pairs that name columns of two levels. `dialect` is that of the database that
    its rows came from.
    """

    handle: Handle
    index: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    dialect: str | None = None
    spark_type = "DataFrame"

    @property
    def frame(self) -> Frame:
        """Return the rows as Spark takes them."""
        return Frame(self.handle)

    def become(self, other: "PandasFrame") -> None:
        """Take the rows of another frame, as a method does with `inplace=True`."""
        self.handle, self.index, self.labels = other.handle, other.index, other.labels

    def series(self, name: str) -> Series:
        """Return a column."""
        if isinstance(name, EachColumn):
            tree = exp.Star()
            return Series(tree, names=(str(name),), frame=self.handle, index=self.index, each=name)
        return Series(
            column_of(name_of(plain(name)), self.handle), names=(plain(name),), frame=self.handle,
            index=self.index,
        )  # fmt: skip

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return the names of the columns, a way to rows and columns, or a column."""
        if name in METHODS or name in FILE_WRITERS or name in TABLE_WRITERS:
            return MISSING
        if name == "columns":
            return Labels(self.column_names(machine))
        if name in {"loc", "iloc", "at", "iat", "ix"}:
            return Locator(self, by_position=name.startswith("i") and name != "ix")
        if name in {"values", "T", "index"}:
            return Collected(name, weak=True, handles=(self.handle,))
        if name in VALUES or name.startswith("__"):
            return MISSING if name.startswith("__") else Unknown(name, weak=True)
        return self.series(name)

    def column_names(self, machine: Machine) -> list[Value]:
        """Return the names of the columns; pairs where they have two levels."""
        if self.labels:
            return list(self.labels)
        names = column_list(Frame(self.handle), machine)
        return [name for name in names if name not in self.index]

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method gives."""
        method = METHODS.get(name)
        if method is not None:
            made = method(self, call)
            if call.kwargs.get("inplace") is True and isinstance(made, PandasFrame):
                self.become(made)
                return None
            if isinstance(made, PandasFrame) and made.dialect is None:
                made.dialect = self.dialect
            return made
        if name in FILE_WRITERS or name in TABLE_WRITERS:
            return self._written(name, call)
        if name in {"__iter__", "keys"}:
            return self.column_names(call.machine)
        if name in COLLECTING:
            return Collected(name, weak=True, handles=(self.handle,))
        if name in {"__call__", "__len__"} or name in QUIET:
            return Unknown(name, weak=True)
        return PandasFrame(opaque(call, [self.handle], name), self.index)

    def _written(self, name: str, call: Call) -> Value:
        from guardian.languages.python.sql_clients import client_dialect  # noqa: PLC0415 - it needs us

        handle = self.handle
        if call.kwargs.get("index") is False and self.index:
            handle = dropped(call, handle, self.index)
        named = client_dialect(call) if name in {"to_sql", "to_gbq"} else self.dialect
        written = write_frame(handle, name, call, named or "spark")
        return None if written else Unknown(name)

    def set_item(self, call: Call) -> None:
        """Take `frame[key] = value`."""
        key, value = call.value(0), series_of(call.value(1))
        text = call.machine.text(call.syntax(1))
        if isinstance(key, EachColumn):
            self.handle = opaque(call, [self.handle], "a loop over columns that are not known")
        elif isinstance(key, str):
            self.set_column(key, value, text, call)
        elif isinstance(key, list | tuple) and all(isinstance(name, str) for name in key):
            self._set_columns([str(name) for name in key], value, text, call)
        elif isinstance(key, Series):
            self.handle = opaque(call, [self.handle], "an assignment to chosen rows")
        else:
            self.handle = opaque(call, [self.handle], "an assignment to a column that is not known")

    def set_column(self, name: str, value: Value, text: str, call: Call) -> None:
        """Make a column of a value, or replace it."""
        term = self.term(value, call)
        self.handle = extended(call, self.handle, [(plain(name), term, text)])

    def _set_columns(self, names: list[str], value: Value, text: str, call: Call) -> None:
        if isinstance(value, PandasFrame):
            others = [one for one in value.column_names(call.machine) if isinstance(one, str)]
            if len(others) != len(names):
                self.handle = opaque(call, [self.handle, value.handle], "an assignment of columns")
                return
            values: list[Value] = [value.series(other) for other in others]
        elif isinstance(value, list | tuple) and len(value) == len(names):
            values = list(value)
        else:
            values = [value] * len(names)
        entries = [
            (name, self.term(one, call), text) for name, one in zip(names, values, strict=True)
        ]
        self.handle = extended(call, self.handle, entries)

    def set_attribute(self, call: Call) -> None:
        """Take `frame.columns = [...]` and `frame.column = value`."""
        name, value = plain(to_text(call.value(0))), call.value(1)
        if name == "columns":
            names = list(value) if isinstance(value, list | tuple) else None
            if names and all(
                isinstance(one, str) and not isinstance(one, EachColumn) for one in names
            ):
                handle = relabelled(call, self.handle, [*self.index, *map(str, names)])
                self.handle, self.labels = handle, ()
            elif not names or not all(isinstance(one, EachColumn) for one in names):
                self.handle = opaque(call, [self.handle], "columns", keeps=True)
        elif name != "index":
            self.set_column(name, series_of(value), "", call)

    def delete_item(self, call: Call) -> None:
        """Take `del frame[key]`."""
        names = names_in(call.value(0))
        self.handle = dropped(call, self.handle, names or ())

    def term(self, value: Value, call: Call) -> Term:
        """Return a value as a column of this frame."""
        value = series_of(value)
        if isinstance(value, Term):
            return value
        if isinstance(value, Column):
            return Series(value.tree, frame=self.handle)
        if isinstance(value, PandasFrame):
            names = value.column_names(call.machine)
            if len(names) == 1 and isinstance(names[0], str):
                return value.series(names[0])
        handles = (
            (value.handle,) if isinstance(value, PandasFrame) else getattr(value, "handles", ())
        )
        if handles:
            # Made of the frame's rows in a way that is not known: it may depend on any column.
            return Series(other_function("computed_from", exp.Star()), frame=self.handle)
        if isinstance(value, list | tuple):
            return Series(exp.Placeholder(this="values"), frame=self.handle)
        return Series(as_tree(value), frame=self.handle)


class Labels(list[Value]):
    """`frame.columns`: a list of names with the methods of an index."""

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method gives."""
        if name == "__iter__":
            return list(self)
        if name in {"tolist", "to_list", "copy", "drop_duplicates", "sort_values"}:
            return list(self)
        if name in {"difference", "drop", "intersection", "union"}:
            given = names_in(call.value(0)) or ()
            keeps = name == "intersection"
            rest = [one for one in self if (one in given) is keeps]
            return rest + [one for one in given if name == "union"]
        if name == "__getitem__":
            key = call.value(0)
            return self[key] if isinstance(key, int | slice) and self else Unknown("column")
        if name == "get_loc":
            return Unknown("position")
        return Unknown(name, weak=True)

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return the names as text, each one after the other."""
        del machine
        return EachLabel(self) if name == "str" else list(self) if name == "values" else MISSING


@dataclass(frozen=True, eq=False)
class EachLabel:
    """`frame.columns.str`: text functions of each name."""

    names: Labels

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the names with a function of text applied to each."""
        from guardian.languages.python.containers import text_method  # noqa: PLC0415 - rare

        made = [text_method(one, name, call) if isinstance(one, str) else one for one in self.names]
        return Labels(made)


def names_in(value: Value) -> tuple[str, ...] | None:
    """Return names of columns, given as one or as a list; None where they are not known."""
    if isinstance(value, EachColumn):
        return None
    if isinstance(value, str):
        return (plain(value),)
    if isinstance(value, list | tuple | set | frozenset) and value:
        names = [one for one in value if isinstance(one, str) and not isinstance(one, EachColumn)]
        return tuple(plain(name) for name in names) if len(names) == len(value) else None
    return None


@dataclass(frozen=True, eq=False)
class Locator:
    """`frame.loc` and its like: rows by a condition, columns by name."""

    owner: PandasFrame
    by_position: bool = False

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it is indexed."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return `frame.loc[rows, columns]`."""
        if name != "__getitem__":
            return Unknown(name)
        key = call.value(0)
        rows, wanted = key if isinstance(key, tuple) and len(key) == 2 else (key, None)
        frame = self._rows(rows, call)
        if wanted is None or isinstance(wanted, slice):
            return frame
        if isinstance(wanted, str) and not isinstance(wanted, EachColumn):
            return frame.series(wanted)
        names = self._named(wanted, call.machine)
        if names is None:
            return PandasFrame(opaque(call, [frame.handle], "loc"), frame.index)
        kept = [one for one in frame.index if one not in names]
        return PandasFrame(picked(call, frame.handle, [*kept, *names]), frame.index)

    def _named(self, wanted: Value, machine: Machine) -> tuple[str, ...] | None:
        if not self.by_position:
            return names_in(wanted)
        known = known_columns(machine, self.owner.handle)
        places = wanted if isinstance(wanted, list | tuple) else [wanted]
        if known is None or not all(isinstance(one, int) and one < len(known) for one in places):
            return None
        return tuple(known[one] for one in places if isinstance(one, int))

    def _rows(self, rows: Value, call: Call) -> PandasFrame:
        if callable(getattr(rows, "node", None)) or type(rows).__name__ == "Function":
            rows = call.machine.apply(rows, self.owner)
        if isinstance(rows, Term):
            return PandasFrame(filtered(call, self.owner.handle, rows), self.owner.index)
        whole = isinstance(rows, slice) and rows == slice(None)
        if whole or rows is None:
            return PandasFrame(self.owner.handle, self.owner.index)
        return PandasFrame(limited(call, self.owner.handle, _shown(rows)), self.owner.index)

    def set_item(self, call: Call) -> None:
        """Take `frame.loc[rows, column] = value`."""
        key, value = call.value(0), series_of(call.value(1))
        rows, wanted = key if isinstance(key, tuple) and len(key) == 2 else (key, None)
        text = call.machine.text(call.syntax(1))
        names = names_in(wanted)
        owner = self.owner
        if names is None or not isinstance(rows, Term | slice):
            owner.handle = opaque(call, [owner.handle], "an assignment to chosen rows")
            return
        new = owner.term(value, call)
        entries = []
        for name in names:
            tree = new.tree
            if isinstance(rows, Term):
                known = known_columns(call.machine, owner.handle)
                there = known is None or name_of(name) in known
                rest = column_of(name_of(name), owner.handle) if there else exp.Null()
                tree = case([(rows.tree, new.tree)], rest)
            entries.append((name, Series(tree, frame=owner.handle), text))
        owner.handle = extended(call, owner.handle, entries)


def _shown(rows: Value) -> str:
    if isinstance(rows, slice):
        return plain(to_text(rows.stop)) if isinstance(rows.stop, int) else "slice"
    return "1" if isinstance(rows, int | str) else "rows"


def from_query(frame: PandasFrame, text: str, call: Call) -> Value:
    """Return a condition or value that `query` and `eval` are given as text; None if unreadable."""
    from guardian.languages.python.values import Environment  # noqa: PLC0415 - used by this one function

    words: dict[str, str] = {}
    source = _without_quotes(text, words)
    module = call.machine.module
    if module is None or len(source) > 20_000:
        return None
    try:
        tree = ast.parse(source.strip().replace("\n", " "), mode="eval")
        changed = _Vectors().visit(tree)
    except (SyntaxError, ValueError, RecursionError):
        return None
    scope = Environment(module)
    for node in ast.walk(changed):
        if isinstance(node, ast.Name):
            name = words.get(node.id, node.id)
            outer = name.startswith("__local_")
            scope.names[node.id] = (
                Unknown(name.removeprefix("__local_")) if outer else frame.series(name)
            )
    return call.machine.evaluate(changed.body, scope)


def _without_quotes(text: str, words: dict[str, str]) -> str:
    parts = plain(text).replace("@", "__local_").split("`")
    for index in range(1, len(parts), 2):
        words[f"__column_{index}"] = parts[index]
        parts[index] = f"__column_{index}"
    return "".join(parts)


class _Vectors(ast.NodeTransformer):
    """Turns `and`, `or`, `not`, `in` and `a < b < c` into what works on columns."""

    @override
    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        sign = ast.BitAnd() if isinstance(node.op, ast.And) else ast.BitOr()
        values = [self.visit(value) for value in node.values]
        whole: ast.expr = values[0]
        for value in values[1:]:
            whole = ast.copy_location(ast.BinOp(whole, sign, value), node)
        return whole

    @override
    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        inner = self.visit(node.operand)
        sign = ast.Invert() if isinstance(node.op, ast.Not) else node.op
        return ast.copy_location(ast.UnaryOp(sign, inner), node)

    @override
    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        left: ast.expr = self.visit(node.left)
        whole: ast.expr | None = None
        for op, right in zip(node.ops, node.comparators, strict=True):
            test = _test(left, op, self.visit(right), node)
            if whole is not None:
                test = ast.copy_location(ast.BinOp(whole, ast.BitAnd(), test), node)
            whole = test
            left = right
        return whole or node


def _test(left: ast.expr, op: ast.cmpop, right: ast.expr, node: ast.Compare) -> ast.expr:
    if not isinstance(op, ast.In | ast.NotIn):
        return ast.copy_location(ast.Compare(left, [op], [right]), node)
    method = ast.copy_location(ast.Attribute(left, "isin", ast.Load()), node)
    made = ast.copy_location(ast.Call(method, [right], []), node)
    return (
        made if isinstance(op, ast.In) else ast.copy_location(ast.UnaryOp(ast.Invert(), made), node)
    )


Method: TypeAlias = Callable[[PandasFrame, Call], Value]
# Filled by `pandas_methods`, which needs what is above.
METHODS: dict[str, Method] = {}
VALUES = frozenset({
    "shape", "size", "empty", "dtypes", "ndim", "axes", "plot", "style", "attrs", "schema", "info",
    "height", "width", "flags", "rdd",
})  # fmt: skip
COLLECTING = frozenset({
    "iterrows", "itertuples", "items", "to_dict", "to_records", "to_numpy", "to_markdown", "sum_",
    "to_string", "to_html", "to_clipboard", "describe", "to_latex", "iteritems", "to_xarray",
    "memory_usage", "first_valid_index", "nunique", "equals", "duplicated", "idxmax", "idxmin",
    "corr", "cov", "all", "any", "count",
})  # fmt: skip
QUIET = frozenset({"info", "plot", "hist", "boxplot", "head_", "display", "compare"})
