"""Polars' expressions: columns by name, bound to no frame until one uses them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlglot import exp

from guardian.languages.python.frames.row_functions import code_of
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
from guardian.languages.python.spark_columns import (
    Tree,
    as_tree,
    combined,
    identifier,
    located,
    spread,
)
from guardian.languages.python.udfs import MARK
from guardian.languages.python.values import MISSING, Call, Value, plain, to_text

# How a selector tells the columns that it means: all, or those whose names start so, and so on.
KEEPS = "keeps"
TYPED = "typed"


@dataclass(eq=False, slots=True)
class Expr(Term):
    """An expression of Polars; `affixes` stand around the name of each column that it makes."""

    affixes: tuple[str, str] = ("", "")
    spark_type = "Expr"

    @override
    def attribute(self, name: str, machine: Machine) -> Value:
        """Return `str`, `dt`, `name` and their like."""
        del machine
        if name == "name":
            return Naming(self)
        return Part(self, name) if name in PARTS else MISSING

    @override
    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method gives."""
        if name in OPERATORS:
            return self.operate(
                OPERATORS[name], call.value(0, "other"), call.machine, reflected=False
            )
        method = METHODS.get(name)
        if method is not None:
            return located(method(self, call), call)
        if name == "__iter__":
            return MISSING
        if name in AGGREGATES:
            tree = aggregate("count" if name == "len" else name, self.tree)
            return located(self.made(tree), call) if tree is not None else self
        columns = [value for value in call.args if isinstance(value, Term)]
        made = self.made(other_function(name, self.tree, *trees_of(call)), *columns)
        return located(made, call)


@dataclass(frozen=True, eq=False)
class Several:
    """`pl.col("a", "b")`: one expression for each; what is done to it is done to all."""

    items: tuple[Expr, ...]

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return a part of each."""
        parts = tuple(item.attribute(name, machine) for item in self.items)
        return MISSING if MISSING in parts else SeveralParts(parts)

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method gives of each."""
        return _several(item.invoke(name, call) for item in self.items)

    def operate(self, sign: str, other: Value, machine: Machine, *, reflected: bool) -> Value:
        """Return an operator applied to each."""
        return _several(
            item.operate(sign, other, machine, reflected=reflected) for item in self.items
        )

    def operate_unary(self, sign: str, machine: Machine) -> Value:
        """Return `-columns` or `~columns`."""
        return _several(item.operate_unary(sign, machine) for item in self.items)


@dataclass(frozen=True, eq=False)
class SeveralParts:
    """`pl.col("a", "b").str`."""

    parts: tuple[Value, ...]

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a function gives of each."""
        return _several(call.machine.call_method(part, name, call) for part in self.parts)


def _several(values: Iterable[Value]) -> Several:
    return Several(tuple(value for value in values if isinstance(value, Expr)))


@dataclass(frozen=True, eq=False)
class Naming:
    """`expression.name`: how the columns are called that it makes."""

    term: Expr

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the expression under another name."""
        text = plain(to_text(call.value(0))) if call.args else ""
        before, after = self.term.affixes
        if name == "suffix":
            return replace(self.term, affixes=(before, after + text))
        return replace(self.term, affixes=(text + before, after)) if name == "prefix" else self.term


def column(name: str) -> Expr:
    """Return the column of that name; a pattern (`^…$`) or `*` means several."""
    if name == "*" or (name.startswith("^") and name.endswith("$")):
        return each("pattern", name) if name != "*" else each()
    return Expr(column_of(name), names=(plain(name),))


def each(kind: str = "", text: str = "", excluded: Sequence[str] = ()) -> Expr:
    """Return what stands for every column, or for those that a selector means."""
    star = exp.Star(except_=[identifier(name) for name in excluded] or None)
    if kind:
        star.meta[KEEPS] = (kind, text)
    return Expr(star)


