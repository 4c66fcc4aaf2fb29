"""A column of a pandas or Polars frame: an expression, its operators, and its text and dates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

from sqlglot import exp

from guardian.languages.python.machine import Machine
from guardian.languages.python.overriding import override
from guardian.languages.python.spark_calls import build
from guardian.languages.python.spark_columns import (
    ARITHMETIC,
    COMPARISONS,
    MIRRORED,
    Column,
    Tree,
    as_tree,
    combined,
    identifier,
)
from guardian.languages.python.spark_types import type_tree
from guardian.languages.python.values import Call, External, Unknown, Value, plain, to_text
from guardian.model.plan import Handle

# Methods that are operators, by their sign.
OPERATORS = {
    "add": "+", "sub": "-", "subtract": "-", "mul": "*", "multiply": "*", "div": "/",
    "divide": "/", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "eq": "==",
    "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "and_": "&", "or_": "|",
}  # fmt: skip
TYPES = {
    "int": "bigint", "int8": "tinyint", "int16": "smallint", "int32": "int", "int64": "bigint",
    "float": "double", "float32": "float", "float64": "double", "str": "string",
    "string": "string", "object": "string", "utf8": "string", "category": "string",
    "categorical": "string", "bool": "boolean", "boolean": "boolean", "date": "date",
    "datetime": "timestamp", "datetime64": "timestamp", "uint8": "smallint", "uint16": "int",
    "uint32": "bigint", "uint64": "bigint",
}  # fmt: skip
AGGREGATES = {
    "sum": "sum", "mean": "avg", "avg": "avg", "average": "avg", "min": "min", "max": "max",
    "count": "count", "std": "stddev", "var": "variance", "median": "median", "first": "first",
    "last": "last", "nunique": "count_distinct", "n_unique": "count_distinct", "any": "bool_or",
    "all": "bool_and", "prod": "product", "product": "product", "list": "collect_list",
    "set": "collect_set", "skew": "skewness", "kurt": "kurtosis", "mode": "mode",
    "implode": "collect_list", "nanmean": "avg", "nansum": "sum", "amax": "max", "amin": "min",
    "len": "count", "size": "count",
}  # fmt: skip


@dataclass(eq=False, slots=True)
class Term(Column):
    """An expression over the rows of the plan `frame`; `index` names the columns beside it."""

    frame: Handle | None = None
    index: tuple[str, ...] = ()
    spark_type = "Series"

    def made(self, tree: Tree, *operands: Value) -> Self:
        """Return the column of another expression over the same rows, under the same name."""
        frame = self.frame
        if frame is None:
            frame = next((one.frame for one in operands if isinstance(one, Term)), None)
        whole = combined(tree, (self, *operands))
        return replace(self, grown=whole.tree, depth=whole.depth, frame=frame, changed=True)

    def called(self, name: str) -> Self:
        """Return it under another name."""
        return replace(self, names=(name,))

    @property
    def name(self) -> str:
        """Return the name that it has in a frame; empty where it has none."""
        if self.names:
            return self.names[0]
        return self.tree.name if isinstance(self.tree, exp.Column) else ""

    @override
    def operate(self, sign: str, other: Value, machine: Machine, *, reflected: bool) -> Value:
        """Return an operator applied to it and another value."""
        del machine
        return self.made(_operation(sign, self.tree, other, reflected=reflected), other)

    @override
    def operate_unary(self, sign: str, machine: Machine) -> Value:
        """Return `-column` or `~column`."""
        del machine
        if sign == "+":
            return self
        return self.made(exp.Neg(this=self.tree) if sign == "-" else exp.Not(this=self.tree))


def _operation(sign: str, tree: Tree, other: Value, *, reflected: bool) -> Tree:
    operand = as_tree(other)
    if sign in COMPARISONS:
        kind = COMPARISONS[MIRRORED[sign] if reflected else sign]
        return kind(this=tree, expression=operand)
    left, right = (operand, tree) if reflected else (tree, operand)
    if sign in {"/", "//"}:
        divided = exp.Div(this=left, expression=right, typed=False, safe=True)
        return exp.Floor(this=divided) if sign == "//" else divided
    if sign == "+" and isinstance(other, str):
        return build("concat", [left, right])
    if sign in ARITHMETIC:
        return ARITHMETIC[sign](this=left, expression=right)
    return exp.Anonymous(this=f"operator {sign}", expressions=[left, right])


def column_of(name: str, frame: Handle | None = None) -> Tree:
    """Return the column of that name; a dot in it is a letter like any other."""
    tree = exp.Column(this=identifier(plain(name)))
    if frame is not None:
        tree.meta["frame"] = frame
    return tree


def function(name: str, *trees: Tree) -> Tree:
    """Return a call as SQL text gives it; one that SQL does not know keeps its own name."""
    return build(name, list(trees))


def other_function(name: str, *trees: Tree) -> Tree:
    """Return a call of a library's own function."""
    return exp.Anonymous(this=name, expressions=list(trees))


