"""T-SQL's `+`: a sum, or two texts put together, by what its sides are known to be."""

from guardian.model.plan import AggregateCall, Call, Constant, Expr, Over


def plus(left: Expr, right: Expr) -> Expr:
    """Return T-SQL's `+`, which joins strings, too: undecided where neither side tells which."""
    if _is_text(left) or _is_text(right):
        return Call("concat", (left, right))
    certain = _is_number(left) or _is_number(right)
    return Call("add", (left, right), "" if certain else "overloaded")


_TEXTS = frozenset({
    "concat", "concat_skip_null", "concat_ws", "lower", "upper", "trim", "substring", "left",
    "right", "replace", "space", "stuff", "str", "chr", "quotename", "repeat", "reverse",
    "time_to_str", "number_to_str", "string_agg", "replicate", "string_escape", "translate",
})  # fmt: skip
_ARITHMETIC = frozenset({
    "sub", "mul", "div", "int_div", "mod", "neg", "abs", "length", "extract", "date_diff", "sign",
    "floor", "ceil", "pow", "sqrt", "exp", "ln", "log", "row_number", "rank", "dense_rank", "ntile",
})  # fmt: skip
_NUMERIC_AGGREGATES = frozenset({"count", "sum", "avg", "count_big", "stddev", "variance"})
_NUMERIC_TYPES = (
    "int", "bigint", "smallint", "tinyint", "decimal", "numeric", "float", "double", "real",
    "money", "smallmoney", "bit",
)  # fmt: skip


def _is_number(expr: Expr) -> bool:
    """Return whether an operand is certain to be a number, so that T-SQL's `+` adds."""
    match expr:
        case Constant(kind="number"):
            return True
        case Call(name="add", option=option):
            return not option
        case Call(name="cast" | "try_cast", option=option):
            return option.startswith(_NUMERIC_TYPES)
        case Call(name=name):
            return name in _ARITHMETIC
        case AggregateCall(name=name) | Over(call=AggregateCall(name=name) | Call(name=name)):
            return name in _NUMERIC_AGGREGATES | _ARITHMETIC
        case _:
            return False


def _is_text(expr: Expr) -> bool:
    """Return whether T-SQL's `+` joins strings here: one side is known to be one."""
    match expr:
        case Constant(kind="string"):
            return True
        case Call(name="cast" | "try_cast", option=option):
            return option.startswith(("varchar", "nvarchar", "char", "nchar", "text"))
        case Call(name=name) | AggregateCall(name=name):
            return name in _TEXTS
        case _:
            return False