def as_expr(value: Value, *, literal: bool = True) -> Expr:
    """Return a value as an expression: a string is a column's name unless it is a `literal`."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, str) and not literal:
        return column(plain(value))
    if isinstance(value, Term):
        return Expr(value.tree, names=value.names, frame=value.frame)
    return Expr(as_tree(value), names=("literal",))


def listed(values: Sequence[Value]) -> list[Expr]:
    """Return arguments as expressions, lists and several columns spread out."""
    found: list[Expr] = []
    for value in spread(values):
        if isinstance(value, Several):
            found.extend(value.items)
        else:
            found.append(as_expr(value, literal=False))
    return found


# --- aggregates and windows ----------------------------------------------------------------------


def aggregates_in(tree: Tree) -> bool:
    """Return whether an expression has an aggregate that is over no window."""
    return any(not node.find_ancestor(exp.Window) for node in tree.find_all(exp.AggFunc))


def only_aggregates(tree: Tree) -> bool:
    """Return whether an expression is one value for all rows."""
    bare = (node for node in tree.find_all(exp.Column) if not node.find_ancestor(exp.AggFunc))
    return aggregates_in(tree) and next(bare, None) is None


def windowed(tree: Tree, partition: Sequence[Tree], order: Sequence[Tree] = ()) -> Tree:
    """Return an expression with its aggregates, and functions over rows, within `partition`."""

    def change(node: Tree) -> Tree:
        if isinstance(node, exp.Window):
            return over(node.this, partition, order) if not node.args.get("partition_by") else node
        if isinstance(node, exp.AggFunc) and not isinstance(node.parent, exp.Window):
            return over(node, partition, order)
        return node

    return _bottom_up(tree, change)


def _bottom_up(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    copied = tree.copy()
    nodes = [
        node for node in copied.walk(bfs=False)
        if isinstance(node, exp.AggFunc | exp.Window)
    ]  # fmt: skip
    for node in reversed(nodes):
        if isinstance(node, exp.AggFunc) and isinstance(node.parent, exp.Window):
            continue
        made = change(node)
        if made is node:
            continue
        if node is copied:
            return made
        if node.parent is not None:
            made = change(node.copy())
            node.replace(made)
    return copied


Method: TypeAlias = Callable[[Expr, Call], Expr]


def _alias(term: Expr, call: Call) -> Expr:
    return replace(term, names=(plain(to_text(call.value(0))),), affixes=("", ""))


def _over(term: Expr, call: Call) -> Expr:
    keys = listed(call.args)
    order = call.kwargs.get("order_by")
    orders = [one.tree for one in listed([order])] if order is not None else []
    made = combined(windowed(term.tree, [key.tree for key in keys], orders), (term, *keys))
    if made.tree.find(exp.Window) is None:
        made = combined(over(term.tree, [key.tree for key in keys], orders), (term, *keys))
    return replace(term, grown=made.tree, depth=made.depth)


def _ordered(name: str) -> Method:
    known = {
        "shift": "lag", "cum_sum": "sum", "cum_max": "max", "cum_min": "min", "cum_count": "count",
        "rank": "rank", "diff": "lag", "forward_fill": "last", "backward_fill": "first",
    }[name]  # fmt: skip

    def apply(term: Expr, call: Call) -> Expr:
        bare = known == "rank"
        inner = function(
            known,
            *([] if bare else [term.tree]),
            *([as_tree(call.value(0))] if name == "shift" and call.args else []),
        )
        tree = over(inner, (), [term.tree] if bare else ())
        if name == "diff":
            tree = exp.Sub(this=term.tree.copy(), expression=tree)
        return term.made(tree)

    return apply


def _fill_null(term: Expr, call: Call) -> Expr:
    value = call.value(0, "value")
    if value is None:
        return term.made(other_function("fill_null", term.tree))
    return term.made(exp.Coalesce(this=term.tree, expressions=[as_tree(value)]), value)


def _is_in(term: Expr, call: Call) -> Expr:
    values = call.value(0, "other")
    if isinstance(values, list | tuple | set | frozenset):
        return term.made(exp.In(this=term.tree, expressions=[as_tree(one) for one in values]))
    return term.made(other_function("is_in", term.tree, as_tree(values)), values)


def _between(term: Expr, call: Call) -> Expr:
    low, high = call.value(0, "lower_bound"), call.value(1, "upper_bound")
    return term.made(exp.Between(this=term.tree, low=as_tree(low), high=as_tree(high)), low, high)


def _replaced(term: Expr, call: Call) -> Expr:
    old, new = call.value(0, "old"), call.value(1, "new")
    pairs = list(old.items()) if isinstance(old, dict) else []
    if isinstance(old, list | tuple):
        news = new if isinstance(new, list | tuple) else [new] * len(old)
        pairs = list(zip(old, news, strict=False))
    elif not isinstance(old, dict):
        pairs = [(old, new)]
    tests = [
        (exp.EQ(this=term.tree.copy(), expression=as_tree(before)), as_tree(after))
        for before, after in pairs
    ]
    default = call.kwargs.get("default")
    return term.made(case(tests, as_tree(default) if default is not None else term.tree))


def _mapped(term: Expr, call: Call) -> Expr:
    code = code_of(call.value(0, "function"), call.machine)
    return term.made(other_function(f"{MARK}{code}", term.tree))


def _within(term: Expr, call: Call) -> Expr:
    """Return the values of a column for which a condition holds."""
    tests = listed(call.args)
    whole = tests[0].tree if tests else exp.true()
    return term.made(case([(whole, term.tree)]), *tests)


def _excluded(_: Expr, call: Call) -> Expr:
    names = [plain(to_text(name)) for name in spread(call.args)]
    return each(excluded=names)


def _alone(name: str) -> Method:
    return lambda term, call: term.made(function(name, term.tree, *trees_of(call)))


METHODS: Mapping[str, Method] = {
    "alias": _alias, "over": _over,
    "cast": lambda term, call: term.made(cast(term.tree, call.value(0, "dtype"))),
    "fill_null": _fill_null, "fill_nan": _fill_null, "is_in": _is_in, "is_between": _between,
    "is_null": lambda term, _: term.made(null_test(term.tree)),
    "is_not_null": lambda term, _: term.made(exp.Not(this=null_test(term.tree))),
    "not_": lambda term, _: term.made(exp.Not(this=term.tree)),
    "replace": _replaced, "replace_strict": _replaced, "map_elements": _mapped,
    "map_batches": _mapped, "apply": _mapped, "map": _mapped, "filter": _within,
    "exclude": _excluded, "abs": _alone("abs"), "round": _alone("round"),
    "clip": lambda term, call: term.made(other_function("clip", term.tree, *trees_of(call))),
    "explode": lambda term, _: term, "sort": lambda term, _: term, "unique": lambda term, _: term,
    "sort_by": lambda term, _: term, "set_sorted": lambda term, _: term,
    "head": lambda term, _: term, "tail": lambda term, _: term, "drop_nulls": lambda term, _: term,
    "to_physical": lambda term, _: term, "reverse": lambda term, _: term,
    "keep_name": lambda term, _: term, "shrink_dtype": lambda term, _: term,
    "suffix": lambda term, call: replace(term, affixes=("", plain(to_text(call.value(0))))),
    "prefix": lambda term, call: replace(term, affixes=(plain(to_text(call.value(0))), "")),
    **{
        name: _ordered(name)
        for name in (
            "shift", "cum_sum", "cum_max", "cum_min", "cum_count", "rank", "diff", "forward_fill",
            "backward_fill",
        )
    },
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class When:
    """`pl.when(…)`: branches so far, and the condition that waits for its value."""

    pairs: tuple[tuple[Expr, Expr], ...]
    waiting: Expr | None = None

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return what an expression has: a `when` without `otherwise` is one, too."""
        return (
            MISSING
            if name in {"when", "then", "otherwise"}
            else self.ended().attribute(name, machine)
        )

    def invoke(self, name: str, call: Call) -> Value:
        """Return it with one more condition or value."""
        if name == "when":
            return replace(self, waiting=all_of(call))
        if name == "then" and self.waiting is not None:
            value = as_expr(call.value(0, "statement"), literal=False)
            return When((*self.pairs, (self.waiting, value)))
        if name == "otherwise":
            return located(self.ended(as_expr(call.value(0, "statement"), literal=False)), call)
        return self.ended().invoke(name, call)

    def operate(self, sign: str, other: Value, machine: Machine, *, reflected: bool) -> Value:
        """Return an operator applied to the finished expression."""
        return self.ended().operate(sign, other, machine, reflected=reflected)

    def ended(self, default: Expr | None = None) -> Expr:
        """Return the whole as one expression."""
        pairs = [(test.tree, value.tree) for test, value in self.pairs]
        operands = [part for pair in self.pairs for part in pair] + ([default] if default else [])
        tree = case(pairs, default.tree if default else None)
        made = combined(tree, operands)
        named = self.pairs[0][1].name if self.pairs else ""
        return Expr(made.tree, names=(named or "literal",), depth=made.depth)


def all_of(call: Call) -> Expr:
    """Return the conditions that a call is given, as one that all of them must meet."""
    tests = listed(call.args)
    for name, value in call.kwargs.items():
        tests.append(Expr(exp.EQ(this=column_of(name), expression=as_tree(value))))
    if not tests:
        return Expr(exp.true())
    whole = tests[0]
    for test in tests[1:]:
        whole = whole.made(exp.And(this=whole.tree, expression=test.tree), test)
    return whole