def trees_of(call: Call) -> list[Tree]:
    """Return a call's arguments as expressions; settings by keyword that are no columns, too."""
    return [as_tree(value) for value in (*call.args, *call.kwargs.values())]


def null_test(tree: Tree) -> Tree:
    """Return whether a value is missing."""
    return exp.Is(this=tree, expression=exp.Null())


def case(pairs: Sequence[tuple[Tree, Tree]], default: Tree | None = None) -> Tree:
    """Return `CASE WHEN … THEN … ELSE … END`."""
    return exp.Case(ifs=[exp.If(this=test, true=value) for test, value in pairs], default=default)


def aggregate(name: str, tree: Tree) -> Tree | None:
    """Return an aggregate by the name that frames give it; None where there is none."""
    known = AGGREGATES.get(name)
    if known is None:
        return None
    if known == "count_distinct":
        return exp.Count(this=exp.Distinct(expressions=[tree]), big_int=True)
    if known == "count":
        return exp.Count(this=exp.Star() if name in {"size", "len"} else tree, big_int=True)
    if known in {"first", "last"}:
        return exp.First(this=tree) if known == "first" else exp.Last(this=tree)
    return build(known, [tree])


def over(tree: Tree, partition: Sequence[Tree], order: Sequence[Tree] = ()) -> Tree:
    """Return a function over the rows of a group, or over all rows."""
    parts: dict[str, object] = {"this": tree, "over": "OVER"}
    if partition:
        parts["partition_by"] = [key.copy() for key in partition]
    if order:
        parts["order"] = exp.Order(expressions=[exp.Ordered(this=key.copy()) for key in order])
    return exp.Window(**parts)


def cast(tree: Tree, kind: Value) -> Tree:
    """Return a cast to a type of pandas, NumPy, Polars or Python."""
    name = type_name(kind)
    to = type_tree(TYPES.get(name, name)) if name else None
    return exp.Cast(this=tree, to=to) if to is not None else other_function("cast", tree)


def type_name(kind: Value) -> str:
    """Return the name of a type: `np.int64`, `"Int64"`, `pl.Utf8`, `int` are all in lower case."""
    if isinstance(kind, External):
        name = kind.path.rpartition(".")[2]
    elif isinstance(kind, str):
        name = plain(kind)
    else:
        name = getattr(kind, "name", "") if not isinstance(kind, Unknown) else kind.name
    return str(name).lower().partition("[")[0].rstrip("_")


# --- text and dates ------------------------------------------------------------------------------

Making: TypeAlias = Callable[[Tree, Call], Tree]


def _plain(name: str) -> Making:
    return lambda tree, call: function(name, tree, *trees_of(call))


def _alone(name: str) -> Making:
    return lambda tree, _: function(name, tree)


def _contains(tree: Tree, call: Call) -> Tree:
    pattern = as_tree(call.value(0, "pat", call.kwargs.get("pattern")))
    literal = call.kwargs.get("regex") is False or call.kwargs.get("literal") is True
    if literal:
        return exp.Contains(this=tree, expression=pattern)
    return exp.RegexpLike(this=tree, expression=pattern)


def _replaced(tree: Tree, call: Call) -> Tree:
    old = as_tree(call.value(0, "pat", call.kwargs.get("pattern")))
    new = as_tree(call.value(1, "repl", call.kwargs.get("value")))
    if call.kwargs.get("regex") is False or call.kwargs.get("literal") is True:
        return function("replace", tree, old, new)
    return function("regexp_replace", tree, old, new)


def _joined(tree: Tree, call: Call) -> Tree:
    others = [value for value in call.args if isinstance(value, Column)]
    separator = as_tree(to_text(call.kwargs.get("sep") or ""))
    return function("concat_ws", separator, tree, *[other.tree for other in others])


def _sliced(tree: Tree, call: Call) -> Tree:
    return other_function("slice_text", tree, *trees_of(call))


def _formatted(tree: Tree, call: Call) -> Tree:
    return function("date_format", tree, *trees_of(call))


TEXT: Mapping[str, Making] = {
    "lower": _alone("lower"), "upper": _alone("upper"), "strip": _plain("trim"),
    "lstrip": _plain("ltrim"), "rstrip": _plain("rtrim"), "title": _alone("initcap"),
    "len": _alone("length"), "contains": _contains, "startswith": _plain("startswith"),
    "endswith": _plain("endswith"), "replace": _replaced, "split": _plain("split"),
    "slice": _sliced, "cat": _joined, "to_lowercase": _alone("lower"),
    "to_uppercase": _alone("upper"), "strip_chars": _plain("trim"),
    "strip_chars_start": _plain("ltrim"), "strip_chars_end": _plain("rtrim"),
    "starts_with": _plain("startswith"), "ends_with": _plain("endswith"),
    "len_chars": _alone("length"), "to_titlecase": _alone("initcap"), "replace_all": _replaced,
    "to_date": _alone("to_date"), "to_datetime": _alone("to_timestamp"),
    "strptime": _alone("to_timestamp"), "isnumeric": _alone("isnumeric"),
}  # fmt: skip
DATES: Mapping[str, Making] = {
    "year": _alone("year"), "month": _alone("month"), "day": _alone("day"),
    "hour": _alone("hour"), "minute": _alone("minute"), "second": _alone("second"),
    "quarter": _alone("quarter"), "date": _alone("to_date"), "normalize": _alone("to_date"),
    "strftime": _formatted, "to_string": _formatted,
}  # fmt: skip
PARTS: Mapping[str, Mapping[str, Making]] = {
    "str": TEXT, "dt": DATES, "cat": {}, "list": {}, "arr": {}, "struct": {}, "bin": {},
    "name": {}, "array": {},
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Part:
    """`column.str` and its like: functions of one kind of value."""

    term: Term
    kind: str

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return what is read without a call (`dt.year`); a method gives the same when called."""
        return self.invoke(name, Call(machine, [], {}))

    def invoke(self, name: str, call: Call) -> Value:
        """Return the column that a function of this kind gives."""
        if name == "__getitem__":
            return self.term.made(
                other_function(f"{self.kind}.get", self.term.tree, *trees_of(call))
            )
        known = PARTS.get(self.kind, {}).get(name)
        if self.kind == "struct" and name == "field":
            return self.term.made(
                exp.Bracket(this=self.term.tree, expressions=trees_of(call))
            ).called(plain(to_text(call.value(0))))
        if known is not None:
            return self.term.made(known(self.term.tree, call), *call.args)
        columns = [value for value in call.args if isinstance(value, Column)]
        tree = other_function(f"{self.kind}.{name}", self.term.tree, *trees_of(call))
        return self.term.made(tree, *columns)
